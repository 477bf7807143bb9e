"""One pace for all processes: what must wait waits, replies never wait for a broadcast."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any, Self

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import (
    AnswerCallbackQuery,
    CopyMessages,
    DeleteMessage,
    EditMessageText,
    GetChat,
    SendChatAction,
    SendMediaGroup,
    SendMessage,
    SendMessageDraft,
    TelegramMethod,
)
from aiogram.types import InputMediaPhoto
from prometheus_client import CollectorRegistry

from bots.engine.ledger import LeaseLostError, LedgerStore, UpdateLedger
from bots.engine.metrics import SendingMetrics
from bots.engine.ownership import Lease
from bots.engine.paced_calls import Paced, RetryAfterHonoured, way_of
from bots.engine.pacing import NoTurnError, Pace, Sending, Way, sending_as
from bots.engine.redis_access import RedisAccess
from tests.bots_engine.http_fakes import FakeTelegram
from tests.services import free_port
from utils.update_envelope import UpdateEnvelope

TOKEN = f"7000000001:{'t' * 35}"
ANN, BOB, CLASS = "100", "200", "-100500"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisAccess]:
    """An empty Redis."""
    access = RedisAccess(redis_url)
    await access.client.flushdb()
    yield access
    await access.close()


@pytest.fixture
async def elsewhere(redis_url: str) -> AsyncIterator[RedisAccess]:
    """Another process's way to the same Redis."""
    access = RedisAccess(redis_url)
    yield access
    await access.close()


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    """The far side."""
    fake = FakeTelegram()
    fake.start()
    yield fake
    fake.stop()


class Process:
    """What one process of bots sends with: a session, its pace, its counters."""

    def __init__(self, redis_url: str, telegram: FakeTelegram) -> None:
        self.redis = RedisAccess(redis_url)
        self.pace = Pace(self.redis)
        self.registry = CollectorRegistry()
        metrics = SendingMetrics(self.registry)
        self.session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
        self.session.middleware.register(Paced(self.pace, metrics))
        self.session.middleware.register(RetryAfterHonoured(self.pace, metrics))
        self.bot = Bot(TOKEN, session=self.session)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self.redis.close()

    def count(self, outcome: str) -> float:
        """How many messages ended so."""
        return self.registry.get_sample_value("engage_bots_sends_total", {"outcome": outcome}) or 0


