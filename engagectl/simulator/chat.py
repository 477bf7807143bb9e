"""A private chat of one person with one bot, and how its changes are counted."""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field

from engagectl.simulator.records import ChatRecord, Json, Message


@dataclass
class Draft:
    """A message that a bot is still writing."""

    draft_id: int
    text: str
    entities: list[Json]
    can_stop: bool
    keep_on_stop: bool
    expires_at: float
    rich_message: Json | None = None


@dataclass
class ChatAction:
    """What the bot is doing just now, such as typing."""

    action: str
    expires_at: float


@dataclass
class CallbackAnswer:
    """What a bot answered to a pressed button."""

    callback_query_id: str
    version: int
    text: str | None
    show_alert: bool
    url: str | None


@dataclass
class Chat:
    """A chat in memory. Its version grows with every change that the person may see."""

    record: ChatRecord
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    """By message id, in the order of their last change."""
    draft: Draft | None = None
    stopped_draft_id: int | None = None
    """The draft that the person stopped last."""
    action: ChatAction | None = None
    answers: list[CallbackAnswer] = field(default_factory=list)
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    @property
    def key(self) -> tuple[int, int]:
        """The bot and the person."""
        return self.record.bot_id, self.record.user_id

    @property
    def version(self) -> int:
        """The number of the last change."""
        return self.record.version

    def bump(self) -> int:
        """Count a change, wake those who wait for one and return its number."""
        self.record.version += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        return self.record.version

    def changed_since(self, version: int) -> list[Message]:
        """Return the messages that changed after `version`, in the order of the chat."""
        changed = []
        for message in reversed(self.messages.values()):
            if message.version <= version:
                break
            changed.append(message)
        return sorted(changed, key=lambda message: message.message_id)

    async def wait_for_change(self, version: int, seconds: float) -> None:
        """Return once something changed after `version`, or when `seconds` are over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.version <= version and (left := deadline - loop.time()) > 0:
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiting.add(waiter)
            try:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(waiter, left)
            finally:
                self._waiting.discard(waiter)
