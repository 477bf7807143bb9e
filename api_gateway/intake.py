"""Puts updates into Redis: each once, each durable before Telegram is told so."""

from collections.abc import Awaitable, Mapping
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


class UpdateIntake:
    """The gateway's end of the queue."""

    def __init__(self, address: RedisAddress, *, high_mark: int) -> None:
        """Store at `address`, at most `high_mark` entries in a stream."""
        self._pipe = RedisPipe(address, (LOAD_SCRIPT,))
        self._appends = AppendCommand(high_mark=high_mark)

    @property
    def is_connected(self) -> bool:
        """Whether a connection to Redis is open now."""
        return self._pipe.connection is not None

    def start(self) -> None:
        """Connect before the first update comes."""
        self._pipe.start()

    def command(self, bot_name: str, update: Mapping[str, Any], body: bytes, trace: str) -> bytes:
        """Return what appends an update whose `update_id` is whole."""
        return self._appends.pack(bot_name, update, body, trace)

    def ask(self, command: bytes) -> Awaitable[Any]:
        """Send a command; the reply is an entry's id when an update was stored.

        Raises (when awaited):
            RedisGoneError: Redis did not answer in time.
        """
        connection = self._pipe.connection
        return self._ask_later(command) if connection is None else connection.call(command)

    async def understand(self, reply: Any, command: bytes) -> Appended:
        """Return what a reply that is not an entry's id says.

        Raises:
            RedisGoneError: Redis refused.
        """
        if isinstance(reply, hiredis.ReplyError) and error_code(reply) == "NOSCRIPT":
            reply = await self.ask(by_text(command))
        self._check_reply(reply)
        if reply is None:
            return Appended.DUPLICATE
        return Appended.QUEUE_FULL if reply == QUEUE_FULL else Appended.STORED

    async def check(self) -> None:
        """Raise RedisGoneError unless Redis answers in time."""
        self._check_reply(await self.ask(_PING))

    async def close(self) -> None:
        """Close the connection."""
        await self._pipe.close()

    async def _ask_later(self, command: bytes) -> Any:
        connection = await self._pipe.opened()
        return await connection.call(command)

    def _check_reply(self, reply: Any) -> None:
        if not isinstance(reply, hiredis.ReplyError):
            return
        code = error_code(reply)
        if code == "READONLY" and self._pipe.connection is not None:
            # It is a replica now: the name in REDIS_URL may lead to its successor already.
            self._pipe.connection.give_up("it answered READONLY")
        raise RedisGoneError(f"it answered {code}")
