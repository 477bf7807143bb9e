"""A core over real HTTP that knows one learner and keeps the API's shapes and rules.

The rules about learning are the real core's and tested there; here a lesson is the list of steps
that a test hands over, and an answer is right when it equals the step's key.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

_ORDER = ("goal", "minutes", "reminder", "timezone", "placement_offer")
_ANSWERS = {"goal": "goal", "minutes_per_day": "minutes", "reminder_hour": "reminder"}
TYPED_LIMIT = 500

Step = dict[str, Any]


class FakeCore:
    """One learner, the plans of the three activities, and a dictionary."""

    def __init__(self, plans: Mapping[str, Sequence[Step]]) -> None:
        self.plans = plans
        self.learner: dict[str, Any] | None = None
        self.done: dict[str, int] = {}
        self.open: str | None = None
        self.keys: dict[str, dict[str, Any]] = {}
        self.answers: list[dict[str, Any]] = []
        self.dictionary = {"journey": "поездка, путешествие"}
        self.words: list[str] = []
        self.feedback: list[str] = []
        self.is_blocked: bool | None = None
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        path = "/api/v1/learners/{telegram_id}/"
        app.router.add_put(path, self._put)
        app.router.add_get(path, self._get)
        app.router.add_patch(path, self._patch)
        app.router.add_post(f"{path}activities/", self._start)
        app.router.add_get(f"{path}activities/current/", self._current)
        app.router.add_delete(f"{path}activities/current/", self._pause)
        app.router.add_post(f"{path}answers/", self._answer)
        app.router.add_get(f"{path}words/", self._words)
        app.router.add_post(f"{path}words/", self._add_word)
        app.router.add_post(f"{path}feedback/", self._feedback)
        app.router.add_patch(f"{path}chat/", self._chat)
        app.router.add_get(f"{path}progress/", self._progress)
        app.router.add_get(f"{path}progress.png", self._picture)
        return app

    def settle(self, **changes: Any) -> None:
        """Make a learner who is past the first minute."""
        self.learner = _new_learner("Аня", "ru") | {"onboarding_step": "done", "level": "A2"}
        self.learner |= changes

    # ------------------------------------------------------------ learners
    async def _put(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.learner is None:
            language = "ru" if body.get("language_code", "ru") in {"ru", "uk", "be", "kk"} else "en"
            self.learner = _new_learner(body["first_name"], language)
        return self._shown()

    async def _get(self, _request: web.Request) -> web.Response:
        return self._shown() if self.learner else _error(404, "learner_not_found")

    async def _patch(self, request: web.Request) -> web.Response:
        assert self.learner is not None
        changes = await request.json()
        self.learner |= changes
        step = self.learner["onboarding_step"]
        if any({**_ANSWERS, "timezone": "timezone"}.get(name) == step for name in changes):
            self.learner["onboarding_step"] = _ORDER[_ORDER.index(step) + 1]
        if changes.get("onboarding_step") == "done":
            self.learner["level"] = self.learner["level"] or "A1"
        return self._shown()

    async def _feedback(self, request: web.Request) -> web.Response:
        self.feedback.append((await request.json())["text"])
        return web.json_response({"id": len(self.feedback)}, status=201)

    async def _chat(self, request: web.Request) -> web.Response:
        self.is_blocked = (await request.json())["is_blocked"]
        return web.json_response({"is_blocked": self.is_blocked})

    def _shown(self) -> web.Response:
        assert self.learner is not None
        return web.json_response({**self.learner, "open_activity": self.open})

    # ---------------------------------------------------------- activities
    async def _start(self, request: web.Request) -> web.Response:
        body = await request.json()
        kind = body["kind"]
        if not self.plans.get(kind):
            summary = _summary("На сегодня слов нет", next_suggestion="lesson")
            return web.json_response({"activity": kind, "resumed": False, "summary": summary})
        resumed = kind in self.done and not body["restart"]
        if not resumed:
            self.done[kind] = 0
        self.open = kind
        return web.json_response(self._activity(resumed=resumed))

    async def _current(self, _request: web.Request) -> web.Response:
        if self.open is None:
            return web.Response(status=204)
        return web.json_response(self._activity(resumed=True))

    async def _pause(self, _request: web.Request) -> web.Response:
        self.open = None
        return web.Response(status=204)

    def _activity(self, *, resumed: bool) -> dict[str, Any]:
        intro = {"title": "am < are", "text": "После we ставим are & точка."}
        return {"activity": self.open, "resumed": resumed, "intro": intro, "next": self._step()}

    def _step(self) -> Step | None:
        if self.open is None:
            return None
        at, plan = self.done[self.open], self.plans[self.open]
        if at >= len(plan):
            return None
        shown = {name: value for name, value in plan[at].items() if name != "key"}
        place = {"activity": self.open, "position": at + 1, "total": len(plan)}
        return {"step_id": f"{self.open[:4]}-{at}", **place, **shown}

    # ------------------------------------------------------------- answers
    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = body["idempotency_key"]
        if key not in self.keys:
            self.keys[key] = self._judge(body)
        return web.json_response(self.keys[key])

    def _judge(self, body: dict[str, Any]) -> dict[str, Any]:
        step = self._step()
        if step is None or self.open is None:
            return {"outcome": "nothing_open"}
        if body["step_id"] not in {None, step["step_id"]}:
            return {"outcome": "stale", "next": step}
        if len(body.get("text") or "") > TYPED_LIMIT:
            return {"outcome": "invalid", "next": step, "message": "Слишком длинно для ответа."}
        self.answers.append(body)
        verdict = None if self.open == "placement" else self._verdict(body)
        self.done[self.open] += 1
        following = self._step()
        return {
            "outcome": "judged",
            "verdict": verdict,
            "next": following,
            "summary": None if following else self._end(),
        }

    def _verdict(self, body: dict[str, Any]) -> dict[str, Any]:
        assert self.open is not None
        key = self.plans[self.open][self.done[self.open]]["key"]
        given = (body.get(name) for name in ("choice", "text", "order", "pairs", "rating"))
        right = key in list(given)
        return {
            "correct": right,
            "score": float(right),
            "feedback": "Потому что <так> & точка.",
            "right_answer": f"{key}",
            "xp": 10 if right else 0,
        }

    def _end(self) -> dict[str, Any]:
        assert self.open is not None
        assert self.learner is not None
        kind, self.open = self.open, None
        del self.done[kind]
        if kind != "placement":
            return _summary("Урок пройден", next_suggestion="review")
        self.learner |= {"level": "A2", "onboarding_step": "done"}
        chances = {"A1": 0.1, "A2": 0.7, "B1": 0.2}
        more = {"probabilities": chances, "reason": "Ответы не оставляют сомнений."}
        return {**_summary("Ваш уровень: A2", next_suggestion="lesson"), **more}

    # -------------------------------------------------- words and progress
    async def _words(self, _request: web.Request) -> web.Response:
        return web.json_response({"due": 2, "learned": 0, "total": len(self.words), "words": []})

    async def _add_word(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"].lower()
        if text not in self.dictionary:
            return _error(404, "word_unknown")
        added = text not in self.words
        self.words += [text] if added else []
        word = card(text, self.dictionary[text])
        return web.json_response({"word": word, "added": added}, status=201)

    async def _progress(self, _request: web.Request) -> web.Response:
        shown = {"level": "A2", "xp": 340, "xp_today": 20, "daily_goal_xp": 50, "streak_days": 3}
        return web.json_response({**shown, "words_known": 21, "words_due": 2})

    async def _picture(self, _request: web.Request) -> web.Response:
        return web.Response(body=_one_pixel(), content_type="image/png")


def card(word: str, translation: str) -> dict[str, str]:
    """Return a word's card."""
    return {
        "word": word,
        "ipa": "/x/",
        "part_of_speech": "noun",
        "translation": translation,
        "example": f"A long {word}.",
        "example_translation": "Пример.",
        "level": "B1",
    }


def _new_learner(first_name: str, language: str) -> dict[str, Any]:
    nothing_yet = dict.fromkeys(("goal", "minutes_per_day", "reminder_hour", "level"))
    return {
        "telegram_id": 501,
        "first_name": first_name,
        "language": language,
        "timezone": "Europe/Moscow",
        "onboarding_step": "goal",
        "xp": 0,
        "streak_days": 3,
        "due_words": 2,
        **nothing_yet,
    }


def _summary(title: str, *, next_suggestion: str) -> dict[str, Any]:
    lines = ["Верных ответов: 5 из 6"]
    return {"title": title, "lines": lines, "xp": 10, "next_suggestion": next_suggestion}


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)


def _one_pixel() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(b"\x00\x00")
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", pixel), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
