"""The door by which other commands speak to the running supervisor: a Unix socket.

One JSON line asks (`{"do": "stop"}`, `{"do": "restart", "service": …}`); JSON lines answer, the
last one with `"done": true`. The socket is bound and reached by its bare name from inside its
folder, because a path to a socket may have at most 107 characters.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

SOCKET_NAME = "control.sock"

Answers = AsyncIterator[dict[str, Any]]
Handler = Callable[[dict[str, Any]], Answers]


async def open_control(run_dir: Path, handler: Handler) -> asyncio.Server:
    """Listen in `run_dir` and answer each request by what `handler` yields."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            request = json.loads(await reader.readline())
            async for answer in handler(request):
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    with _inside(run_dir):
        Path(SOCKET_NAME).unlink(missing_ok=True)  # noqa: ASYNC240 (before anything is served)
        server = await asyncio.start_unix_server(serve, SOCKET_NAME)
        Path(SOCKET_NAME).chmod(0o600)  # noqa: ASYNC240
    return server


def close_control(run_dir: Path) -> None:
    """Remove the socket."""
    (run_dir / SOCKET_NAME).unlink(missing_ok=True)


def ask_supervisor(run_dir: Path, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Send a request and yield the answers as they come; nothing when nobody listens."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        with _inside(run_dir):
            connection.connect(SOCKET_NAME)
    except OSError:
        connection.close()
        return
    with connection, connection.makefile("rwb") as stream:
        stream.write(json.dumps(request).encode() + b"\n")
        stream.flush()
        for line in stream:
            yield json.loads(line)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
