"""A scripted learner goes through the running stack by the front door and says what happened."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx2

from engagectl.simulated_person import (
    ANSWER_SECONDS,
    Answer,
    Button,
    SimulatedChat,
    SimulatedPerson,
)

Tell = Callable[[str], None]
TUTOR = "english_bot"
WORDS_BOT = "vocabulary_bot"

_MOST_TURNS = 120
_STEP_KINDS = frozenset({"c", "t", "k", "d", "v", "r"})
_TYPED = "I have been here for two days."
_WORDS = ("journey", "family", "water", "friend", "weather")
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff")


@dataclass(frozen=True)
class SmokeStep:
    """One act of the learner and the bot's answer to it."""

    part: str
    bot: str
    did: str
    answer: str
    ms: float | None
    ok: bool


@dataclass
class SmokeReport:
    """The whole walk; a part is well when it came to its end and every act was answered."""

    steps: list[SmokeStep] = field(default_factory=list)
    parts: dict[str, bool] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every part came to its end and every step was answered."""
        return all(self.parts.values()) and all(step.ok for step in self.steps)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        return {"ok": self.ok, "parts": self.parts, "steps": [asdict(step) for step in self.steps]}


def run_smoke(simulator_url: str, bots: Sequence[str], tell: Tell) -> SmokeReport:
    """Walk a new learner through onboarding, placement, a lesson, a review and progress.

    Args:
        simulator_url: the running simulator.
        bots: the bots that serve; the tutor, or the first, teaches.
        tell: gets the conversation, line by line.

    Raises:
        SilentSimulatorError: the simulator refuses or gives no answer.
    """
    tutor = TUTOR if TUTOR in bots else bots[0]
    words = WORDS_BOT if WORDS_BOT in bots else tutor
    with httpx2.Client(
        base_url=simulator_url, timeout=ANSWER_SECONDS + 10, trust_env=False
    ) as client:
        person = SimulatedPerson(client, first_name="Smoke", language_code="ru")
        walk = _Walk(person, tell)
        walk.onboarding(tutor)
        walk.activity("placement", tutor)
        walk.activity("lesson", tutor)
        walk.review(words)
        walk.progress(tutor)
    return walk.report


class _Walk:
    """One learner's way, each part on what the part before left."""

    def __init__(self, person: SimulatedPerson, tell: Tell) -> None:
        self.report = SmokeReport()
        self._person = person
        self._tell = tell
        self._part = ""

    def onboarding(self, bot: str) -> None:
        """Press Start and answer every question until the placement test is offered."""
        chat = self._begin("onboarding", bot)
        self._say(chat, "/start")
        for _ in range(_MOST_TURNS):
            if _way(chat, "placement") or not self._answer_question(chat):
                break
        self._end(well=_way(chat, "placement") is not None)

    def activity(self, kind: str, bot: str) -> None:
        """Begin an activity by its button and answer every step until its summary."""
        chat = self._begin(kind, bot)
        button = _way(chat, kind)
        if button:
            self._tap(chat, button)
        else:
            self._say(chat, {"placement": "/level", "lesson": "/learn"}.get(kind, "/start"))
            if button := _way(chat, kind):
                self._tap(chat, button)
        self._end(well=self._answer_steps(chat) > 0 and not _is_step(chat))

    def review(self, bot: str) -> None:
        """Review words; a learner without any adds some first."""
        chat = self._begin("review", bot)
        self._say(chat, "/start")
        self._say(chat, "/words")
        if not _is_step(chat):
            for word in _WORDS:
                self._say(chat, word if bot == WORDS_BOT else f"/add {word}")
            self._say(chat, "/words")
        self._end(well=self._answer_steps(chat) > 0 and not _is_step(chat))

    def progress(self, bot: str) -> None:
        """Ask for the progress and look at the picture."""
        chat = self._begin("progress", bot)
        answer = self._say(chat, "/progress")
        pictures = [message["media"] for message in answer.messages if message.get("media")]
        data = self._person.download(pictures[0]["url"]) if pictures else b""
        self._tell(f"   (a picture of {len(data):,} bytes)")
        self._end(well=data.startswith(_PICTURE_STARTS))

    # ------------------------------------------------------------------ how steps are answered
    def _answer_steps(self, chat: SimulatedChat) -> int:
        """Answer steps for as long as there are any; return how many acts it took."""
        for turns in range(_MOST_TURNS):
            if not _is_step(chat):
                chat.wait_for_more(1.0)
            if not _is_step(chat):
                return turns
            self._answer_step(chat)
        return _MOST_TURNS

    def _answer_step(self, chat: SimulatedChat) -> None:
        button = choose_button(chat.buttons)
        if button:
            self._tap(chat, button)
        else:
            self._say(chat, _TYPED)

    def _answer_question(self, chat: SimulatedChat) -> bool:
        """Choose the first answer to a question about the learner; tell whether there was one."""
        answers = [button for button in chat.buttons if button.kind not in {"l", "q", "go"}]
        if answers:
            self._tap(chat, answers[0])
        return bool(answers)

    # --------------------------------------------------------------------- what is kept and told
    def _begin(self, part: str, bot: str) -> SimulatedChat:
        self._part = part
        self._tell(f"── {part} ──")
        return self._person.open_chat(bot)

    def _end(self, *, well: bool) -> None:
        answered = all(step.ok for step in self.report.steps if step.part == self._part)
        self.report.parts[self._part] = well and answered
        self._tell(f"   {self._part}: {'well' if well and answered else 'FAILED'}")

    def _say(self, chat: SimulatedChat, text: str) -> Answer:
        return self._keep(chat, text, chat.say(text))

    def _tap(self, chat: SimulatedChat, button: Button) -> Answer:
        return self._keep(chat, f"[{button.label}]", chat.tap(button))

    def _keep(self, chat: SimulatedChat, did: str, answer: Answer) -> Answer:
        said = "\n".join(_shown(message) for message in answer.messages) or answer.notice
        is_answered = answer.ms is not None
        step = SmokeStep(self._part, chat.bot, did, said, answer.ms, is_answered)
        self.report.steps.append(step)
        self._tell(f"learner  {did}")
        for line in said.splitlines() or ["(silence)"]:
            self._tell(f"{chat.bot}  {line}")
        if is_answered:
            self._tell(f"   {answer.ms:.0f} ms")
        return answer


def choose_button(buttons: Sequence[Button]) -> Button | None:
    """Return the button that answers a step, None when the step wants typed text.

    Tiles are picked until none is left and then checked; a card is turned and rated good;
    otherwise the first option is chosen.
    """
    tiles = [button for button in buttons if button.kind == "t" and "↩" not in button.label]
    by_kind = {button.kind: button for button in reversed(buttons)}
    if tiles:
        return tiles[0]
    if "r" in by_kind:
        good = [button for button in buttons if button.data.endswith(":good")]
        return (good or [by_kind["r"]])[0]
    return next((by_kind[kind] for kind in ("k", "c", "v") if kind in by_kind), None)


def _way(chat: SimulatedChat, to: str) -> Button | None:
    return next((button for button in chat.buttons if button.data == f"go:{to}"), None)


def _is_step(chat: SimulatedChat) -> bool:
    return any(button.kind in _STEP_KINDS for button in chat.buttons)


def _shown(message: dict[str, Any]) -> str:
    text = message.get("text") or f"({message['kind']})"
    rows = message.get("inline_keyboard") or []
    return "\n".join([text, *(" ".join(f"[{button['text']}]" for button in row) for row in rows)])
