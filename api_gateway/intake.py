"""Puts updates into Redis: each once, each durable before Telegram is told so."""

import hashlib
from enum import Enum
from typing import Any

import hiredis

from api_gateway.redis_address import RedisAddress
from api_gateway.redis_connection import RedisGoneError
from api_gateway.redis_pipe import RedisPipe, error_code
from utils.update_envelope import (
    APPEND_SCRIPT,
    DUPLICATE_MARK_SECONDS,
    QUEUE_FULL,
    UpdateEnvelope,
)

_SHA = hashlib.sha1(APPEND_SCRIPT.encode(), usedforsecurity=False).hexdigest()
_BY_SHA = ("EVALSHA", _SHA, "2")
_BY_TEXT = ("EVAL", APPEND_SCRIPT, "2")
_LOAD = hiredis.pack_command(("SCRIPT", "LOAD", APPEND_SCRIPT))
_PING = hiredis.pack_command(("PING",))
_MARK_SECONDS = str(DUPLICATE_MARK_SECONDS)


class Appended(Enum):
    """What became of an update."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUEUE_FULL = "queue_full"


class UpdateIntake:
    """The gateway's end of the queue."""

    def __init__(self, address: RedisAddress, *, high_mark: int) -> None:
        """Store at `address`, at most `high_mark` entries in a stream."""
        self._pipe = RedisPipe(address, (_LOAD,))
        self._high_mark = str(high_mark)

    @property
    def is_connected(self) -> bool:
        """Whether a connection to Redis is open now."""
        return self._pipe.connection is not None

    def start(self) -> None:
        """Connect before the first update comes."""
        self._pipe.start()

    async def append(self, envelope: UpdateEnvelope) -> Appended:
        """Store an update unless it was stored before.

        Raises:
            RedisGoneError: Redis did not confirm in time, or refused.
        """
        reply = await self._call(self._command(_BY_SHA, envelope))
        if type(reply) is bytes:
            return Appended.STORED
        if isinstance(reply, hiredis.ReplyError) and error_code(reply) == "NOSCRIPT":
            reply = await self._call(self._command(_BY_TEXT, envelope))
        return self._outcome(reply)

    async def check(self) -> None:
        """Raise RedisGoneError unless Redis answers in time."""
        self._outcome(await self._call(_PING))

    async def close(self) -> None:
        """Close the connection."""
        await self._pipe.close()

    async def _call(self, command: bytes) -> Any:
        connection = self._pipe.connection or await self._pipe.opened()
        return await connection.call(command)

    def _command(self, script: tuple[str, ...], envelope: UpdateEnvelope) -> bytes:
        values: list[str | bytes] = [
            *script, envelope.stream, envelope.duplicate_mark, _MARK_SECONDS, self._high_mark
        ]  # fmt: skip
        for pair in envelope.fields().items():
            values += pair
        return hiredis.pack_command(tuple(values))

    def _outcome(self, reply: Any) -> Appended:
        if isinstance(reply, hiredis.ReplyError):
            code = error_code(reply)
            if code == "READONLY" and self._pipe.connection is not None:
                # It is a replica now: the name in REDIS_URL may lead to its successor already.
                self._pipe.connection.give_up("it answered READONLY")
            raise RedisGoneError(f"it answered {code}")
        if reply is None:
            return Appended.DUPLICATE
        return Appended.QUEUE_FULL if reply == QUEUE_FULL else Appended.STORED
