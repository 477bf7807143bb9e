"""One connection to Redis that sends what one turn of the event loop gathered in one piece."""

import asyncio
from collections import deque
from typing import Any, cast

import hiredis

from utils.errors import EngageError

ANSWER_SECONDS = 0.8
"""How long Redis may take to answer; a moment later it counts as gone. Telegram is better told to
come again than kept waiting.
"""

_LOOKS = 8
"""How often within ANSWER_SECONDS the watchdog looks. It has one timer for all calls, since a
timer for each would cost as much as reading the update.
"""

_MOST_UNSENT_BYTES = 16 * 1024 * 1024
"""When this much waits to be sent, Redis is not reading: nothing more is taken."""

_MOST_GATHERED = 8
"""So many commands are sent without waiting for the turn's end: Redis works while they go on."""

_NO_REPLY_YET = object()


class RedisGoneError(EngageError):
    """Redis cannot be asked now, or whether it did what it was asked is unknown."""

    def __init__(self, why: str) -> None:
        """Say why, in words that hold no value of a command."""
        super().__init__(
            "Redis does not take updates", why=why, mend="see whether it runs: engagectl dev status"
        )


class RedisConnection(asyncio.Protocol):
    """Commands go out in the order of the calls; replies come back in the same order.

    Attributes:
        lost: done when the connection is over; its result says why, empty when Redis closed it.
    """

    def __init__(self) -> None:
        """Make the connection's end; `RedisAddress.connect` joins it to Redis."""
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._reader = hiredis.Reader(notEnoughData=_NO_REPLY_YET)
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._unsent: list[bytes] = []
        self._is_choked = False
        self._sent = 0
        self._watch: asyncio.TimerHandle | None = None
        self._looks: deque[int] = deque(maxlen=_LOOKS)

    def call(self, command: bytes) -> asyncio.Future[Any]:
        """Send a packed command with the others of this turn and return its reply's future.

        An error that Redis answers is the future's result, a `hiredis.ReplyError`.

        Raises (from the future):
            RedisGoneError: there was no answer in time, or the connection broke.
        """
        future = self._loop.create_future()
        if self._is_choked or self._transport is None:
            future.set_exception(RedisGoneError("it is gone, or does not read what it is sent"))
            return future
        self._waiting.append(future)
        if not self._unsent:
            self._loop.call_soon(self._send_gathered)
        self._unsent.append(command)
        if len(self._unsent) >= _MOST_GATHERED:
            self._send_gathered()
        return future

    def give_up(self, why: str) -> None:
        """End the connection at once; calls that wait for an answer fail."""
        if self._transport is not None:
            self._transport.abort()
        self._end(why)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_MOST_UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        """Hand each reply to the call that has waited longest."""
        try:
            self._reader.feed(data)
            reply = self._reader.gets()
            while reply is not _NO_REPLY_YET:
                future = self._waiting.popleft()
                if not future.done():  # else its caller gave up
                    future.set_result(reply)
                reply = self._reader.gets()
        except (hiredis.ProtocolError, IndexError):
            self.give_up("what answers there does not speak Redis's protocol")

    def pause_writing(self) -> None:
        """Take no more: what is sent already is not being read."""
        self._is_choked = True

    def resume_writing(self) -> None:
        """Take calls again."""
        self._is_choked = False

    def connection_lost(self, exc: Exception | None) -> None:
        """End: Redis, or what lies between, closed the connection."""
        del exc
        self._end("")

    def _send_gathered(self) -> None:
        if self._transport is None or not self._unsent:
            return
        self._transport.write(b"".join(self._unsent))
        self._sent += len(self._unsent)
        self._unsent.clear()
        if self._watch is None:
            self._look_later()

    def _look_later(self) -> None:
        self._watch = self._loop.call_later(ANSWER_SECONDS / _LOOKS, self._look)

    def _look(self) -> None:
        """Give Redis up when what was asked ANSWER_SECONDS ago is not all answered."""
        self._watch = None
        if not self._waiting:
            self._looks.clear()
            return
        asked = self._sent + len(self._unsent)
        answered = asked - len(self._waiting)
        if len(self._looks) == _LOOKS and answered < self._looks[0]:
            self.give_up(f"it did not answer within {ANSWER_SECONDS:g} seconds")
            return
        self._looks.append(asked)
        self._look_later()

    def _end(self, why: str) -> None:
        if self.lost.done():
            return
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
        for future in self._waiting:
            if not future.done():
                future.set_exception(RedisGoneError(why or "it closed the connection"))
        self._waiting.clear()
        self._unsent.clear()
        self.lost.set_result(why)
