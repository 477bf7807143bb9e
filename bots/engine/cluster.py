"""All bots of the process, each behind its own failure wall: loaded, reloaded, let go."""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError

from bots.engine.failures import BotNotServedError
from bots.engine.folder_stamps import SeenFolders, Stamp, look_at_folders
from bots.engine.loaded_bot import (
    BotLoadError,
    LoadedBot,
    SharedConnections,
    forget_bytecode,
    load_bot,
    purge_modules,
)
from bots.engine.metrics import EngineMetrics
from bots.engine.pushing import PushSender
from utils.bot_registry import BotFolder
from utils.errors import EngageError
from utils.internal_auth import key_matches
from utils.logs import without_secrets
from utils.update_envelope import PUSH, UpdateEnvelope

LOAD_SECONDS = 20.0
"""How long a bot's modules may take to import."""

_LONGEST_PAUSE_SECONDS = 60.0
_logger = logging.getLogger(__name__)


class BotCluster:
    """The bots under one folder."""

    def __init__(
        self, bots_dir: Path, connections: SharedConnections, metrics: EngineMetrics
    ) -> None:
        """Serve what lies in `bots_dir`; nothing is loaded before `rescan`."""
        self._bots_dir = bots_dir
        self._connections = connections
        self._metrics = metrics
        self._pushes = PushSender(metrics.sending)
        self._serving: dict[str, LoadedBot] = {}
        self._failures: dict[str, str] = {}
        self._unauthorized: set[str] = set()
        self._stamps: dict[str, Stamp] = {}
        self._shared_stamp: Stamp | None = None
        self._background: dict[str, asyncio.Task[None]] = {}

    # ---------------------------------------------------------- asked from outside
    @property
    def states(self) -> dict[str, str]:
        """For each bot folder `serving`, or `failed: ` and why."""
        return {name: self._state(name) for name in sorted({*self._serving, *self._failures})}

    def _state(self, name: str) -> str:
        if name not in self._serving:
            return f"failed: {self._failures[name]}"
        if name in self._unauthorized:
            return "failed: Telegram does not accept its BOT_TOKEN"
        return "serving"

    @property
    def refused_changes(self) -> dict[str, str]:
        """Bots that serve as they were before a change that does not load, with why."""
        return {name: why for name, why in self._failures.items() if name in self._serving}

    def named(self, bot_name: str) -> LoadedBot | None:
        """Return the bot with this BOT_NAME, if it serves."""
        return next((each for each in self._serving.values() if each.name == bot_name), None)

    def knows_key(self, key: str) -> bool:
        """Tell whether `key` is the BOT_INTERNAL_KEY of any bot."""
        return key_matches(key, [each.internal_key for each in self._serving.values()])

    def knows_core_key(self, key: str) -> bool:
        """Tell whether `key` is the DRF_INTERNAL_KEY of any bot."""
        return key_matches(key, [each.core_key for each in self._serving.values()])

    async def handle(self, envelope: UpdateEnvelope) -> None:
        """Run an update through its bot's handlers, or send a push; raises what they raise."""
        bot = self._for(envelope)
        if envelope.kind == PUSH:
            await self._pushes.send(bot.bot, bot.core, envelope)
            return
        await bot.handle(envelope)

    async def apologise(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update could not be handled; of a push, tell the core."""
        bot = self._for(envelope)
        if envelope.kind == PUSH:
            await self._pushes.give_up(bot.core, envelope)
            return
        await bot.apologise(envelope)

    async def announce_outage(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update waits for the core; nobody waits for a push."""
        if envelope.kind != PUSH:
            await self._for(envelope).announce_outage(envelope)

    def _for(self, envelope: UpdateEnvelope) -> LoadedBot:
        found = self.named(envelope.bot_name)
        if found is None:
            raise BotNotServedError(
                f"no bot called {envelope.bot_name} serves here",
                why="its folder is missing or did not load",
                mend="see why: engagectl dev logs bots",
            )
        return found

    # ------------------------------------------------------------ folders change
    async def rescan(self) -> None:
        """Load what is new, reload what changed, let go what is gone."""
        seen = await asyncio.to_thread(look_at_folders, self._bots_dir)
        for name in [name for name in self._stamps if name not in seen.bots]:
            self._let_go(name)
        shared_changed = self._take_in_shared(seen)
        for name, (folder, stamp) in seen.bots.items():
            if shared_changed or stamp != self._stamps.get(name):
                self._stamps[name] = stamp
                await self._load(folder)

    def _take_in_shared(self, seen: SeenFolders) -> bool:
        """Forget the shared packages' modules if their files changed, and say whether they did."""
        before, self._shared_stamp = self._shared_stamp, seen.shared_stamp
        if before is None or before == seen.shared_stamp:
            return False
        for package in seen.shared:
            purge_modules(f"bots.{package.name}")
            forget_bytecode(package)
        return True

    async def _load(self, folder: BotFolder) -> None:
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                loaded = await asyncio.to_thread(load_bot, folder, self._connections)
            self._check_is_alone(loaded)
        except TimeoutError:
            self._fail(folder.name, f"its modules take more than {LOAD_SECONDS:.0f} s to import")
        except EngageError as error:
            self._fail(folder.name, f"{error.what}: {error.why}")
            _logger.warning("%s", error, exc_info=error.__cause__)
        except OSError as error:
            self._fail(folder.name, f"{type(error).__name__}: {error}")
        else:
            self._take_in(loaded)

    def _check_is_alone(self, loaded: LoadedBot) -> None:
        for other in self._serving.values():
            if other.folder.name == loaded.folder.name:
                continue
            if other.name == loaded.name or other.bot.token == loaded.bot.token:
                raise BotLoadError(
                    f"{loaded.folder.name} cannot serve",
                    why=f"{other.folder.name} has the same BOT_NAME or BOT_TOKEN",
                    mend="give each bot its own in its .env",
                )

    def _take_in(self, loaded: LoadedBot) -> None:
        name = loaded.folder.name
        before = self._serving.get(name)
        self._serving[name] = loaded
        self._failures.pop(name, None)
        self._metrics.serving.labels(name).set(1)
        _logger.info("%s serves%s", name, " its changed files" if before else "")
        if before is None or before.commands != loaded.commands or before.bot != loaded.bot:
            self._run_in_background(name, self._introduce(loaded))

    def _fail(self, name: str, why: str) -> None:
        self._failures[name] = without_secrets(why)
        if name in self._serving:
            _logger.error("%s goes on as it was; its change does not load: %s", name, why)
            return
        self._metrics.serving.labels(name).set(0)
        _logger.error("%s does not serve: %s", name, why)

    def _let_go(self, name: str) -> None:
        del self._stamps[name]
        self._serving.pop(name, None)
        self._failures.pop(name, None)
        self._unauthorized.discard(name)
        task = self._background.pop(name, None)
        if task:
            task.cancel()
        purge_modules(f"bots.{name}")
        self._metrics.serving.remove(name)
        _logger.info("%s is gone", name)

    # -------------------------------------------------------------- background
    def _run_in_background(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        before = self._background.pop(name, None)
        if before:
            before.cancel()
        self._background[name] = asyncio.create_task(work)

    async def _introduce(self, loaded: LoadedBot) -> None:
        """Try until Telegram has taken the bot's menu, more and more seldom."""
        name = loaded.folder.name
        pause = 1.0
        while True:
            try:
                await loaded.introduce()
            except TelegramAPIError as error:
                if isinstance(error, TelegramUnauthorizedError):
                    self._unauthorized.add(name)
                _logger.warning("%s: its commands menu is not set: %s", name, error.message)
            else:
                self._unauthorized.discard(name)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def close(self) -> None:
        """Tell the core the last outcomes; end what runs in the background."""
        await self._pushes.close()
        tasks = list(self._background.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
