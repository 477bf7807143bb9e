"""Reads a bot's folder beside the running bots, and never half of a save."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bots.engine.folder_stamps import Stamp, newest_change, stamp_of
from bots.engine.generations import Generation
from bots.engine.loaded_bot import BotLoadError, LoadedBot, SharedConnections, load_bot
from utils.bot_registry import BotFolder
from utils.errors import EngageError

LOAD_SECONDS = 20.0
"""How long a bot's modules may take to import."""

MOST_READINGS = 4
SECONDS_OF_A_SAVE = 0.3
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class LoadOrder:
    """What `load_bot` is called with."""

    folder: BotFolder
    connections: SharedConnections
    shared: Generation | None
    before: Generation | None
    is_anew: bool


@dataclass(frozen=True)
class LoadOutcome:
    """A bot or why there is none, and the stamp of the files that were read."""

    stamp: Stamp
    result: LoadedBot | EngageError


async def read_in_time(order: LoadOrder) -> LoadOutcome:
    """Read a folder in a thread of its own, at most for LOAD_SECONDS."""
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            return await in_own_thread(lambda: read_settled(order))
    except TimeoutError:
        failure = BotLoadError(
            f"{order.folder.name} does not load",
            why=f"its modules take more than {LOAD_SECONDS:.0f} s to import",
            mend="leave what takes long to the handlers",
        )
        return LoadOutcome(b"", failure)


def read_settled(order: LoadOrder) -> LoadOutcome:
    """Read a folder, again if it changed meanwhile: an editor may save in several steps."""
    folder = order.folder.path
    for _ in range(MOST_READINGS):
        outcome = _read(order, stamp_of(folder))
        is_failure = isinstance(outcome.result, EngageError)
        if is_failure and time.time() - newest_change(folder) < SECONDS_OF_A_SAVE:
            time.sleep(SECONDS_OF_A_SAVE)
        if stamp_of(folder) == outcome.stamp:
            break
        if isinstance(outcome.result, LoadedBot):
            outcome.result.modules.withdraw(order.before)
        order = replace(order, is_anew=True)
    return outcome


def _read(order: LoadOrder, stamp: Stamp) -> LoadOutcome:
    try:
        loaded = load_bot(
            order.folder,
            order.connections,
            shared=order.shared,
            before=order.before,
            is_anew=order.is_anew,
        )
    except EngageError as error:
        return LoadOutcome(stamp, error)
    return LoadOutcome(stamp, loaded)


async def in_own_thread(work: Callable[[], _Result]) -> _Result:
    """Return what `work` returns; a thread that hangs does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def report(settle: Callable[[Any], None], outcome: object) -> None:
        if not done.done():
            settle(outcome)

    def run() -> None:
        settle: Callable[[Any], None] = done.set_result
        outcome: object
        try:
            outcome = work()
        except BaseException as error:  # noqa: BLE001 (it is raised where the work is awaited)
            settle, outcome = done.set_exception, error
        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(report, settle, outcome)

    threading.Thread(target=run, name="reading", daemon=True).start()
    return await done
