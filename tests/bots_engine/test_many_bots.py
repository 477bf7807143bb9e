"""Many bots in one process: known at once, imported when needed, let go when there are too many."""

import asyncio
import contextlib
import json
import textwrap
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bots.engine.bot_settings import BotSettings, Command, read_bot_keys, read_bot_settings
from bots.engine.cluster import BotCluster
from bots.engine.core_connections import CoreConnections
from bots.engine.failures import BotNotServedError
from bots.engine.folder_watch import FolderWatch
from bots.engine.introductions import Introductions
from bots.engine.load_queue import LoadQueue
from bots.engine.loaded_bot import SharedConnections
from bots.engine.metrics import EngineMetrics
from tests.bots_engine.http_fakes import FakeTelegram, HttpServer, ScriptedCore
from tests.bots_engine.world import ECHO, message
from utils.bot_registry import BotFolder
from utils.update_envelope import UpdateEnvelope

SLOW = """
    import asyncio
    from aiogram import F, Router

    def create_router():
        router = Router()
        router.message.register(answer, F.text)
        return router

    async def answer(message):
        await message.answer("it begins")
        await asyncio.sleep(0.5)
        from bots.slow_bot import handlers
        await message.answer(f"it ends with {handlers.__name__}")
"""


class Bots:
    """Folders of bots, and an update for any of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._numbers = iter(range(1, 10_000))

    def add(self, name: str, handlers: str = ECHO) -> BotFolder:
        """Write a bot's folder."""
        number, path = next(self._numbers), self.root / name
        (path / "handlers").mkdir(parents=True)
        (path / "handlers" / "__init__.py").write_text(textwrap.dedent(handlers))
        (path / ".env").write_text(
            f"BOT_TOKEN={number + 1000}:{'t' * 35}\nBOT_INTERNAL_KEY={name:i<40}\n"
            f"DRF_INTERNAL_KEY={name:d<40}\n"
        )
        return BotFolder(name, path)

    @staticmethod
    def update(name: str, text: str = "hello") -> UpdateEnvelope:
        """Return an update for a bot."""
        update = {"update_id": 1, "message": message(text)}
        body = json.dumps(update).encode()
        return UpdateEnvelope.wrap(bot_name=name, update=update, body=body, origin="gateway")


@pytest.fixture
def bots(tmp_path: Path) -> Bots:
    """An empty folder for bots."""
    (tmp_path / "bots").mkdir()
    return Bots(tmp_path / "bots")


@pytest.fixture
def telegram() -> Any:
    """Telegram."""
    fake = FakeTelegram()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
async def cluster_of(bots: Bots, telegram: FakeTelegram) -> AsyncIterator[Callable[..., Any]]:
    """Starts a cluster over the bots."""
    core = ScriptedCore()
    core.start()
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    connections = SharedConnections(session, CoreConnections(core.url))
    async with contextlib.AsyncExitStack() as stack:

        async def start(kept_ready: int = 500) -> BotCluster:
            cluster = BotCluster(bots.root, connections, EngineMetrics(), kept_ready=kept_ready)
            stack.push_async_callback(cluster.close)
            await cluster.start()
            return cluster

        yield start
    await connections.core.aclose()
    await session.close()
    core.stop()


def _imported(cluster: BotCluster, bots: Bots) -> set[str]:
    served = [cluster.named(path.name) for path in bots.root.iterdir()]
    return {each.name for each in served if each and each.loaded}


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


async def test_bots_serve_before_their_handlers_are_imported(
    bots: Bots, cluster_of: Callable[..., Any], telegram: FakeTelegram
) -> None:
    names = [bots.add(f"bot_{number:03}").name for number in range(80)]
    cluster = await cluster_of()
    assert set(cluster.states) == set(names)
    assert all(state.startswith("serving") for state in cluster.states.values())
    assert cluster.states[names[-1]].startswith("serving: its handlers are imported soon")
    await cluster.handle(bots.update(names[-1]))
    assert telegram.texts == ["Ann: hello"]
    assert cluster.states[names[-1]] == "serving"
    assert len(_imported(cluster, bots)) < len(names)  # the first needed came first
    await _until(lambda: set(cluster.states.values()) == {"serving"})


async def test_broken_bot_among_many_is_named_and_the_others_serve(
    bots: Bots, cluster_of: Callable[..., Any], telegram: FakeTelegram
) -> None:
    for number in range(60):
        bots.add(f"bot_{number:03}", "1 / 0" if number == 55 else ECHO)
    cluster = await cluster_of()
    await _until(lambda: cluster.states["bot_055"].startswith("failed"))
    assert "ZeroDivisionError" in cluster.states["bot_055"]
    assert cluster.named("bot_055") is None
    with pytest.raises(BotNotServedError):
        await cluster.handle(bots.update("bot_055"))
    await cluster.handle(bots.update("bot_059"))
    assert telegram.texts == ["Ann: hello"]


async def test_more_than_are_kept_are_let_go_and_come_back_when_needed(
    bots: Bots, cluster_of: Callable[..., Any], telegram: FakeTelegram
) -> None:
    names = [bots.add(f"bot_{number}").name for number in range(6)]
    cluster = await cluster_of(kept_ready=2)
    await _until(lambda: set(cluster.states.values()) == {"serving"})
    assert len(_imported(cluster, bots)) == 2
    for name in names:
        await cluster.handle(bots.update(name, name))
    assert telegram.texts == [f"Ann: {name}" for name in names]
    assert _imported(cluster, bots) == set(names[-2:])  # the longest unused went first
    assert set(cluster.states.values()) == {"serving"}


