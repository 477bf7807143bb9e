"""Keeps one connection to Redis open, and says at once when there is none."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import hiredis

from api_gateway.redis_address import RedisAddress
from api_gateway.redis_connection import RedisConnection, RedisGoneError

_OPEN_SECONDS = 1.0
_PATIENCE_SECONDS = 0.4
"""How long a call waits for a connection that is just being opened. Together with the wait for its
answer it stays below 1.5 seconds.
"""

_PAUSE_SECONDS = 0.25
_CODES = ("LOADING", "OOM", "MISCONF", "READONLY", "NOAUTH", "WRONGPASS", "NOPERM", "NOSCRIPT")

_logger = logging.getLogger(__name__)


def error_code(error: hiredis.ReplyError) -> str:
    """Return the word that names an error of Redis: its text may repeat what it was sent."""
    text = str(error)
    return next((code for code in _CODES if code in text), text.partition(" ")[0])


class RedisPipe:
    """The way to Redis, opened when it is first used and opened anew whenever it breaks.

    Attributes:
        connection: the open connection, None while there is none.
    """

    def __init__(self, address: RedisAddress, preparation: Sequence[bytes] = ()) -> None:
        """Lead to `address`; each connection begins with the packed commands `preparation`."""
        self.connection: RedisConnection | None = None
        self._address = address
        self._beginning = (*address.login, *preparation)
        self._fault = ""
        self._settled = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep a connection open."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_open())

    async def opened(self) -> RedisConnection:
        """Return the connection, waiting a moment when it is being opened.

        Raises:
            RedisGoneError: there is none, or it takes too long.
        """
        self.start()
        if not self._fault:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._settled.wait()
        if self.connection is None:
            raise RedisGoneError(self._fault or "the connection is not open yet")
        return self.connection

    async def close(self) -> None:
        """Close the connection and stay closed."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self.connection is not None:
            self.connection.give_up("the gateway ends")
            self.connection = None

    async def _keep_open(self) -> None:
        while True:
            fault = await self._try_to_open()
            if self.connection is not None:
                fault = await self.connection.lost
                self.connection = None
                _logger.warning("the connection to Redis is lost: %s", fault or "Redis closed it")
            if fault:
                self._refuse(fault)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                # Redis may be back at once: calls wait for the first attempt.
                self._settled.clear()

    async def _try_to_open(self) -> str:
        """Open a connection and return an empty text, or why there is none."""
        connection = RedisConnection()
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                await self._address.connect(connection)
                await self._begin(connection)
        except RedisGoneError as error:
            fault = error.why
        except (OSError, ValueError) as error:  # a TimeoutError too; a name that is none
            fault = f"{type(error).__name__} at REDIS_URL"
        else:
            self.connection = connection
            self._fault = ""
            self._settled.set()
            _logger.info("Redis takes updates")
            return ""
        connection.give_up(fault)
        return fault

    async def _begin(self, connection: RedisConnection) -> None:
        for reply in await asyncio.gather(*map(connection.call, self._beginning)):
            if isinstance(reply, hiredis.ReplyError):
                raise RedisGoneError(f"it answered {error_code(reply)}")

    def _refuse(self, fault: str) -> None:
        if fault != self._fault:
            _logger.warning("Redis does not take updates: %s", fault)
        self._fault = fault
        self._settled.set()
