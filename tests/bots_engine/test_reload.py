"""A bot's files change under traffic: the new code answers soon, the old one ends in peace."""

import gc
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiogram import Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.types import Message

from bots.engine.core_connections import CoreConnections
from bots.engine.generations import Generation
from bots.engine.loaded_bot import BotLoadError, SharedConnections, load_bot
from bots.engine.slim_routers import make_slim
from tests.benchmarks.reload import Traffic, answering
from tests.bots_engine.world import ECHO, World
from tests.services import wait_until
from utils.bot_registry import BotFolder

LOUD = ECHO.replace("{message.text}", "{message.text}!")
_ENV = f"BOT_TOKEN=700:{'t' * 35}\nBOT_INTERNAL_KEY={'i' * 40}\nDRF_INTERNAL_KEY={'d' * 40}\n"


# ----------------------------------------------------------- in a running engine
def test_reloads_under_traffic_lose_and_repeat_nothing(world: World) -> None:
    world.add_bot("echo_bot", answering(0))
    traffic = Traffic(world)
    traffic.run(8)
    assert (traffic.lost, traffic.repeated) == (0, 0)
    assert len(traffic.delays) == 8


def test_file_saved_in_two_steps_is_never_served_by_half(world: World) -> None:
    world.add_bot("echo_bot")
    path = world.folder("echo_bot") / "handlers" / "__init__.py"
    path.write_text("")
    for number in range(10):
        world.say("echo_bot", f"n{number}", chat=number + 1)
        time.sleep(0.02)
    path.write_text(textwrap.dedent(LOUD))
    wait_until(lambda: _answer(world) == "Ann: ping!", what="the new code answers")
    assert {f"n{number}" for number in range(10)} <= _said(world)
    assert world.dead_letters() == []


def test_file_replaced_by_rename_is_taken_in(world: World) -> None:
    world.add_bot("echo_bot")
    path = world.folder("echo_bot") / "handlers" / "__init__.py"
    unfinished = path.with_name("__init__.py~")
    unfinished.write_text(textwrap.dedent(LOUD))
    unfinished.rename(path)
    wait_until(lambda: _answer(world) == "Ann: ping!", what="the new code answers")


def test_deleted_file_leaves_the_bot_as_it_was_until_it_is_back(world: World) -> None:
    world.add_bot("echo_bot")
    path = world.folder("echo_bot") / "handlers" / "__init__.py"
    path.unlink()
    wait_until(lambda: "refused_changes" in world.ready(), what="the loss is named")
    assert _answer(world) == "Ann: ping"
    path.write_text(textwrap.dedent(LOUD))
    wait_until(lambda: _answer(world) == "Ann: ping!", what="the new code answers")
    assert "refused_changes" not in world.ready()


def test_folder_exchanged_as_a_whole_serves_throughout(world: World) -> None:
    world.add_bot("echo_bot")
    folder, new = world.folder("echo_bot"), world.root / "new_echo_bot"
    (new / "handlers").mkdir(parents=True)
    (new / "handlers" / "__init__.py").write_text(textwrap.dedent(LOUD))
    (new / ".env").write_text((folder / ".env").read_text())
    folder.rename(world.root / f"old_{time.monotonic_ns()}")
    world.say("echo_bot", "between")
    new.rename(folder)
    wait_until(lambda: _answer(world) == "Ann: ping!", what="the new code answers")
    assert "between" in _said(world)
    assert world.dead_letters() == []


def test_changed_key_opens_the_inner_door_in_place_of_the_old_one(world: World) -> None:
    world.add_bot("echo_bot")
    env_file = world.folder("echo_bot") / ".env"
    lines = [line for line in env_file.read_text().splitlines() if "BOT_INTERNAL" not in line]
    env_file.write_text("\n".join([*lines, f"BOT_INTERNAL_KEY={'n' * 48}"]))
    wait_until(lambda: _knock(world, "n" * 48) != 401, what="the new key is known")
    assert _knock(world, "internal-echo_bot-".ljust(48, "i")) == 401


def test_changed_texts_are_said(world: World) -> None:
    world.add_bot("echo_bot", ECHO.replace('f"{learner', 'translate("Hi") + f" {learner'))
    catalogue = world.folder("echo_bot") / "locale" / "ru" / "LC_MESSAGES" / "bot.po"
    catalogue.parent.mkdir(parents=True)
    for word in ("Привет", "Здравствуй"):
        catalogue.write_text(
            f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            f'msgid "Hi"\nmsgstr "{word}"\n'
        )
        wait_until(
            lambda said=word: _answer(world, language="ru").startswith(said), what=f"{word} is said"
        )


