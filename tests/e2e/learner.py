"""A learner at the chat page, by the simulator's own API: types, taps, and reads what comes."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

Message = dict[str, Any]
_STEP_DATA = ("c:", "t:", "k:", "d:", "v:", "r:")


class Learner:
    """One person in the chat with one bot."""

    def __init__(self, simulator_url: str, bot: str, *, name: str, language: str = "ru") -> None:
        self.http = httpx2.Client(base_url=simulator_url, timeout=60, trust_env=False)
        person = {"first_name": name, "language_code": language}
        self.id = int(self.http.post("/sim/users", json=person).json()["id"])
        self._chat = {"user_id": self.id, "bot": bot}

    def close(self) -> None:
        """Leave."""
        self.http.close()

    def history(self, *, after: int = 0, wait: float = 0) -> dict[str, Any]:
        """Return the chat as the page shows it."""
        asked = {**self._chat, "after": after, "wait": wait}
        response = self.http.get("/sim/history", params=asked)
        response.raise_for_status()
        return dict(response.json())

    def say(self, text: str, **more: Any) -> list[Message]:
        """Send something and return what the bot answered."""
        return self._answered(lambda: self._post("send", text=text, **more))

    def send_file(self, kind: str, name: str, data: bytes) -> list[Message]:
        """Send a photo, voice message or document and return what the bot answered."""
        fields = {name: str(value) for name, value in self._chat.items()}
        return self._answered(
            lambda: self.http.post("/sim/send", data=fields, files={kind: (name, data)})
        )

    def tap(self, message: Message, data: str) -> list[Message]:
        """Press a button and return what changed."""
        taken = {"message_id": message["message_id"], "data": data}
        return self._answered(lambda: self._post("tap", **taken))

    def tap_without_waiting(self, message: Message, data: str) -> None:
        """Press a button and go on; one that is gone by then (409) was pressed in vain."""
        taken = {**self._chat, "message_id": message["message_id"], "data": data}
        response = self.http.post("/sim/tap", json=taken)
        assert response.status_code in {200, 409}, response.text

    def messages(self) -> list[Message]:
        """Return the whole chat."""
        return list(self.history()["messages"])

    def last_with_buttons(self) -> Message:
        """Return the newest message of the bot that has buttons."""
        return next(m for m in reversed(self.messages()) if m["inline_keyboard"])

    def onboard(self) -> None:
        """Press Start and answer the welcome's questions by their first buttons."""
        self.say("/start")
        for _ in range(12):
            message = self.last_with_buttons()
            if "go:placement" in buttons(message):
                return
            answers = [data for data in buttons(message) if data.startswith("s:")]
            self.tap(message, answers[0])
        raise AssertionError(f"the welcome did not end: {self.last_with_buttons()['text']}")

    def finish_activity(self, *, limit: int = 150) -> Message:
        """Answer steps, no matter how well, until there is none; return the summary."""
        for _ in range(limit):
            message = self.last_with_buttons()
            if not is_step(message):
                return message
            self.answer_somehow(message)
        raise AssertionError(f"still a step after {limit} acts: {message['text']}")

    def answer_somehow(self, message: Message) -> None:
        """Do the next thing a step allows."""
        offered = buttons(message)
        for prefix in ("t:", "k:", "v:", "r:", "c:"):
            fitting = [data for data in offered if data.startswith(prefix)]
            # The last tile button may be the undo; the first is always a tile to pick.
            if prefix == "t:" and any(data.startswith("k:") for data in offered):
                continue
            if fitting:
                self.tap(message, fitting[-1 if prefix == "r:" else 0])
                return
        self.say("has")

    def _post(self, act: str, **more: Any) -> httpx2.Response:
        response = self.http.post(f"/sim/{act}", json={**self._chat, **more})
        response.raise_for_status()
        return response

    def _answered(self, act: Callable[[], httpx2.Response]) -> list[Message]:
        """Act, then wait until the bot's side of the chat changed and was quiet for a moment."""
        before = self.history()["version"]
        act().raise_for_status()
        seen: dict[int, Message] = {}
        version, deadline = before, time.monotonic() + 30
        while time.monotonic() < deadline:
            news = self.history(after=version, wait=0.35 if seen else 10)
            fresh = {m["message_id"]: m for m in news["messages"] if not m["outgoing"]}
            if not fresh and seen:
                return [seen[key] for key in sorted(seen)]
            seen |= fresh
            version = news["version"]
        raise AssertionError("the bot kept silent for 30 s")


def buttons(message: Message) -> list[str]:
    """Return the data of a message's buttons."""
    rows = message["inline_keyboard"] or []
    return [button.get("callback_data", "") for row in rows for button in row]


def is_step(message: Message) -> bool:
    """Tell whether a message asks for an answer."""
    return any(data.startswith(_STEP_DATA) for data in buttons(message))


def text_of(messages: list[Message]) -> str:
    """Return all text of some messages."""
    return "\n".join(message["text"] or "" for message in messages)
