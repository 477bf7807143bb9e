"""A small school for tests: content files written to a folder and loaded through the front door."""

from pathlib import Path
from typing import Any

import yaml
from rest_framework.test import APIClient

from engageai_core.accounts.models import BotChat, Learner
from engageai_core.curriculum.services import LoadReport, content_load

WHY = {"ru": "Потому что так.", "en": "Because it is so."}
PASSAGE = "Anna lives in Perm with her cat. Every morning she walks to the park near her house."

TASKS: list[dict[str, Any]] = [
    {
        "id": "choose", "kind": "choice", "text": "She ___ a doctor.",
        "options": ["is", "are", "am"], "answer": "is", "why": WHY,
    },
    {
        "id": "gap", "kind": "gap", "text": "I often study in the ___.", "answers": ["library"],
        "why": WHY, "hint": {"ru": "Там книги.", "en": "There are books."},
    },
    {
        "id": "order", "kind": "order", "text": "Ты дома?", "answers": ["Are you at home?"],
        "why": WHY,
    },
    {
        "id": "match", "kind": "match", "why": WHY,
        "pairs": [
            {"left": "cat", "right": "кошка"},
            {"left": "dog", "right": "собака"},
            {"left": "cow", "right": "корова"},
        ],
    },
    {
        "id": "translate", "kind": "translate", "text": "Я не устал.",
        "answers": ["I am not tired.", "I do not feel tired."], "why": WHY,
    },
    {
        "id": "read", "kind": "read", "passage": PASSAGE, "text": "Where does Anna walk?",
        "options": ["to the park", "to the shop"], "answer": "to the park", "why": WHY,
    },
]  # fmt: skip


def lesson(level: str = "A1", position: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a lesson with one task of each kind."""
    return {
        "id": f"{level.lower()}-lesson-{position}",
        "level": level,
        "position": position,
        "objective": "grammar.be.present",
        "title": {"ru": f"Урок {position}", "en": f"Lesson {position}"},
        "rule": {"ru": "Правило", "en": "The rule"},
        "examples": [{"en": "I am here.", "ru": "Я здесь."}, {"en": "He is in.", "ru": "Он дома."}],
        "tasks": TASKS,
        **changes,
    }


def placement_items(per_cell: int = 4) -> list[dict[str, Any]]:
    """Return items for A1 to C1 and two skills; the key of each is in its id: `right…`."""
    items = []
    for level in ("A1", "A2", "B1", "B2", "C1"):
        for skill in ("grammar", "vocabulary"):
            for number in range(per_cell):
                name = f"{level.lower()}-{skill}-{number}"
                fields: dict[str, Any] = {"id": name, "cefr": level, "skill": skill}
                if number % 2:
                    fields |= {"kind": "gap", "text": f"{name} ___", "answers": ["correct"]}
                else:
                    options = ["correct", "one", "two", "three"]
                    fields |= {"kind": "choice", "text": name, "options": options}
                    fields["answer"] = "correct"
                items.append(fields)
    return items


def word(name: str, level: str = "A1", **changes: Any) -> dict[str, Any]:
    """Return a word."""
    return {
        "word": name,
        "part_of_speech": "noun",
        "level": level,
        "ipa": "/ˈwɜːd/",
        "translation": "дом, здание",
        "example": f"This is a {name}.",
        "example_translation": "Это пример.",
        **changes,
    }


class School:
    """A content folder that can be written and loaded again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, document: Any) -> None:
        """Write one content file; text is written as it is."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = document if isinstance(document, str) else yaml.safe_dump(document)
        file.write_text(text, encoding="utf-8")

    def load(self) -> LoadReport:
        """Load the folder as it is now."""
        return content_load(folder=self.folder)

    def open_doors(self) -> None:
        """Write and load a whole small school: three lessons, forty items, thirty words."""
        self.write("lessons/a1/one.yaml", lesson("A1", 1))
        self.write("lessons/a1/two.yaml", lesson("A1", 2))
        self.write("lessons/b1/one.yaml", lesson("B1", 1))
        self.write("placement/bank.yaml", {"items": placement_items()})
        names = ["library", *[f"word{chr(97 + number)}" for number in range(24)]]
        self.write("words/deck.yaml", {"words": [word(name) for name in names]})
        self.load()


def make_learner(**fields: Any) -> Learner:
    """Return a learner who talks to bot 1."""
    given = {"telegram_id": 1001, "first_name": "Anna", "language": "en", "timezone": "UTC"}
    learner = Learner.objects.create(**{**given, **fields})
    BotChat.objects.create(
        learner=learner, bot_number="1", bot_name="english_bot", chat_id=learner.telegram_id
    )
    return learner


class BotClient:
    """The API as bot 1 sees it."""

    def __init__(self, learner: Learner, key: str) -> None:
        self._http = APIClient(HTTP_X_INTERNAL_KEY=key)
        self._root = f"/api/v1/learners/{learner.telegram_id}/"

    def begin(self, kind: str, *, restart: bool = False) -> dict[str, Any]:
        """Begin or take up an activity."""
        return self._body(
            self._http.post(f"{self._root}activities/", {"kind": kind, "restart": restart}), 200
        )

    def current(self) -> dict[str, Any] | None:
        """Return the open activity."""
        response = self._http.get(f"{self._root}activities/current/")
        return None if response.status_code == 204 else self._body(response, 200)

    def pause(self) -> None:
        """Leave the open activity."""
        assert self._http.delete(f"{self._root}activities/current/").status_code == 204

    def answer(self, step_id: str | None = None, **given: Any) -> dict[str, Any]:
        """Answer a step."""
        return self._body(
            self._http.post(f"{self._root}answers/", {"step_id": step_id, **given}), 200
        )

    def words(self) -> dict[str, Any]:
        """Return the learner's words."""
        return self._body(self._http.get(f"{self._root}words/"), 200)

    def add_word(self, text: str) -> Any:
        """Add a word; return the raw response."""
        return self._http.post(f"{self._root}words/", {"text": text})

    @staticmethod
    def _body(response: Any, status: int) -> dict[str, Any]:
        assert response.status_code == status, response.content.decode()
        return dict(response.json())
