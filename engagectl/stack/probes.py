"""How readiness is asked for: cheap enough to be asked every 100 ms."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from engagectl.stack.ports import HOST
from utils.embedded_postgres import EmbeddedPostgres

Probe = Callable[[], Awaitable[bool]]
"""Answers whether the service can serve; never raises."""

_ASK_SECONDS = 2.0


def http_ready(port: int) -> Probe:
    """Ready once `GET /health/ready` answers 200."""
    request = f"GET /health/ready HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n".encode()

    async def probe() -> bool:
        return b" 200 " in await _exchange(port, request)

    return probe


def redis_ready(port: int) -> Probe:
    """Ready once PING is answered: not while Redis still loads its data."""

    async def probe() -> bool:
        return (await _exchange(port, b"PING\r\n")).startswith(b"+PONG")

    return probe


def postgres_ready(server: EmbeddedPostgres) -> Probe:
    """Ready once the server says so in its own lock file."""

    async def probe() -> bool:
        return server.is_ready()

    return probe


def file_ready(path: Path) -> Probe:
    """Ready once the service wrote its file."""

    async def probe() -> bool:
        return path.exists()  # noqa: ASYNC240 (a look at local memory)

    return probe


async def _exchange(port: int, request: bytes) -> bytes:
    """Send a request and return the first line of the answer, nothing when there is none."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_ASK_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(request)
                await writer.drain()
                return await reader.readline()
            finally:
                writer.close()
    return b""
