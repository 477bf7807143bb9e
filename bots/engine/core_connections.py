"""Connections to the core that all bots of a process share.

aiohttp, which aiogram brings along: every update makes a call, and by httpx2 it costs several times
the CPU time.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

_CONNECTIONS = 100
_KEPT_SECONDS = 30.0
_TIMEOUT = ClientTimeout(total=5.0, connect=2.0)


class CoreSilentError(Exception):
    """No answer came; the text names the failure."""


@dataclass(frozen=True, slots=True)
class CoreAnswer:
    """What the core answered: the HTTP status and the body."""

    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the core did what was asked."""
        return 200 <= self.status < 300


class CoreConnections:
    """A pool of connections, opened when the first call is made."""

    def __init__(self, core_url: str, *, observe: Callable[[float], None] | None = None) -> None:
        """Call the core at `core_url`; tell `observe` the seconds until each answer."""
        self._core_url = core_url.rstrip("/")
        self._observe = observe
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Be closed at the end of `async with`."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.aclose()

    async def request(
        self, method: str, path: str, *, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> CoreAnswer:
        """Return the core's answer, whatever it says.

        Raises:
            CoreSilentError: none came in time.
        """
        content = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        began = time.perf_counter()
        try:
            async with self._opened().request(
                method, self._core_url + path, data=content, headers={**headers, **kind}
            ) as response:
                answer = CoreAnswer(response.status, await response.read())
        except (ClientError, TimeoutError, OSError) as error:
            raise CoreSilentError(type(error).__name__) from error
        if self._observe:
            self._observe(time.perf_counter() - began)
        return answer

    def _opened(self) -> ClientSession:
        # Only inside a running event loop can a session be made.
        if self._session is None:
            connector = TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEPT_SECONDS)
            self._session = ClientSession(connector=connector, timeout=_TIMEOUT)
        return self._session

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
