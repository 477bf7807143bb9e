"""Stands between the bots and the core, and can be turned into a core that has a bad day."""

import asyncio
import contextlib
from typing import Literal

from engagectl.stack.ports import HOST

Mood = Literal["passes", "refuses", "hangs", "loses_answers"]
"""`passes` bytes on; `refuses` every request with 500; `hangs`: takes requests and says nothing;
`loses_answers`: the core does what it is asked, and the connection breaks before the answer.
"""

_CHUNK = 65536
_REFUSAL_BODY = b'{"error": {"code": "internal", "message": "chaos"}}'
_REFUSAL = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s"
) % (len(_REFUSAL_BODY), _REFUSAL_BODY)


class CoreProxy:
    """A proxy for the core at a port of this machine."""

    def __init__(self, core_port: int) -> None:
        """Pass on to the core at `core_port` once opened."""
        self._core_port = core_port
        self._mood: Mood = "passes"
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self, port: int) -> None:
        """Listen at `port` of the loopback address."""
        self._server = await asyncio.start_server(self._serve, HOST, port)

    def turn(self, mood: Mood) -> None:
        """Change what is done with requests, those under way included: they break off."""
        self._mood = mood
        for writer in tuple(self._open):
            writer.transport.abort()

    async def close(self) -> None:
        """Stop listening and break what is under way."""
        if self._server:
            self._server.close()
            self.turn("passes")
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._open.discard(writer)
            if self._mood == "loses_answers":
                writer.transport.abort()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mood == "hangs":
            while await reader.read(_CHUNK):
                pass
        elif self._mood == "refuses":
            await _read_request(reader)
            writer.write(_REFUSAL)
            await writer.drain()
        else:
            await self._connect(reader, writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        core_reader, core_writer = await asyncio.open_connection(HOST, self._core_port)
        loses = self._mood == "loses_answers"
        pumps = [
            asyncio.create_task(_pump(reader, core_writer)),
            asyncio.create_task(core_reader.read(1) if loses else _pump(core_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            core_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


async def _read_request(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            await reader.readexactly(int(value))
