"""Puts updates into Redis: each once, each durable before Telegram is told so."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import hiredis

from api_gateway.append_command import LOAD_SCRIPT, AppendCommand, by_text
from api_gateway.redis_address import RedisAddress
from api_gateway.redis_connection import RedisGoneError
from api_gateway.redis_pipe import RedisPipe, error_code
from utils.update_envelope import QUEUE_FULL

_PING = hiredis.pack_command(("PING",))


class Appended(Enum):
    """What became of an update."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUEUE_FULL = "queue_full"


_STORED = Appended.STORED


class UpdateIntake:
    """The gateway's end of the queue."""

    def __init__(self, address: RedisAddress, *, high_mark: int) -> None:
        """Store at `address`, at most `high_mark` entries in a stream."""
        self._pipe = RedisPipe(address, (LOAD_SCRIPT,))
        self._high_mark = high_mark
        self._commands: dict[str, AppendCommand] = {}

    @property
    def is_connected(self) -> bool:
        """Whether a connection to Redis is open now."""
        return self._pipe.connection is not None

    def start(self) -> None:
        """Connect before the first update comes."""
        self._pipe.start()

    async def append(
        self, bot_name: str, update: Mapping[str, Any], body: bytes, trace: str
    ) -> Appended:
        """Store an update, whose `update_id` is whole, unless it was stored before.

        Raises:
            RedisGoneError: Redis did not confirm in time, or refused.
        """
        packer = self._commands.get(bot_name)
        if packer is None:
            packer = AppendCommand(bot_name, high_mark=self._high_mark)
            self._commands[bot_name] = packer
        command = packer.pack(update, body, trace)
        connection = self._pipe.connection or await self._pipe.opened()
        reply = await connection.call(command)
        if type(reply) is bytes:
            return _STORED
        if isinstance(reply, hiredis.ReplyError) and error_code(reply) == "NOSCRIPT":
            reply = await connection.call(by_text(command))
        return self._outcome(reply)

    async def check(self) -> None:
        """Raise RedisGoneError unless Redis answers in time."""
        connection = self._pipe.connection or await self._pipe.opened()
        self._outcome(await connection.call(_PING))

    async def close(self) -> None:
        """Close the connection."""
        await self._pipe.close()

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
