"""From Telegram's POST at the gateway to the bot's answering call at Telegram.

The whole stack runs as `dev up` starts it, without the simulator: this program takes Telegram's
place on both sides, so that nothing but our own services is between its two clocks.
"""

import asyncio
import json
import re
import statistics
import tempfile
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from tests.benchmarks.report import Bar, Report
from tests.services import free_port
from tests.stack import StackCopy
from utils.env_files import read_env_file

_BOT = "turns_bot"
_HANDLERS = """
    import asyncio
    from aiogram import F, Router

    def create_router():
        router = Router()
        router.message.register(think, F.text == "think")
        router.message.register(answer, F.text)
        router.callback_query.register(pressed)
        return router

    async def think(message):
        await asyncio.sleep(20)
        await message.answer("thought")

    async def answer(message, learner):
        await message.answer(message.text)

    async def pressed(query):
        await query.answer(query.data)
"""
_CHATS = 100
_IDLE_MESSAGES = 100
_BUSY_MESSAGES = 1500
_BUSY_PER_SECOND = 50
_PRESSES = 20
_LABEL = re.compile(rb"(label-[a-z]+-\d+)")


class _Telegram:
    """Sends updates to the gateway and notes when the bot's answer to each arrives."""

    def __init__(self, gateway: httpx2.AsyncClient, secret: str) -> None:
        self._gateway = gateway
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        self._update_id = int(time.time())
        self._answered: dict[str, asyncio.Future[float]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take a Bot API call."""
        arrived = time.perf_counter()
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        for label in _LABEL.findall(body):
            waiting = self._answered.pop(label.decode(), None)
            if waiting and not waiting.done():
                waiting.set_result(arrived)
        method = str(scope["path"]).rpartition("/")[2]
        answer = json.dumps({"ok": True, "result": _result(method)}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def time(self, content: dict[str, Any], label: str) -> float:
        """Return the milliseconds from sending an update to the answer that has its label."""
        answered = self._answered[label] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self.send(content)
        async with asyncio.timeout(30):
            return (await answered - began) * 1000

    async def send(self, content: dict[str, Any]) -> None:
        """Send an update as Telegram does."""
        self._update_id += 1
        update = {"update_id": self._update_id, **content}
        answer = await self._gateway.post(f"/webhook/{_BOT}/", json=update, headers=self._headers)
        answer.raise_for_status()


def measure() -> Report:
    """Measure and return the report."""
    with tempfile.TemporaryDirectory(prefix="engageai-roundtrip-") as folder:
        return asyncio.run(_measure(StackCopy(Path(folder))))


async def _measure(stack: StackCopy) -> Report:
    async with _telegram(stack) as telegram:
        for chat in range(_CHATS):
            await telegram.time(_message(chat, label := f"label-warm-{chat}"), label)
        idle = []
        for number in range(_IDLE_MESSAGES):
            label = f"label-idle-{number}"
            idle.append(await telegram.time(_message(number % _CHATS, label), label))
            await asyncio.sleep(0.05)
        busy = await _at_a_rate(telegram)
        presses = await _presses_beside_a_turn(telegram)
    percentiles = statistics.quantiles(busy, n=100)
    figures = {
        "idle_median_ms": round(statistics.median(idle), 1),
        "idle_p95_ms": round(statistics.quantiles(idle, n=20)[-1], 1),
        "busy_median_ms": round(statistics.median(busy), 1),
        "busy_p99_ms": round(percentiles[-1], 1),
        "press_median_ms": round(statistics.median(presses), 1),
        "press_longest_ms": round(max(presses), 1),
        "messages": len(idle) + len(busy),
    }
    return Report(
        "roundtrip",
        figures,
        [
            Bar("idle_median_ms", figures["idle_median_ms"], 15),
            Bar("busy_p99_ms", figures["busy_p99_ms"], 25),
            Bar("press_longest_ms", figures["press_longest_ms"], 50),
        ],
    )


async def _at_a_rate(telegram: _Telegram) -> list[float]:
    began = time.perf_counter()
    timing = []
    for number in range(_BUSY_MESSAGES):
        await asyncio.sleep(max(began + number / _BUSY_PER_SECOND - time.perf_counter(), 0))
        label = f"label-busy-{number}"
        timing.append(asyncio.create_task(telegram.time(_message(number % _CHATS, label), label)))
    return await asyncio.gather(*timing)


async def _presses_beside_a_turn(telegram: _Telegram) -> list[float]:
    await telegram.send(_message(0, "think"))
    await asyncio.sleep(1)
    presses = []
    for number in range(_PRESSES):
        label = f"label-press-{number}"
        presses.append(await telegram.time(_press(0, label), label))
        await asyncio.sleep(0.3)
    return presses


@asynccontextmanager
async def _telegram(stack: StackCopy) -> AsyncIterator[_Telegram]:
    port = free_port()
    _write_bot(stack.root / "bots" / _BOT)
    stack.engagectl("env", "init")
    with (stack.root / "bots" / ".env").open("a", encoding="utf-8") as settings:
        settings.write(f"\nTELEGRAM_API_URL=http://127.0.0.1:{port}\n")
    secret = read_env_file(stack.root / "api_gateway" / ".env")["WEBHOOK_SECRET"]
    async with httpx2.AsyncClient(base_url=stack.gateway_url, trust_env=False) as gateway:
        telegram = _Telegram(gateway, secret)
        server = uvicorn.Server(
            uvicorn.Config(telegram, port=port, log_level="critical", lifespan="off")
        )
        serving = asyncio.create_task(server.serve())
        try:
            started = await asyncio.to_thread(stack.up, "--no-simulator")
            if started.code != 0:
                raise RuntimeError(started.err)
            yield telegram
        finally:
            await asyncio.to_thread(stack.down)
            server.should_exit = True
            await serving


def _write_bot(folder: Path) -> None:
    (folder / "handlers").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "handlers" / "__init__.py").write_text(textwrap.dedent(_HANDLERS), encoding="utf-8")


def _person(chat: int) -> dict[str, Any]:
    return {"id": 500_000 + chat, "is_bot": False, "first_name": "Ann", "language_code": "en"}


def _message(chat: int, text: str) -> dict[str, Any]:
    person = _person(chat)
    place = {"id": person["id"], "type": "private", "first_name": "Ann"}
    said = {"message_id": 1, "date": int(time.time()), "from": person, "chat": place, "text": text}
    return {"message": said}


def _press(chat: int, data: str) -> dict[str, Any]:
    said = _message(chat, "a question")["message"]
    query = {"id": "1", "from": _person(chat), "chat_instance": "1", "data": data, "message": said}
    return {"callback_query": query}


def _result(method: str) -> Any:
    if method == "getMe":
        return {"id": 1, "is_bot": True, "first_name": "Bot", "username": "turns_bot"}
    if method != "sendMessage":
        return True
    chat = {"id": 1, "type": "private"}
    return {"message_id": 1, "date": int(time.time()), "chat": chat, "text": "x"}
