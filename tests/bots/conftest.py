"""The bots as the engine loads them, between a fake Telegram and a fake core over real HTTP."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bots.engine.core_connections import CoreConnections
from bots.engine.loaded_bot import LoadedBot, SharedConnections, load_bot
from bots.engine.outgoing import HarmlessRefusals, OnceForEachUpdate
from tests.bots.fake_core import FakeCore
from tests.bots.fake_telegram import FakeTelegram
from tests.bots.lessons import PLANS
from tests.bots.person import Person
from utils.bot_registry import BotFolder
from utils.settings import repository_root

_ENV = f"BOT_TOKEN=700:{'t' * 35}\nBOT_INTERNAL_KEY={'i' * 40}\nDRF_INTERNAL_KEY={'d' * 40}\n"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """The chat."""
    fake = FakeTelegram()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
async def core() -> AsyncIterator[FakeCore]:
    """The core, with a short plan for every activity."""
    fake = FakeCore(PLANS)
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
async def connections(telegram: FakeTelegram, core: FakeCore) -> AsyncIterator[SharedConnections]:
    """The engine's connections, to the fakes."""
    server = TelegramAPIServer.from_base(str(telegram.server.make_url("")).rstrip("/"))
    session = AiohttpSession(api=server)
    session.middleware.register(OnceForEachUpdate())
    session.middleware.register(HarmlessRefusals())
    to_core = CoreConnections(str(core.server.make_url("")))
    yield SharedConnections(telegram=session, core=to_core)
    await to_core.aclose()
    await session.close()


@pytest.fixture
def load(connections: SharedConnections, tmp_path: Path) -> Callable[[str], LoadedBot]:
    """Loads a shipped bot through the engine, with an `.env` of the test's own."""

    def load_with_env(name: str) -> LoadedBot:
        folder = tmp_path / name
        shutil.copytree(repository_root() / "bots" / name, folder)
        (folder / ".env").write_text(_ENV, encoding="utf-8")
        return load_bot(BotFolder(name=name, path=folder), connections)

    return load_with_env


@pytest.fixture
def meet(load: Callable[[str], LoadedBot], telegram: FakeTelegram) -> Callable[..., Person]:
    """Puts a person into the chat of a shipped bot."""

    def meet_bot(name: str, *, language_code: str = "ru") -> Person:
        return Person(load(name), telegram, language_code=language_code)

    return meet_bot
