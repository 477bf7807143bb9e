"""Redis killed, frozen and started again under load: every call is answered, then all flows."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from redis import Redis

from tests.api_gateway.gateway import SHARED_SECRET, Gateway, stored
from tests.services import RedisServer

_SENDERS = 20
_BAR_SECONDS = 1.5
"""Within this a call must be answered, whatever Redis does."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that the test may kill."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.pause(signal.SIGCONT)
    server.stop()


@pytest.fixture
def lone_gateway(tmp_path: Path, server: RedisServer) -> Iterator[Gateway]:
    """A gateway before that Redis."""
    gateway = Gateway(tmp_path, server.url)
    gateway.start()
    yield gateway
    gateway.close()


class Telegram:
    """Sends every update until it is taken, one at a time in each chat."""

    def __init__(self, gateway: Gateway) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{gateway.port}",
            headers={"X-Telegram-Bot-Api-Secret-Token": SHARED_SECRET},
            timeout=_BAR_SECONDS,
            trust_env=False,
        )
        self.answers: Counter[int] = Counter()
        self.taken: list[int] = []
        self.is_ending = False

    async def send_all(self) -> None:
        """Send in all chats until `is_ending`."""
        async with self._http:
            await asyncio.gather(*(self._send_in(chat) for chat in range(1, _SENDERS + 1)))

    async def _send_in(self, chat: int) -> None:
        update_id = chat * 1_000_000
        while not self.is_ending:
            update_id += 1
            update = {"update_id": update_id, "message": {"chat": {"id": chat}}}
            while not await self._is_taken(update):
                await asyncio.sleep(0.05)
            self.taken.append(update_id)

    async def _is_taken(self, update: dict[str, object]) -> bool:
        answer = await self._http.post("/webhook/english_bot/", json=update)
        self.answers[answer.status_code] += 1
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "2"
        return answer.status_code == 200


async def _see(telegram: Telegram, sending: asyncio.Task[None], status: int, *, times: int) -> None:
    """Wait for so many more answers of a status; an unanswered call ends the sending."""
    wanted = telegram.answers[status] + times
    async with asyncio.timeout(20):
        while telegram.answers[status] < wanted:
            if sending.done():
                sending.result()
            await asyncio.sleep(0.02)


def _kill_and_start(server: RedisServer, begin: bool) -> None:
    if begin:
        server.kill()
    else:
        server.start()


def _freeze_and_thaw(server: RedisServer, begin: bool) -> None:
    server.pause(signal.SIGSTOP if begin else signal.SIGCONT)


@pytest.mark.parametrize("fault", [_kill_and_start, _freeze_and_thaw])
async def test_every_call_is_answered_and_no_taken_update_is_lost_or_doubled(
    lone_gateway: Gateway, server: RedisServer, fault: Callable[[RedisServer, bool], None]
) -> None:
    telegram = Telegram(lone_gateway)
    sending = asyncio.create_task(telegram.send_all())
    for _ in range(2):
        await _see(telegram, sending, 200, times=100)
        fault(server, True)
        await _see(telegram, sending, 503, times=3 * _SENDERS)
        fault(server, False)
    await _see(telegram, sending, 200, times=100)
    telegram.is_ending = True
    await sending
    assert set(telegram.answers) == {200, 503}
    with Redis.from_url(server.url) as redis:
        _check(telegram, [each.update_id for each in stored(redis)])


def _check(telegram: Telegram, stored_ids: list[int]) -> None:
    assert Counter(stored_ids).most_common(1)[0][1] == 1, "an update lies there twice"
    assert set(telegram.taken) <= set(stored_ids)
    for chat in range(1, _SENDERS + 1):
        of_chat = [each for each in stored_ids if each // 1_000_000 == chat]
        assert of_chat == sorted(of_chat)