@pytest.fixture
async def processes(
    redis_url: str, redis: RedisAccess, telegram: FakeTelegram
) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes that share a Redis and serve the same bot."""
    telegram.forget()
    async with AsyncExitStack() as stack:
        first, second = Process(redis_url, telegram), Process(redis_url, telegram)
        yield await stack.enter_async_context(first), await stack.enter_async_context(second)


def way(chat: str = ANN, sending: Sending = "reply", *, bot_id: int = 1) -> Way:
    return Way(bot_id, chat, sending)


async def take(pace: Pace, way: Way, times: int) -> list[float]:
    """Take so many turns at once; return how long each has to wait."""
    turns = [await pace.take(way, messages=1) for _ in range(times)]
    assert all(turn.is_given for turn in turns)
    return [turn.seconds for turn in turns]


async def test_a_private_chat_takes_a_burst_and_then_a_message_a_second(redis: RedisAccess) -> None:
    turns = await take(Pace(redis), way(), 8)
    assert turns[:5] == [0] * 5
    assert 0 < turns[5] <= 1 < turns[6] <= 2 < turns[7] <= 3


async def test_a_group_takes_twenty_messages_in_a_minute(redis: RedisAccess) -> None:
    pace = Pace(redis)
    turns = await take(pace, way(CLASS), 20)
    assert turns[:4] == [0] * 4
    assert turns[4] > 0
    with pytest.raises(NoTurnError):
        await pace.wait_for_turn(way(CLASS))


async def test_all_processes_share_a_chat_and_chats_and_bots_are_apart(
    redis: RedisAccess, elsewhere: RedisAccess
) -> None:
    here, there = Pace(redis), Pace(elsewhere)
    taken = [await pace.take(way(), messages=1) for pace in (here, there) * 3]
    assert [turn.seconds > 0 for turn in taken] == [False] * 5 + [True]
    assert await take(there, way(BOB), 5) == [0] * 5
    assert await take(there, way(bot_id=2), 5) == [0] * 5


async def test_replies_do_not_wait_while_a_broadcast_waits_for_its_turns(
    redis: RedisAccess,
) -> None:
    pace = Pace(redis)
    broadcast = [await pace.take(way(str(n), "bulk"), messages=1) for n in range(1000, 1300)]
    replies = [await pace.take(way(str(n)), messages=1) for n in range(2000, 2100)]
    given = [turn for turn in broadcast if turn.is_given]
    assert [turn.seconds for turn in replies] == [0.0] * 100
    assert sum(turn.seconds == 0 for turn in given) < 30
    assert len(given) < 60, "no more than about a second's turns are given ahead"
    assert max(turn.seconds for turn in given) <= 1.0


async def test_a_broadcast_gives_way_to_replies_and_to_other_pushes(redis: RedisAccess) -> None:
    pace = Pace(redis)
    assert await take(pace, way(ANN, "bulk"), 1) == [0]
    for number in range(2000, 2040):
        await pace.take(way(str(number)), messages=1)
    behind_replies = await pace.take(way("3000", "bulk"), messages=1)
    assert behind_replies.seconds > 0.4
    for number in range(1000, 1300):
        await pace.take(way(str(number), "bulk"), messages=1)
    push = await pace.take(way("4000", "push"), messages=1)
    bulk = await pace.take(way("4000", "bulk"), messages=1)
    assert push.seconds < bulk.seconds


async def test_replies_however_many_leave_a_broadcast_its_least_share(redis: RedisAccess) -> None:
    pace = Pace(redis)
    for number in range(500):
        await pace.take(way(str(10_000 + number)), messages=1)
    assert (await pace.take(way(ANN, "bulk"), messages=1)).seconds < 2


async def test_each_chat_of_a_broadcast_waits_its_turn_and_all_come_through(
    redis: RedisAccess,
) -> None:
    pace = Pace(redis)
    order: list[str] = []

    async def send(number: int) -> None:
        await pace.wait_for_turn(way(str(number), "bulk"))
        order.append("bulk")

    broadcast = [asyncio.create_task(send(number)) for number in range(1, 61)]
    await asyncio.sleep(0.2)
    for number in range(1000, 1010):
        assert await pace.wait_for_turn(way(str(number))) == 0.0
        order.append("reply")
    await asyncio.gather(*broadcast)
    assert order.count("bulk") == 60
    assert order[-1] == "bulk"
    assert "bulk" in order[order.index("reply") :], "the replies came in the midst of it"


async def test_what_telegram_holds_back_is_held_back_for_the_chat_in_all_processes(
    redis: RedisAccess, elsewhere: RedisAccess
) -> None:
    pace, there = Pace(redis), Pace(elsewhere)
    await pace.hold(way(), 30)
    assert 20 < (await there.take(way(), messages=1)).seconds <= 30
    assert (await there.take(way(BOB), messages=1)).seconds == 0
    await pace.hold(way(), 5)
    assert (await there.take(way(), messages=1)).seconds > 20, "a shorter one shortens nothing"


async def test_a_push_held_back_holds_all_pushes_of_the_bot_and_no_reply(
    redis: RedisAccess,
) -> None:
    pace = Pace(redis)
    await pace.hold(way(ANN, "bulk"), 30)
    assert not (await pace.take(way(BOB, "bulk"), messages=1)).is_given
    assert not (await pace.take(way(BOB, "push"), messages=1)).is_given
    assert (await pace.take(way(BOB), messages=1)).seconds == 0


async def test_who_waits_for_a_turn_when_a_hold_comes_waits_it_out_too(redis: RedisAccess) -> None:
    pace = Pace(redis)
    await take(pace, way(), 5)
    waiting = asyncio.create_task(pace.wait_for_turn(way()))
    await asyncio.sleep(0.1)
    await pace.hold(way(), 2)
    assert await waiting > 1.5


async def test_nothing_stays_in_redis_longer_than_it_counts(redis: RedisAccess) -> None:
    pace = Pace(redis)
    await pace.take(way(CLASS, "bulk"), messages=1)
    await pace.hold(way(BOB), 3)
    keys = [key async for key in redis.client.scan_iter("engage:pace:*")]
    assert len(keys) == 3
    for key in keys:
        assert 0 < await redis.client.pttl(key) <= 5000
    assert all(b"{1}" in key for key in keys)


# -------------------------------------------------------------- calls at Telegram
@pytest.mark.parametrize(
    ("method", "chat"),
    [
        (SendMessage(chat_id=5, text="x"), "5"),
        (SendMessage(chat_id="@news", text="x"), "@news"),
        (EditMessageText(chat_id=5, message_id=1, text="x"), "5"),
        (CopyMessages(chat_id=5, from_chat_id=6, message_ids=[1, 2]), "5"),
        (EditMessageText(inline_message_id="i", text="x"), None),
        (SendMessageDraft(chat_id=5, draft_id=1, text="x"), None),
        (SendChatAction(chat_id=5, action="typing"), None),
        (AnswerCallbackQuery(callback_query_id="1"), None),
        (DeleteMessage(chat_id=5, message_id=1), None),
        (GetChat(chat_id=5), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, TelegramMethod) else value,
)
async def test_messages_count_and_nothing_else(
    method: TelegramMethod[Any], chat: str | None
) -> None:
    found = way_of(Bot(TOKEN), method)
    assert (found and found.chat) == chat


async def test_an_album_counts_as_many_as_it_has_pictures(
    processes: tuple[Process, Process], redis: RedisAccess
) -> None:
    here, _ = processes
    media = [InputMediaPhoto(media=f"https://example.org/{n}.png") for n in range(4)]
    with pytest.raises(Exception, match="validation"):  # the fake answers no album
        await here.bot(SendMediaGroup(chat_id=int(ANN), media=media))
    turn = await here.pace.take(way(bot_id=here.bot.id), messages=1)
    assert turn.seconds == 0
    assert (await here.pace.take(way(bot_id=here.bot.id), messages=1)).seconds > 0


async def test_a_429_is_waited_out_by_all_processes_and_the_message_comes_once(
    processes: tuple[Process, Process], telegram: FakeTelegram
) -> None:
    here, there = processes
    telegram.refuse_next("sendMessage", 429, retry_after=1)
    first = asyncio.create_task(here.bot.send_message(int(ANN), "first"))
    while telegram.refusals:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await there.bot.send_message(int(BOB), "another chat")
    assert telegram.texts == ["another chat"]
    await asyncio.gather(first, there.bot.send_message(int(ANN), "second"))
    assert sorted(telegram.texts) == ["another chat", "first", "second"]
    assert (here.count("sent"), there.count("sent"), there.count("waited")) == (1, 1, 1)


async def test_a_wait_that_is_too_long_is_raised_and_telegram_not_asked_meanwhile(
    processes: tuple[Process, Process], telegram: FakeTelegram
) -> None:
    here, there = processes
    telegram.refuse_next("sendMessage", 429, retry_after=300)
    for process in (here, there):
        with pytest.raises(TelegramRetryAfter) as raised:
            await process.bot.send_message(int(ANN), "text")
        assert 290 < raised.value.retry_after <= 300
    assert telegram.calls == []
    assert here.count("retry_after") == 1


async def test_the_outcome_of_every_message_is_counted(
    processes: tuple[Process, Process], telegram: FakeTelegram
) -> None:
    here, _ = processes
    telegram.refuse_next("sendMessage", 403, description="Forbidden: bot was blocked by the user")
    telegram.refuse_next("sendMessage", 400, description="Bad Request: chat not found")
    for _ in range(3):
        await asyncio.gather(here.bot.send_message(int(ANN), "text"), return_exceptions=True)
    assert [here.count(name) for name in ("sent", "blocked", "failed")] == [1, 1, 1]


async def test_without_redis_replies_go_out_and_pushes_wait(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.forget()
    async with Process(f"redis://127.0.0.1:{free_port()}/0", telegram) as lonely:
        for _ in range(7):
            await lonely.bot.send_message(int(ANN), "reply")
        with sending_as("push"), pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await lonely.bot.send_message(int(ANN), "push")
    assert telegram.texts == ["reply"] * 7
    assert [record.message for record in caplog.records if "pace" in record.message] == [
        "the pace is not kept: Redis does not answer (ConnectionError at REDIS_URL)"
    ]


async def test_who_waits_goes_no_further_once_the_update_is_another_process_s(
    processes: tuple[Process, Process], telegram: FakeTelegram
) -> None:
    here, _ = processes
    telegram.refuse_next("sendMessage", 429, retry_after=30)
    lease = Lease(partition=0, token="1:here", held_until=math.inf)
    body = b'{"update_id": 1}'
    update = UpdateEnvelope.wrap(bot_name="a", update={"update_id": 1}, body=body, origin="gateway")
    held: set[asyncio.Task[Any]] = set()
    with UpdateLedger(update, lease, LedgerStore(here.redis)).numbering():
        held.add(asyncio.create_task(here.bot.send_message(int(ANN), "first")))
        while telegram.refusals:
            await asyncio.sleep(0.01)
        held.add(asyncio.create_task(here.bot.send_message(int(ANN), "second")))
    await asyncio.sleep(0.1)
    lease.end()
    ends = await asyncio.gather(*held, return_exceptions=True)
    assert [type(end) for end in ends] == [LeaseLostError] * 2
    assert telegram.texts == []
