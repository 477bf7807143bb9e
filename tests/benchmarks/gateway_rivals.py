"""The programs that the gateway is measured against, as small as they can be.

`bare_fastapi` and `raw_limit` are factories for uvicorn; `python -m tests.benchmarks.gateway_rivals
PORT` serves aiogram's own webhook handler, which is an application of aiohttp.
"""

import asyncio
import os
import sys
from collections import deque
from typing import Any
from urllib.parse import urlsplit

STREAM = "raw"
"""Where the raw limit appends."""

TOKEN = f"7000000001:SIM{'b' * 40}"
SECRET = "secret-of-the-benchmarks-bot-000"


def bare_fastapi() -> Any:
    """FastAPI's usual way: parse the body, answer, store nothing."""
    from fastapi import FastAPI, Request  # noqa: PLC0415 (each rival imports its own framework)

    app = FastAPI()

    @app.post("/webhook/{bot_name}/")
    async def webhook(bot_name: str, request: Request) -> dict[str, bool]:
        await request.json()
        return {"ok": True}

    return app


class RawLimit:
    """A raw ASGI application with a pipelined XADD and nothing else.

    Neither checks nor parses anything, and does not look after its connection.
    """

    def __init__(self) -> None:
        self._start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"12")],
        }
        self._body = {"type": "http.response.body", "body": b'{"ok": true}'}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._serve_life(receive, send)
            return
        message = await receive()
        await self._pipe.append(message["body"])
        await send(self._start)
        await send(self._body)

    async def _serve_life(self, receive: Any, send: Any) -> None:
        await receive()
        self._pipe = Pipe()
        address = urlsplit(os.environ["REDIS_URL"])  # noqa: TID251 (given by the benchmark)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._pipe, address.hostname, address.port)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


class Pipe(asyncio.Protocol):
    """What one turn of the loop gathers goes out in one piece; replies come back in order."""

    def __init__(self) -> None:
        import hiredis  # noqa: PLC0415 (each rival imports its own libraries)

        self._pack = hiredis.pack_command
        self._reader = hiredis.Reader(notEnoughData=self)
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._unsent: list[bytes] = []

    def append(self, body: bytes) -> asyncio.Future[Any]:
        future = self._loop.create_future()
        self._waiting.append(future)
        if not self._unsent:
            self._loop.call_soon(self._send_gathered)
        self._unsent.append(self._pack(("XADD", STREAM, "*", "body", body)))
        if len(self._unsent) == 8:
            self._send_gathered()
        return future

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not self:
            self._waiting.popleft().set_result(reply)

    def _send_gathered(self) -> None:
        if not self._unsent:
            return
        self._transport.write(b"".join(self._unsent))
        self._unsent.clear()


def raw_limit() -> RawLimit:
    """The least that a durable webhook can cost under uvicorn."""
    return RawLimit()


def serve_aiogram(port: int) -> None:
    """Serve aiogram's SimpleRequestHandler with a handler that does nothing."""
    import uvloop  # noqa: PLC0415
    from aiogram import Bot, Dispatcher  # noqa: PLC0415
    from aiogram.types import Message  # noqa: PLC0415
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler  # noqa: PLC0415
    from aiohttp import web  # noqa: PLC0415

    async def ignore(message: Message) -> None:
        pass

    async def application() -> web.Application:
        dispatcher = Dispatcher()
        dispatcher.message.register(ignore)
        app = web.Application()
        handler = SimpleRequestHandler(dispatcher, Bot(TOKEN), secret_token=SECRET)
        handler.register(app, path="/webhook/bot_0/")
        return app

    web.run_app(
        application(), host="127.0.0.1", port=port, print=None, access_log=None,
        loop=uvloop.new_event_loop(),
    )  # fmt: skip


if __name__ == "__main__":
    serve_aiogram(int(sys.argv[1]))
