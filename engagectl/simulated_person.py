"""A person in the simulator: says things, presses buttons, and sees what the bot makes of it."""

import time
from dataclasses import dataclass
from typing import Any

import httpx2

from utils.errors import EngageError

ANSWER_SECONDS = 20.0
_QUIET_SECONDS = 0.25
Message = dict[str, Any]


class SilentSimulatorError(EngageError):
    """The simulator refuses or gives no answer."""


@dataclass(frozen=True)
class Button:
    """An inline button under a message."""

    message_id: int
    label: str
    data: str

    @property
    def kind(self) -> str:
        """What stands before the first colon of the data."""
        return self.data.partition(":")[0]


@dataclass(frozen=True)
class Answer:
    """What a bot did after one act.

    Attributes:
        ms: milliseconds until its first message, edit or notice; None when there was none.
        messages: its new and edited messages, in the order of the chat.
        notice: what a pressed button said.
    """

    ms: float | None
    messages: list[Message]
    notice: str


class SimulatedPerson:
    """One new person in the simulator at `client.base_url`."""

    def __init__(self, client: httpx2.Client, *, first_name: str, language_code: str) -> None:
        """Make the person.

        Raises:
            SilentSimulatorError: the simulator refuses or gives no answer; so with every call.
        """
        self._client = client
        profile = {"first_name": first_name, "language_code": language_code}
        self.user_id = int(self._ask("POST", "/sim/users", json=profile)["id"])

    def open_chat(self, bot: str) -> "SimulatedChat":
        """Return the person's chat with a bot."""
        return SimulatedChat(self, bot)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        try:
            response = self._client.request(method, path, **how)
            response.raise_for_status()
            return response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SilentSimulatorError(
                f"the simulator gives no usable answer to {method} {path}",
                why=f"{type(error).__name__}: {error}",
                mend="see whether it runs: engagectl dev status",
            ) from None

    def act(self, path: str, **body: Any) -> Any:
        """Do something by the `/sim` API and return its answer."""
        return self._ask("POST", path, json={"user_id": self.user_id, **body})

    def history(self, bot: str, *, after: int, wait: float) -> Any:
        """Return what changed in the chat with a bot, waiting up to `wait` seconds."""
        asked = {"user_id": self.user_id, "bot": bot, "after": after, "wait": wait}
        return self._ask("GET", "/sim/history", params=asked)

    def download(self, path: str) -> bytes:
        """Return a file of the chat."""
        try:
            return self._client.get(path).raise_for_status().content
        except httpx2.HTTPError:
            return b""


class SimulatedChat:
    """The chat of one person with one bot."""

    def __init__(self, person: SimulatedPerson, bot: str) -> None:
        """Read where the chat stands."""
        self._person = person
        self.bot = bot
        self._messages: dict[int, Message] = {}
        self._version = -1
        self._take(person.history(bot, after=-1, wait=0))

    @property
    def last(self) -> Message | None:
        """The bot's newest message."""
        own = [message for message in self._messages.values() if not message["outgoing"]]
        return max(own, key=lambda message: int(message["message_id"]), default=None)

    @property
    def buttons(self) -> list[Button]:
        """The buttons under the bot's newest message."""
        last = self.last
        rows = (last or {}).get("inline_keyboard") or []
        return [
            Button(last["message_id"], button["text"], button["callback_data"])
            for row in rows
            for button in row
            if last is not None and button.get("callback_data")
        ]

    def say(self, text: str) -> Answer:
        """Send a text."""
        begun = time.perf_counter()
        self._person.act("/sim/send", bot=self.bot, text=text)
        return self._await_answer(begun)

    def tap(self, button: Button) -> Answer:
        """Press a button."""
        begun = time.perf_counter()
        where = {"message_id": button.message_id, "data": button.data}
        self._person.act("/sim/tap", bot=self.bot, **where)
        return self._await_answer(begun)

    def wait_for_more(self, seconds: float) -> list[Message]:
        """Return what else the bot does, waiting up to `seconds` for it to begin."""
        return self._take(self._person.history(self.bot, after=self._version, wait=seconds))[0]

    def _await_answer(self, begun: float) -> Answer:
        seen: dict[int, Message] = {}
        notice, ms = "", None
        while ms is None and time.perf_counter() - begun < ANSWER_SECONDS:
            messages, notice = self._look(ANSWER_SECONDS)
            seen.update({int(message["message_id"]): message for message in messages})
            if messages or notice:
                ms = round((time.perf_counter() - begun) * 1000, 1)
        while ms is not None and (messages := self.wait_for_more(_QUIET_SECONDS)):
            seen.update({int(message["message_id"]): message for message in messages})
        return Answer(ms, [seen[key] for key in sorted(seen)], notice)

    def _look(self, seconds: float) -> tuple[list[Message], str]:
        return self._take(self._person.history(self.bot, after=self._version, wait=seconds))

    def _take(self, news: Any) -> tuple[list[Message], str]:
        self._version = int(news["version"])
        for message in news["messages"]:
            self._messages[int(message["message_id"])] = message
        for message_id in news.get("deleted", []):
            self._messages.pop(int(message_id), None)
        notices = [answer.get("text") or "" for answer in news.get("callback_answers", [])]
        return [each for each in news["messages"] if not each["outgoing"]], " ".join(notices)
