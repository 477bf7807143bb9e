"""What bots import from besides the engine: packages that are no bot, read once for all."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from bots.engine.bot_loading import MOST_READINGS, SECONDS_OF_A_SAVE, in_own_thread
from bots.engine.folder_stamps import SeenFolder, Stamp, newest_change, stamp_of
from bots.engine.generations import Generation
from bots.engine.loaded_bot import BotLoadError, load_error
from utils.logs import without_secrets

_logger = logging.getLogger(__name__)


class SharedPackages:
    """The packages beside the bots, `bots/shared` among them.

    Attributes:
        generation: their modules as they are imported from now.
        refused: why a package's change was not taken in; it goes on as it was.
    """

    def __init__(self) -> None:
        """Know no package."""
        self.generation = Generation({})
        self.refused: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._stamps: dict[str, Stamp] | None = None

    async def take_in(self, seen: Mapping[str, SeenFolder | None]) -> bool:
        """Take in what has become of the packages; say whether bots are to be read anew."""
        changed = self._note(seen)
        if changed is None:
            self.generation = Generation(self._paths)
            await in_own_thread(self.generation.keep_sources)
            return False
        if not changed:
            return False
        name, paths = changed[0], dict(self._paths)
        try:
            self.generation = await in_own_thread(lambda: self._read_settled(name, paths))
        except BotLoadError as error:
            self.refused[name] = without_secrets(f"{error.what}: {error.why}")
            _logger.error("%s goes on as it was; %s", name, error)  # noqa: TRY400 (it says all)
            return False
        self.refused.clear()
        _logger.info("%s: changed files are taken in", ", ".join(changed))
        return True

    def _note(self, seen: Mapping[str, SeenFolder | None]) -> list[str] | None:
        """Return the names of changed packages, None at the first look."""
        is_first = self._stamps is None
        stamps = self._stamps = self._stamps or {}
        changed = []
        for name, folder in seen.items():
            if folder is not None and folder.bot is None:
                if stamps.get(name) != folder.stamp:
                    changed.append(name)
                self._paths[name], stamps[name] = folder.path, folder.stamp
            elif stamps.pop(name, None) is not None:
                del self._paths[name]
                changed.append(name)
        return None if is_first else changed

    def _read_settled(self, name: str, paths: Mapping[str, Path]) -> Generation:
        for _ in range(MOST_READINGS):
            stamps = _stamps_of(paths)
            result = self._read(name, paths)
            newest = max(map(newest_change, paths.values()), default=0.0)
            if isinstance(result, BotLoadError) and time.time() - newest < SECONDS_OF_A_SAVE:
                time.sleep(SECONDS_OF_A_SAVE)
            if _stamps_of(paths) == stamps:
                break
            if isinstance(result, Generation):
                result.withdraw(self.generation)
        if isinstance(result, BotLoadError):
            raise result
        return result

    def _read(self, name: str, paths: Mapping[str, Path]) -> Generation | BotLoadError:
        try:
            return self.generation.read_again(paths)
        except BaseException as error:  # noqa: BLE001 (a file's own code may raise anything)
            return load_error(name, paths.get(name, Path()), error)


def _stamps_of(paths: Mapping[str, Path]) -> dict[str, Stamp]:
    return {name: stamp_of(path) for name, path in paths.items()}
