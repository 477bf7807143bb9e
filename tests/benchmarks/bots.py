"""A thousand bots in one process: memory over the imported engine, and how soon they serve.

The bots are what the templates `tutor` and `vocabulary` make, each folder with its own keys; the
engine is the real process. Compared with aiogram's own way in the same run: each bot with a
session of its own.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.report import Bar, Report
from tests.bots_engine.http_fakes import FakeTelegram, ScriptedCore
from tests.bots_engine.world import World
from tests.services import REPOSITORY, RedisServer, wait_until

_BOTS = 1000
_BOTS_AIOGRAMS_WAY = 60
_MOST_MEMORY_MB = 120.0
_MOST_START_S = 6.0
_MODELS = ("english_bot", "vocabulary_bot")
_NOT_COPIED = shutil.ignore_patterns(".env", "__pycache__", "tests")

_AIOGRAMS_WAY = """
import json, sys, time
from importlib import import_module
import psutil
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
import bots.engine.running

memory = psutil.Process().memory_info
kept = []
before, began = memory().rss, time.perf_counter()
for name in sys.argv[1:]:
    bot = Bot("7000000000:" + "a" * 35, session=AiohttpSession())
    dispatcher = Dispatcher()
    import_module(f"bots.{name}.config").Settings
    dispatcher.include_router(import_module(f"bots.{name}.handlers").create_router())
    kept.append((bot, dispatcher))
seconds = time.perf_counter() - began
print(json.dumps({"mb": (memory().rss - before) / 1e6, "seconds": seconds}))
"""


def measure() -> Report:
    """Start the engine without a bot and with a thousand; hold the difference against the bars."""
    with tempfile.TemporaryDirectory(prefix="engageai-bots-") as folder:
        root = Path(folder)
        redis, telegram, core = RedisServer(root), FakeTelegram(), ScriptedCore()
        for each in (redis, telegram, core):
            each.start()
        world = World(root / "copy", redis.url, telegram, core)
        shutil.copytree(REPOSITORY / "bots" / "shared", world.folder("shared"), ignore=_NOT_COPIED)
        try:
            figures = _measure(world)
        finally:
            world.close()
            for each in (core, telegram, redis):
                each.stop()
    bars = [
        Bar("memory_mb", figures["idle_mb"], _MOST_MEMORY_MB),
        Bar("memory_after_an_update_each_mb", figures["after_an_update_each_mb"], _MOST_MEMORY_MB),
        Bar("start_s", figures["start_s"], _MOST_START_S),
    ]
    return Report("bots", figures, bars)


def _measure(world: World) -> dict[str, Any]:
    empty_mb, _ = _start(world, bots=0)
    world.stop()
    names = [_write_bot(world, number) for number in range(_BOTS)]
    at_once_mb, start_s = _start(world, bots=_BOTS)
    began = time.monotonic()
    wait_until(lambda: _are_proven(world), seconds=300, what="all handlers were imported")
    proven_s = time.monotonic() - began
    idle_mb = _memory_mb(world)
    answers_s = _update_each(world, names)
    used_mb = _memory_mb(world)
    world.stop()
    _, again_s = _start(world, bots=_BOTS)
    world.stop()
    own_way = _aiograms_way(world, names[:_BOTS_AIOGRAMS_WAY])
    per_bot_mb = own_way["mb"] / _BOTS_AIOGRAMS_WAY
    idle_mb, used_mb = round(idle_mb - empty_mb, 1), round(used_mb - empty_mb, 1)
    return {
        "bots": _BOTS,
        "engine_without_bots_mb": round(empty_mb, 1),
        "idle_mb": idle_mb,
        "after_an_update_each_mb": used_mb,
        "when_all_serve_mb": round(at_once_mb - empty_mb, 1),
        "start_s": round(start_s, 2),
        "second_start_s": round(again_s, 2),
        "all_imported_s": round(start_s + proven_s, 1),
        "an_update_each_s": round(answers_s, 1),
        "aiograms_way_mb": round(per_bot_mb * _BOTS, 1),
        "aiograms_way_start_s": round(own_way["seconds"] / _BOTS_AIOGRAMS_WAY * _BOTS, 1),
        "memory_ratio": round(idle_mb / (per_bot_mb * _BOTS), 3),
    }


def _write_bot(world: World, number: int) -> str:
    model = _MODELS[number % len(_MODELS)]
    name = f"{model}_{number:04}"
    folder = world.folder(name)
    shutil.copytree(REPOSITORY / "bots" / model, folder, ignore=_NOT_COPIED)
    for source in folder.rglob("*.py"):
        source.write_text(source.read_text(encoding="utf-8").replace(model, name), encoding="utf-8")
    (folder / ".env").write_text(
        f"BOT_NAME={name}\nBOT_TOKEN={7000000000 + number}:SIM{'a' * 40}\n"
        f"BOT_INTERNAL_KEY={f'internal-{number}-':i<48}\nDRF_INTERNAL_KEY={f'core-{number}-':c<48}\n",
        encoding="utf-8",
    )
    return name


def _start(world: World, *, bots: int) -> tuple[float, float]:
    """Start the engine; return its memory and the seconds from its import until all serve."""
    world.launch()
    wait_until(
        lambda: world.ready()["checks"]["engine"] != "being imported",
        seconds=60, what="the engine is imported",
    )  # fmt: skip
    began = time.monotonic()
    wait_until(lambda: _serving(world) == bots, seconds=60, what="all bots serve")
    return _memory_mb(world), time.monotonic() - began


def _serving(world: World) -> int:
    """Return how many bots serve, -1 as long as the engine takes no updates."""
    time.sleep(0.1)  # The answer about a thousand bots is long.
    said = world.ready()
    if said["checks"]["engine"] != "ok":
        return -1
    return sum(state.startswith("serving") for state in said["bots"].values())


def _are_proven(world: World) -> bool:
    time.sleep(0.5)
    return all(state == "serving" for state in world.ready()["bots"].values())


def _update_each(world: World, names: list[str]) -> float:
    """Let a person ask each bot for help; return the seconds until all have answered."""
    world.telegram.forget()
    began = time.monotonic()
    for number, name in enumerate(names):
        world.say(name, "/help", chat=1000 + number)
    wait_until(
        lambda: len(world.telegram.texts) >= len(names), seconds=180, what="all bots answered"
    )
    return time.monotonic() - began


def _memory_mb(world: World) -> float:
    return float(psutil.Process(world.pid).memory_info().rss) / 1e6


def _aiograms_way(world: World, names: list[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _AIOGRAMS_WAY, *names],
        cwd=world.root, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(world.root)},
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
