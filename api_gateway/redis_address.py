"""Where Redis is and how to log in there: REDIS_URL, read by redis-py's own rules."""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url

from utils.settings import SettingsError

_PORT = 6379


@dataclass(frozen=True)
class RedisAddress:
    """One Redis.

    Attributes:
        host: its name or address; empty when `path` is used.
        port: its port.
        path: its Unix socket, empty when it is reached over a network.
        tls: what a TLS connection is made with; None for a plain one.
        login: the packed commands to begin a connection with (AUTH, SELECT).
    """

    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None
    login: tuple[bytes, ...]

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Connect `protocol` to it.

        Raises:
            OSError: nothing answers there, or its certificate is refused.
        """
        loop = asyncio.get_running_loop()
        if self.path:
            await loop.create_unix_connection(lambda: protocol, self.path)
        else:
            await loop.create_connection(lambda: protocol, self.host, self.port, ssl=self.tls)


def parse_redis_url(url: str) -> RedisAddress:
    """Read an address as redis-py would: `redis://`, `rediss://` or `unix://`.

    Raises:
        SettingsError: it is none of these; the text does not show it, for it may hold a password.
    """
    try:
        options: dict[str, Any] = dict(parse_url(url))
        tls = _tls(options)
    except (ValueError, TypeError, OSError) as error:
        raise SettingsError(
            "REDIS_URL cannot be used",
            why=f"it is no address of a Redis ({type(error).__name__})",
            mend="write it as redis://[user:password@]host:port/number, rediss://… or unix://…",
        ) from None
    return RedisAddress(
        host=options.get("host", "localhost"),
        port=int(options.get("port", _PORT)),
        path=options.get("path", ""),
        tls=tls,
        login=_login(options),
    )


def _tls(options: dict[str, Any]) -> ssl.SSLContext | None:
    if options.get("connection_class") is not SSLConnection:
        return None
    given = {name: value for name, value in options.items() if name.startswith("ssl_")}
    return SSLConnection(**given).ssl_context.get()


def _login(options: dict[str, Any]) -> tuple[bytes, ...]:
    commands: list[tuple[str, ...]] = []
    if "password" in options:
        user = (options["username"],) if "username" in options else ()
        commands.append(("AUTH", *user, options["password"]))
    if options.get("db"):
        commands.append(("SELECT", str(options["db"])))
    return tuple(
        hiredis.pack_command(command)  # type: ignore[arg-type]  # its stub means tuples of one
        for command in commands
    )