async def test_handler_of_a_bot_that_is_let_go_ends_as_it_began(
    bots: Bots, cluster_of: Callable[..., Any], telegram: FakeTelegram
) -> None:
    bots.add("other_bot")
    bots.add("slow_bot", SLOW)
    cluster = await cluster_of(kept_ready=1)
    slow = asyncio.create_task(cluster.handle(bots.update("slow_bot")))
    await _until(lambda: telegram.texts == ["it begins"])
    await cluster.handle(bots.update("other_bot"))
    assert _imported(cluster, bots) == {"other_bot"}
    await slow
    assert telegram.texts[-1] == "it ends with bots.slow_bot.handlers"


async def test_updates_at_once_import_a_bot_once(
    bots: Bots, cluster_of: Callable[..., Any], telegram: FakeTelegram, tmp_path: Path
) -> None:
    counted = f"with open({str(tmp_path / 'count')!r}, 'a') as file: file.write('.')\n"
    bots.add("a_bot")
    bots.add("b_bot", counted + textwrap.dedent(ECHO))
    cluster = await cluster_of(kept_ready=1)
    await cluster.handle(bots.update("a_bot"))
    before = len((tmp_path / "count").read_text())
    await asyncio.gather(*(cluster.handle(bots.update("b_bot")) for _ in range(10)))
    assert len(telegram.texts) == 11
    assert len((tmp_path / "count").read_text()) == before + 1


async def test_names_and_keys_follow_the_folders(
    bots: Bots, cluster_of: Callable[..., Any]
) -> None:
    one, two = bots.add("one_bot"), bots.add("two_bot")
    cluster = await cluster_of()
    assert cluster.named("one_bot").folder == one
    assert cluster.knows_key(f"{'one_bot':i<40}")
    assert cluster.knows_core_key(f"{'two_bot':d<40}")
    assert not cluster.knows_key(f"{'two_bot':d<40}")
    assert not cluster.knows_key("")
    two.path.rename(two.path.with_name(".gone"))
    await cluster.look(["two_bot"])
    await _until(lambda: cluster.named("two_bot") is None)
    assert not cluster.knows_core_key(f"{'two_bot':d<40}")


async def test_two_bots_with_one_name_do_not_both_serve(
    bots: Bots, cluster_of: Callable[..., Any]
) -> None:
    first, second = bots.add("a_bot"), bots.add("b_bot")
    env = second.env_file.read_text()
    second.env_file.write_text(env + "BOT_NAME=a_bot\n")
    cluster = await cluster_of()
    await _until(lambda: "b_bot" in cluster.states)
    assert cluster.states["b_bot"].endswith("a_bot has the same BOT_NAME or BOT_TOKEN")
    first.path.rename(first.path.with_name(".gone"))
    await cluster.look(["a_bot"])
    await _until(lambda: cluster.states == {"b_bot": "serving"})  # the name is free now


async def test_changes_are_seen_where_the_system_reports_none(
    bots: Bots, cluster_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("bots.engine.folder_watch.awatch", refuse)
    gone = bots.add("old_bot")
    cluster = await cluster_of()
    watch = asyncio.create_task(FolderWatch(bots.root, cluster).follow())
    gone.path.rename(gone.path.with_name(".gone"))
    bots.add("new_bot")
    await _until(lambda: cluster.states == {"new_bot": "serving"})
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)


async def test_what_is_read_is_not_read_for_the_update_that_waits() -> None:
    update: ContextVar[str] = ContextVar("update", default="none")
    seen: list[str] = []

    async def read(_: str) -> None:
        seen.append(update.get())

    queue = LoadQueue(read)
    update.set("somebody's")
    queue.put("a_bot")
    await queue.now("a_bot")
    queue.put("b_bot")
    await queue.idle(seconds=5)
    await queue.close()
    assert seen == ["none", "none"]


async def test_few_bots_are_introduced_at_once_and_all_in_the_end() -> None:
    under_way, most, calls = 0, 0, 0

    async def answer(_: Request) -> JSONResponse:
        nonlocal under_way, most, calls
        under_way, calls = under_way + 1, calls + 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        me = {"id": 1, "is_bot": True, "first_name": "Bot"}
        return JSONResponse({"ok": True, "result": me if "getMe" in _.url.path else True})

    server = HttpServer([Route("/bot{token}/{method}", answer, methods=["POST"])])
    server.start()
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    introductions = Introductions()
    for number in range(20):
        bot = Bot(f"{1000 + number}:{'t' * 35}", session=session)
        introductions.begin(f"bot_{number}", bot, [Command("start", ru="Начать", en="Start")])
    await _until(lambda: calls == 20 * 4)
    assert most <= 4
    await introductions.close()
    await session.close()
    server.stop()


# ------------------------------------------------------------------- settings
class _WithMore(BotSettings):
    greeting: str = "hello"


class _WithNothing(BotSettings):
    """No more than any bot."""


@pytest.mark.parametrize("settings_class", [BotSettings, _WithNothing, _WithMore])
def test_settings_are_of_the_bots_own_class(bots: Bots, settings_class: type[BotSettings]) -> None:
    folder = bots.add("a_bot")
    settings = read_bot_settings(folder, settings_class)
    assert type(settings) is settings_class
    assert settings.bot_name == "a_bot"
    assert settings.bot_internal_key.get_secret_value() == f"{'a_bot':i<40}"
    assert "greeting" in settings.model_dump() or settings_class is not _WithMore


@pytest.mark.parametrize(
    "line", ["BOT_TOKEN=none", "BOT_NAME=no name", "DRF_INTERNAL_KEY=short", "no assignment"]
)
def test_keys_in_doubt_are_left_to_the_full_reading(bots: Bots, line: str) -> None:
    folder = bots.add("a_bot")
    assert read_bot_keys(folder) is not None
    with folder.env_file.open("a") as stream:
        stream.write(line)
    assert read_bot_keys(folder) is None