def test_broken_shared_code_is_named_and_its_bots_go_on(world: World) -> None:
    shared = world.root / "bots" / "shared"
    shared.mkdir()
    (shared / "__init__.py").write_text("WORD = 'old'\n")
    handlers = textwrap.dedent(ECHO).replace("{message.text}", "{WORD}")
    world.add_bot("echo_bot", "from bots.shared import WORD\n" + handlers)
    (shared / "__init__.py").write_text("WORD = (\n")
    wait_until(lambda: "shared" in world.ready().get("refused_changes", {}), what="it is named")
    assert "SyntaxError" in world.ready()["refused_changes"]["shared"]
    assert _answer(world) == "Ann: old"
    (shared / "__init__.py").write_text("WORD = 'new'\n")
    wait_until(lambda: _answer(world) == "Ann: new", what="the mended code answers")
    assert "refused_changes" not in world.ready()
    shared.rename(world.root / f"gone_{time.monotonic_ns()}")


def test_handler_in_progress_ends_with_the_modules_it_began_with(world: World) -> None:
    slow = """
        import asyncio
        from aiogram import F, Router

        def create_router():
            router = Router()
            router.message.register(answer, F.text)
            return router

        async def answer(message):
            if message.text == "slowly":
                await message.answer("it begins")
                await asyncio.sleep(2)
            from bots.echo_bot.words import WORD
            await message.answer(f"{message.text} {WORD}")
    """
    world.add_bot("echo_bot")
    words = world.folder("echo_bot") / "words.py"
    words.write_text("WORD = 'old'\n")
    world.write_handlers("echo_bot", slow)
    wait_until(lambda: _answer(world) == "ping old", what="the bot serves")
    world.say("echo_bot", "slowly", chat=1)
    world.wait_for_texts("it begins")
    words.write_text("WORD = 'new'\n")
    wait_until(lambda: _answer(world) == "ping new", what="the new code answers")
    assert "slowly old" not in world.telegram.texts
    world.wait_for_texts("slowly old")


def _answer(world: World, *, language: str = "en") -> str:
    """Say something and return what the bot answers."""
    before = len(world.telegram.texts)
    world.say("echo_bot", "ping", chat=99, language=language)
    wait_until(lambda: len(world.telegram.texts) > before, what="the bot answers")
    return world.telegram.texts[-1]


def _said(world: World) -> set[str]:
    return {text.removeprefix("Ann: ").removesuffix("!") for text in world.telegram.texts}


def _knock(world: World, key: str) -> int:
    answer = world.http.post("/internal/update", headers={"X-Internal-Key": key}, content=b"{}")
    return answer.status_code


# ----------------------------------------------------------- what is read, alone
@pytest.fixture
def folder(tmp_path: Path) -> Iterator[BotFolder]:
    """A bot's folder with a word in a module of its own, which a function imports late."""
    path = tmp_path / "bots" / "late_bot"
    (path / "handlers").mkdir(parents=True)
    (path / ".env").write_text(_ENV)
    (path / "words.py").write_text("WORD = 'old'\n")
    (path / "handlers" / "__init__.py").write_text(
        "from aiogram import F, Router\n"
        "def create_router():\n"
        "    router = Router()\n"
        "    router.message.register(word, F.text)\n"
        "    return router\n"
        "def word():\n"
        "    from bots.late_bot.words import WORD\n"
        "    return WORD\n"
    )
    yield BotFolder("late_bot", path)
    for name in [name for name in sys.modules if name.startswith("bots.late_bot")]:
        del sys.modules[name]


@pytest.fixture
def connections() -> SharedConnections:
    """Connections that are never used."""
    return SharedConnections(AiohttpSession(), CoreConnections("http://127.0.0.1:9"))


def _generation(folder: BotFolder) -> Generation:
    return Generation({folder.name: folder.path}, is_anew=True)


def test_generations_import_each_from_their_own(folder: BotFolder) -> None:
    old = _generation(folder)
    says_old = old.module("bots.late_bot.handlers").word
    assert says_old() == "old"
    (folder.path / "words.py").write_text("WORD = 'new'\n")
    new = _generation(folder)
    says_new = new.module("bots.late_bot.handlers").word
    new.take_over_from(old)
    assert (says_old(), says_new(), says_old()) == ("old", "new", "old")


def test_module_first_imported_after_a_change_is_of_its_own_generation(
    folder: BotFolder, connections: SharedConnections
) -> None:
    old = load_bot(folder, connections)
    says_old = old.modules.module("bots.late_bot.handlers").word
    (folder.path / "words.py").write_text("WORD = 'new'\n")
    new = load_bot(folder, connections, before=old.modules, is_anew=True)
    (folder.path / "words.py").unlink()
    assert says_old() == "old"
    assert new.modules.module("bots.late_bot.handlers").word() == "new"


def test_import_in_a_function_while_the_package_is_read_anew_waits_for_nobody(
    folder: BotFolder,
) -> None:
    old = _generation(folder)
    says_old = old.module("bots.late_bot.handlers").word
    says_old()
    (folder.path / "words.py").write_text("import sys\nsys._reading.wait(10)\nWORD = 'new'\n")
    reading = sys._reading = threading.Event()  # type: ignore[attr-defined]
    new = _generation(folder)
    thread = threading.Thread(target=new.module, args=["bots.late_bot.words"])
    thread.start()
    try:
        assert [says_old() for _ in range(20)] == ["old"] * 20
        assert thread.is_alive()
    finally:
        reading.set()
        thread.join()
        del sys._reading  # type: ignore[attr-defined]
        new.withdraw(old)


