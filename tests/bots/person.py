"""A person with a phone: types, taps, and sees what the bot made of the chat."""

import itertools
import json
from typing import Any

from bots.engine.loaded_bot import LoadedBot
from tests.bots.fake_telegram import CHAT_ID, FakeTelegram
from utils.update_envelope import UpdateEnvelope


class Person:
    """One person in one bot's chat."""

    def __init__(self, bot: LoadedBot, telegram: FakeTelegram, *, language_code: str) -> None:
        self._bot = bot
        self._telegram = telegram
        self._language_code = language_code
        self._numbers = itertools.count(1000)

    async def say(self, text: str) -> str:
        """Type a message; return what the bot put below it."""
        return await self.send({"text": text})

    async def send(self, content: dict[str, Any]) -> str:
        """Send anything; return what the bot put below it."""
        sent = self._telegram.keep({**content, "from": self._user()}, from_bot=False)
        await self.deliver({"message": sent})
        return self.below(sent["message_id"])

    async def tap(self, label: str, *, times: int = 1) -> str:
        """Tap the newest button whose label contains `label`; return the chat from there on."""
        message, button = self._find(label)
        for _ in range(times):
            await self.press(message, button["callback_data"])
        return self.below(message["message_id"] - 1)

    async def press(self, message: dict[str, Any], data: str) -> None:
        """Press a button that carries `data` as it stood on `message`."""
        query = {"id": "1", "from": self._user(), "chat_instance": "1"}
        await self.deliver({"callback_query": {**query, "message": message, "data": data}})

    async def deliver(self, content: dict[str, Any]) -> None:
        """Hand an update to the bot the way the engine's queue does."""
        update = {"update_id": next(self._numbers), **content}
        body = json.dumps(update).encode()
        envelope = UpdateEnvelope.wrap(
            bot_name=self._bot.name, update=update, body=body, origin="gateway"
        )
        await self._bot.handle(envelope)

    def below(self, message_id: int) -> str:
        """Return the bot's messages after one, as text with their buttons."""
        newer = [
            message
            for number, message in sorted(self._telegram.messages.items())
            if number > message_id and message["from"]["is_bot"]
        ]
        return "\n".join(shown(message) for message in newer)

    @property
    def last(self) -> dict[str, Any]:
        """The newest message."""
        return self._telegram.messages[max(self._telegram.messages)]

    @property
    def labels(self) -> list[str]:
        """The labels of the newest message's buttons."""
        return [button["text"] for button in buttons_of(self.last)]

    def _find(self, label: str) -> tuple[dict[str, Any], dict[str, str]]:
        for _, message in sorted(self._telegram.messages.items(), reverse=True):
            for button in buttons_of(message):
                if label in button["text"]:
                    return message, button
        raise AssertionError(f"no button {label!r}; the chat ends with\n{shown(self.last)}")

    def _user(self) -> dict[str, Any]:
        code = self._language_code
        return {"id": CHAT_ID, "is_bot": False, "first_name": "Аня", "language_code": code}


def buttons_of(message: dict[str, Any]) -> list[dict[str, str]]:
    """Return a message's buttons in reading order."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def shown(message: dict[str, Any]) -> str:
    """Return a message as a person reads it."""
    text = message.get("text") or message.get("caption") or "(media)"
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return "\n".join([text, *(" ".join(f"[{one['text']}]" for one in row) for row in rows)])
