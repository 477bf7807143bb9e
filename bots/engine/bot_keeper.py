"""Keeps the bots in step with their folders: knows them, reads them, lets them go."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from bots.engine.bot_loading import LoadOrder, in_own_thread, read_in_time
from bots.engine.bot_roll import BotRoll, ServedBot
from bots.engine.bot_settings import read_bot_keys
from bots.engine.folder_stamps import SeenFolder, Stamp, folder_names, look_at
from bots.engine.generations import Generation
from bots.engine.introductions import Introductions
from bots.engine.load_queue import LoadQueue
from bots.engine.loaded_bot import BotLoadError, LoadedBot, SharedConnections
from bots.engine.metrics import EngineMetrics
from bots.engine.shared_packages import SharedPackages
from utils.bot_registry import BotFolder
from utils.errors import EngageError
from utils.logs import without_secrets

_FEW = 50
_SECONDS_AT_START = 1.0
_SECONDS_FOR_A_CHANGE = 0.5
_SECONDS_UNTIL_GONE = 0.3
_logger = logging.getLogger(__name__)


class BotKeeper:
    """All bots under one folder.

    A bot is on the roll, and its updates are taken, as soon as its settings are read. Its handlers
    are imported in the background, or at its first update if that comes earlier. A folder that
    does not load is taken off the roll, unless an earlier state of it serves on.

    Attributes:
        roll: the bots that serve.
        failures: why a folder's present state does not load.
        shared: the packages that bots import from.
        introductions: what is said to Telegram about each bot.
    """

    def __init__(
        self,
        bots_dir: Path,
        connections: SharedConnections,
        metrics: EngineMetrics,
        *,
        kept_ready: int,
    ) -> None:
        """Look after `bots_dir`; the handlers of `kept_ready` bots stay in memory at most."""
        self.roll = BotRoll()
        self.failures: dict[str, str] = {}
        self.shared = SharedPackages()
        self.introductions = Introductions()
        self._bots_dir = bots_dir
        self._connections = connections
        self._metrics = metrics
        self._kept_ready = kept_ready
        self._folders: dict[str, BotFolder] = {}
        self._seen: dict[str, Stamp] = {}
        self._read: dict[str, Stamp] = {}
        self._ready: OrderedDict[str, ServedBot] = OrderedDict()  # the longest unused first
        self._wanted: set[str] = set()
        self._queue = LoadQueue(self._read_folder)
        self._looking = asyncio.Lock()
        self._missing: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Know all bots; a few are loaded too, if that is quickly done."""
        await self.look(await asyncio.to_thread(folder_names, self._bots_dir))
        if len(self._folders) <= _FEW:
            await self._queue.idle(seconds=_SECONDS_AT_START)

    async def close(self) -> None:
        """End what runs in the background."""
        await self._queue.close()
        await self.introductions.close()
        for task in self._missing.values():
            task.cancel()
        await asyncio.gather(*self._missing.values(), return_exceptions=True)

    @property
    def folder_names(self) -> set[str]:
        """The folders of the bots, whether they serve or not."""
        return set(self._folders)

    # ------------------------------------------------------------------ in use
    async def loaded(self, served: ServedBot) -> LoadedBot | None:
        """Return the bot's handlers as its folder has them now, None when they do not load."""
        name = served.folder.name
        self._queue.make_way()
        if served.loaded is None or name in self._queue:
            served = await self._up_to_date(served)
        if served.loaded is not None and name in self._ready:
            self._ready.move_to_end(name)
        return served.loaded

    async def _up_to_date(self, served: ServedBot) -> ServedBot:
        name = served.folder.name
        self._wanted.add(name)
        try:
            if served.loaded is None:
                self._queue.put(name)
                await self._queue.now(name)
            else:
                # What serves goes on when its change takes long to import.
                await self._queue.now(name, seconds=_SECONDS_FOR_A_CHANGE)
        finally:
            self._wanted.discard(name)
        return self.roll.at(name) or served

    # ---------------------------------------------------------------- looking
    async def look(self, names: Collection[str]) -> None:
        """Take in what has become of the folders of these names; raises OSError."""
        async with self._looking:
            seen = await in_own_thread(lambda: look_at(self._bots_dir, names))
            if await self.shared.take_in(seen):
                self._read_those_that_share()
            noted = [self._note(name, folder) for name, folder in seen.items()]
            await self._get_to_know([folder for folder in noted if folder is not None])

    def _note(self, name: str, folder: SeenFolder | None) -> BotFolder | None:
        """Have the folder read if it changed; return it if it is a new bot's."""
        if folder is None or folder.bot is None:
            if name in self._folders and name not in self._missing:
                self._missing[name] = asyncio.create_task(self._let_go_if_gone(name))
            return None
        is_new = name not in self._folders
        if folder.stamp != self._seen.get(name):
            self._seen[name] = folder.stamp
            self._folders[name] = folder.bot
            self._queue.put(name)
        return folder.bot if is_new else None

    async def _get_to_know(self, folders: list[BotFolder]) -> None:
        """Let the bots whose settings are beyond doubt serve before they are loaded."""
        if not folders:
            return
        read = await in_own_thread(lambda: [read_bot_keys(folder) for folder in folders])
        for folder, settings in zip(folders, read, strict=True):
            is_unread = folder.name in self._queue and self.roll.at(folder.name) is None
            if settings and is_unread and not self.roll.twin_of(folder.name, settings):
                self.roll.put(ServedBot.known(folder, settings, self._connections))
                self._metrics.serving.labels(folder.name).set(1)

    def _read_those_that_share(self) -> None:
        for name in self._folders:
            served = self.roll.at(name)
            if served is None or served.loaded is None or served.uses_shared:
                self._queue.put(name)

    async def _let_go_if_gone(self, name: str) -> None:
        """Let a bot go whose folder stays away: one that is being replaced is back at once."""
        await asyncio.sleep(_SECONDS_UNTIL_GONE)
        del self._missing[name]
        seen = (await in_own_thread(lambda: look_at(self._bots_dir, [name])))[name]
        if seen is None or seen.bot is None:
            self._let_go(name)

    def _let_go(self, name: str) -> None:
        for known in (self._folders, self._seen, self._read, self.failures):
            known.pop(name, None)
        self._queue.drop(name)
        self._let_rest(name)
        self.roll.remove(name)
        self.introductions.cancel(name)
        with contextlib.suppress(KeyError):
            self._metrics.serving.remove(name)
        _logger.info("%s is gone", name)
        for failed in self.failures:  # It may have stood in the way of another.
            self._queue.put(failed)

    # ---------------------------------------------------------------- reading
    async def _read_folder(self, name: str) -> None:
        folder = self._folders.get(name)
        if folder is None:
            return
        served, shared = self.roll.at(name), self.shared.generation
        before = served.loaded.modules if served and served.loaded else None
        is_anew = name in self._read and self._read[name] != self._seen[name]
        order = LoadOrder(folder, self._connections, shared, before, is_anew)
        outcome = await read_in_time(order)
        if name not in self._folders:
            return
        if outcome.stamp:
            self._seen[name] = self._read[name] = outcome.stamp
        if isinstance(outcome.result, LoadedBot):
            self._take_in(outcome.result, before)
        else:
            self._fail(name, outcome.result)
        if shared is not self.shared.generation:
            self._queue.put(name)

    def _take_in(self, loaded: LoadedBot, modules_before: Generation | None) -> None:
        folder = loaded.folder
        twin_error = self._twin_error(loaded)
        if twin_error is not None:
            loaded.modules.withdraw(modules_before)
            self._fail(folder.name, twin_error)
            return
        before = self.roll.at(folder.name)
        served = ServedBot.loaded_as(loaded, self._connections)
        self.failures.pop(folder.name, None)
        self.roll.put(served)
        self._keep_ready(served)
        self._metrics.serving.labels(folder.name).set(1)
        if modules_before is not None:
            _logger.info("%s serves its changed files", folder.name)
        elif before is None or before.commands is None:
            _logger.info("%s serves", folder.name)
        if before is None or before.commands != loaded.commands or before.bot != loaded.bot:
            self.introductions.begin(folder.name, loaded.bot, loaded.commands)

    def _twin_error(self, loaded: LoadedBot) -> BotLoadError | None:
        twin = self.roll.twin_of(loaded.folder.name, loaded.settings)
        if twin is None:
            return None
        return BotLoadError(
            f"{loaded.folder.name} cannot serve",
            why=f"{twin.folder.name} has the same BOT_NAME or BOT_TOKEN",
            mend="give each bot its own in its .env",
        )

    def _fail(self, name: str, error: EngageError) -> None:
        why = without_secrets(f"{error.what}: {error.why}")
        self.failures[name] = why
        _logger.warning("%s", error, exc_info=error.__cause__)
        served = self.roll.at(name)
        if served is not None and served.loaded is not None:
            _logger.error("%s goes on as it was; its change does not load: %s", name, why)
            return
        self.roll.remove(name)
        self.introductions.cancel(name)
        self._metrics.serving.labels(name).set(0)
        _logger.error("%s does not serve: %s", name, why)

    # ------------------------------------------------------------ kept in memory
    def _keep_ready(self, served: ServedBot) -> None:
        """Keep the bot's handlers; a bot that nobody waits for counts as the longest unused."""
        name = served.folder.name
        is_new = name not in self._ready
        self._ready[name] = served
        if name in self._wanted:
            self._ready.move_to_end(name)
        elif is_new:
            self._ready.move_to_end(name, last=False)
        while len(self._ready) > self._kept_ready:
            self._let_rest(next(iter(self._ready)))

    def _let_rest(self, name: str) -> None:
        """Take a bot's handlers out of memory; those in progress end as they began."""
        served = self._ready.pop(name, None)
        if served is not None and served.loaded is not None:
            served.loaded.modules.withdraw()
            served.loaded = None
