"""Follows the bots' folders: what changes is looked at at once, and everything now and then."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, awatch

from bots.engine.cluster import BotCluster
from bots.engine.folder_stamps import folder_names, is_package_name, is_read_at_load

_TURN_SECONDS = 2.0
_TURNS = 5
_LEAST_OF_A_TURN = 50
_logger = logging.getLogger(__name__)


class FolderWatch:
    """Tells the cluster which folders to look at.

    Systems do not report every change (network drives, limits on watches), so all folders are
    looked at besides: a few at once, all of them within ten seconds.
    """

    def __init__(self, bots_dir: Path, cluster: BotCluster) -> None:
        """Follow `bots_dir` for `cluster`."""
        self._bots_dir = bots_dir
        self._cluster = cluster
        self._left: list[str] = []
        self._turn_size = 0
        self._turn_at = 0.0

    async def follow(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async for names in self._changed():
                    await self._look(names)
            except (OSError, RuntimeError) as error:  # No more watches to be had, for one.
                _logger.warning("changes of the bot folders are not reported: %s", error)
            await asyncio.sleep(_TURN_SECONDS)
            await self._look(set())

    async def _look(self, names: set[str]) -> None:
        try:
            await self._cluster.look(names | self._turn())
        except OSError as error:
            _logger.warning("the bot folders cannot be read: %s", error)

    def _turn(self) -> set[str]:
        """Return the folders whose turn it is, none as long as the last turn is not long ago."""
        now = time.monotonic()
        if now - self._turn_at < _TURN_SECONDS * 0.9:
            return set()
        self._turn_at = now
        if not self._left:
            self._left = [*{*folder_names(self._bots_dir), *self._cluster.folder_names}]
            self._turn_size = max(_LEAST_OF_A_TURN, math.ceil(len(self._left) / _TURNS))
        turn, self._left = self._left[: self._turn_size], self._left[self._turn_size :]
        return set(turn)

    async def _changed(self) -> AsyncIterator[set[str]]:
        reports = awatch(
            self._bots_dir,
            watch_filter=_matters,
            debounce=100,
            step=30,
            rust_timeout=int(_TURN_SECONDS * 1000),
            yield_on_timeout=True,
        )
        depth = len(self._bots_dir.parts)
        async for report in reports:
            names = {Path(path).parts[depth] for _, path in report if path != str(self._bots_dir)}
            yield set(filter(is_package_name, names))


def _matters(_: Change, path: str) -> bool:
    name = path.rpartition("/")[2]
    is_folder_perhaps = "." not in name and name != "__pycache__"
    return is_folder_perhaps or is_read_at_load(name)
