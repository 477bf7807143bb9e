"""The pace of what bots send: one place in Redis for all processes, kept by a script.

Telegram takes about one message a second in a private chat (short bursts pass), 20 a minute in a
group, and about 30 a second from a bot that tells many people something; it counts neither exactly
nor openly, so we stay a little below. What is counted is when the next message would be due if all
had been sent evenly (GCRA): one number for each limit.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from bots.engine.pace_scripts import HOLD, TAKE
from bots.engine.redis_access import PROMPT_SECONDS, QueueError, RedisAccess

LONGEST_WAIT_SECONDS = 60.0
"""Who would have to wait longer for a turn is sent away, to come again later."""

Sending = Literal["reply", "push", "bulk"]
"""`reply`: to a learner's update. `push`: from inside, to one learner. `bulk`: to many."""

Sleep = Callable[[float], Awaitable[None]]

_PAUSE_WITHOUT_REDIS_SECONDS = 1.0
_LEAST_KEPT_MILLISECONDS = 1000
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many messages at once, then one each `seconds`."""

    seconds: float
    burst: int

    @property
    def arguments(self) -> tuple[int, int]:
        """How the script takes it, in microseconds: the distance, and how early one may come."""
        distance = round(self.seconds * 1e6)
        return distance, distance * (self.burst - 1)


GROUP = Limit(60 / 16, burst=4)
"""No minute has more than 20: the burst, and 16 after it."""


@dataclass(frozen=True)
class Pacing:
    """What may be set.

    Attributes:
        chat_burst: messages that a private chat takes at once, before it takes one a second.
        pushes_a_second: pushes of one bot; Telegram's limit is 30, or 1,000 if it is paid for.
    """

    chat_burst: int = 5
    pushes_a_second: int = 25

    @property
    def private_chat(self) -> Limit:
        """The limit of a private chat."""
        return Limit(1.0, self.chat_burst)

    @property
    def bot(self) -> Limit:
        """The limit of a bot's pushes."""
        return Limit(1 / self.pushes_a_second, -(-self.pushes_a_second // 5))

    @property
    def replies_counted(self) -> Limit:
        """So many replies pushes give way to; were it to all, a busy bot would push nothing."""
        least_share = self.pushes_a_second / 5
        counted = self.pushes_a_second - least_share
        return Limit(1 / counted, max(round(counted), 1))


_TURNS_AHEAD_SECONDS = {"reply": LONGEST_WAIT_SECONDS, "push": 1.0, "bulk": 1.0}
"""How far ahead a turn is given. Little for pushes: what has a turn gives way to no reply."""

_sending: ContextVar[Sending] = ContextVar("sending", default="reply")


@contextlib.contextmanager
def sending_as(sending: Sending) -> Iterator[None]:
    """Let what is sent inside be paced as a push; all else is a reply."""
    token = _sending.set(sending)
    try:
        yield
    finally:
        _sending.reset(token)


def current_sending() -> Sending:
    """Return how what is sent now is paced."""
    return _sending.get()


class NoTurnError(Exception):
    """There is no turn within `LONGEST_WAIT_SECONDS`, but perhaps after `seconds`."""

    def __init__(self, seconds: float) -> None:
        """Come again after `seconds`."""
        super().__init__(f"no turn within {LONGEST_WAIT_SECONDS:.0f} s, but in {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Way:
    """By which bot, to which chat (an id, or a channel's @name), and as what."""

    bot_id: int
    chat: str
    sending: Sending

    @property
    def keys(self) -> list[str]:
        """The keys of the chat and of the bot, in one slot."""
        return [f"engage:pace:{{{self.bot_id}}}:{self.chat}", f"engage:pace:{{{self.bot_id}}}"]

    @property
    def is_private(self) -> bool:
        """Whether one person reads it; private chats have the positive ids."""
        return self.chat.isdecimal()


@dataclass(frozen=True)
class Turn:
    """Whether there is a turn, and in how many seconds; without one, when to ask again."""

    is_given: bool
    seconds: float


class Pace:
    """Gives turns. Without Redis replies are free, and pushes wait until it is back."""

    def __init__(self, redis: RedisAccess, pacing: Pacing | None = None) -> None:
        """Count in `redis`."""
        self._redis = redis
        pacing = pacing or Pacing()
        self._chat_limits = {True: pacing.private_chat.arguments, False: GROUP.arguments}
        self._bot_limits = (*pacing.bot.arguments, *pacing.replies_counted.arguments)
        self._is_away = False

    async def wait_for_turn(
        self, way: Way, *, messages: int = 1, sleep: Sleep = asyncio.sleep
    ) -> float:
        """Return when this many messages may be sent, and how long that took.

        Raises:
            NoTurnError: it would take too long.
        """
        waited = 0.0
        turn = await self.take(way, messages=messages)
        while turn.seconds:
            # Those without a turn ask again one by one, not all at once.
            pause = turn.seconds * (1.0 if turn.is_given else random.uniform(0.5, 1.0))  # noqa: S311
            if waited + turn.seconds > LONGEST_WAIT_SECONDS:
                raise NoTurnError(turn.seconds)
            await sleep(pause)
            waited += pause
            # Telegram may have asked for a pause meanwhile.
            turn = await self.take(way, messages=0 if turn.is_given else messages)
        return waited

    async def take(self, way: Way, *, messages: int) -> Turn:
        """Take the next turn for this many messages; with 0, see whether a given one holds."""
        while True:
            try:
                is_given, microseconds = await self._redis.call(
                    TAKE, way.keys, self._arguments(way, messages), seconds=PROMPT_SECONDS
                )
            except QueueError as error:
                self._note_away(error)
                if way.sending == "reply":
                    return Turn(is_given=True, seconds=0.0)
                await asyncio.sleep(_PAUSE_WITHOUT_REDIS_SECONDS)
            else:
                self._is_away = False
                return Turn(bool(is_given), microseconds / 1e6)

    async def hold(self, way: Way, seconds: float) -> None:
        """Let nothing out to this chat for a while; after a push's 429, no push of the bot."""
        keys = way.keys if way.sending != "reply" else way.keys[:1]
        milliseconds = round(seconds * 1000)
        try:
            arguments = [milliseconds, _LEAST_KEPT_MILLISECONDS]
            await self._redis.call(HOLD, keys, arguments, seconds=PROMPT_SECONDS)
        except QueueError as error:
            self._note_away(error)

    def _arguments(self, way: Way, messages: int) -> list[str | bytes | int]:
        return [
            way.sending,
            messages,
            round(_TURNS_AHEAD_SECONDS[way.sending] * 1e6),
            _LEAST_KEPT_MILLISECONDS,
            *self._chat_limits[way.is_private],
            *self._bot_limits,
        ]

    def _note_away(self, error: QueueError) -> None:
        if not self._is_away:
            _logger.warning("the pace is not kept: %s (%s)", error.what, error.why)
        self._is_away = True