_IMPORTS = """
import bots.form_bot.parts.one; VALUE = bots.form_bot.parts.one.VALUE
import bots.form_bot.parts.one as one; VALUE = one.VALUE
from bots.form_bot.parts import one; VALUE = one.VALUE
from bots.form_bot.parts.one import VALUE
from bots import form_bot; import bots.form_bot.parts.one; VALUE = form_bot.parts.one.VALUE
from .parts import one; VALUE = one.VALUE
from .parts.one import *
import bots.engine.core_errors, bots.form_bot.parts.one; VALUE = bots.form_bot.parts.one.VALUE
import bots.engine.core_models; import bots.form_bot; VALUE = int(bool(bots.engine.core_models))
from bots import engine, form_bot; VALUE = int(engine.__name__ == "bots.engine")
from bots.engine import core_models; from bots.form_bot.parts.one import VALUE
from bots.form_bot.circle import VALUE
"""


@pytest.mark.parametrize("line", _IMPORTS.strip().splitlines())
def test_every_form_of_import_is_understood(tmp_path: Path, line: str) -> None:
    path = tmp_path / "form_bot"
    (path / "parts").mkdir(parents=True)
    (path / "__init__.py").touch()
    (path / "parts" / "__init__.py").touch()
    (path / "parts" / "one.py").write_text("VALUE = 1\n")
    (path / "circle.py").write_text("from bots.form_bot import round_it\nVALUE = round_it.give()\n")
    (path / "round_it.py").write_text(
        "from bots.form_bot import circle\ndef give(): return 1 if circle else 0\n"
    )
    (path / "main.py").write_text(line)
    generation = Generation({"form_bot": path})
    assert generation.module("bots.form_bot.main").VALUE == 1
    generation.withdraw()


def test_missing_module_of_the_bot_is_named(tmp_path: Path) -> None:
    (tmp_path / "a_bot").mkdir()
    (tmp_path / "a_bot" / "main.py").write_text("from bots.a_bot.nowhere import x\n")
    generation = Generation({"a_bot": tmp_path / "a_bot"})
    with pytest.raises(ModuleNotFoundError, match=r"bots\.a_bot\.nowhere"):
        generation.module("bots.a_bot.main")
    generation.withdraw()
    assert not [name for name in sys.modules if name.startswith("bots.a_bot")]


def test_failed_reading_leaves_the_modules_before_in_place(
    folder: BotFolder, connections: SharedConnections
) -> None:
    first = load_bot(folder, connections)
    listed = {name: each for name, each in sys.modules.items() if "late_bot" in name}
    (folder.path / "handlers" / "__init__.py").write_text("import bots.late_bot.words\n1 / 0\n")
    with pytest.raises(BotLoadError):
        load_bot(folder, connections, before=first.modules, is_anew=True)
    assert {name: each for name, each in sys.modules.items() if "late_bot" in name} == listed


def test_a_hundred_generations_leave_no_trace(
    folder: BotFolder, connections: SharedConnections
) -> None:
    loaded = load_bot(folder, connections)
    dispatchers, modules = weakref.WeakSet[Dispatcher](), weakref.WeakSet[object]()
    listed = len(sys.modules)
    for number in range(100):
        (folder.path / "words.py").write_text(f"WORD = '{number}'\n")
        loaded = load_bot(folder, connections, before=loaded.modules, is_anew=True)
        dispatchers.add(loaded.dispatcher)
        modules.update(loaded.modules.modules.values())
    gc.collect()
    assert set(dispatchers) == {loaded.dispatcher}
    assert set(modules) == set(loaded.modules.modules.values())
    assert len(sys.modules) == listed


# ---------------------------------------------------------------- slim routers
async def test_slim_routers_keep_what_was_registered() -> None:
    passed: list[str] = []

    async def note(handler, event, data):
        passed.append("outer")
        return await handler(event, data)

    async def answer(message: Message) -> str:
        return f"answered {message.text}"

    inner, outer, dispatcher = Router(), Router(), Dispatcher(disable_fsm=True)
    outer.message.filter(F.text != "no")  # a filter where no handler is
    outer.message.outer_middleware(note)
    inner.message.register(answer)
    outer.include_router(inner)
    dispatcher.include_router(outer)
    make_slim(dispatcher)

    async def say(text: str) -> object:
        message = Message.model_validate(
            {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": text}
        )
        return await dispatcher.propagate_event("message", message)

    assert await say("yes") == "answered yes"
    assert passed == ["outer"]
    assert "answered" not in str(await say("no"))
    assert set(inner.observers) == {"message"}
