"""What a folder's files look like from outside: enough to see that one has changed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.bot_registry import BotFolder, find_bot_folders

Stamp = frozenset[tuple[str, int, int]]
"""Name, time and size of each file that is read at load."""

_READ_AT_LOAD = frozenset({".py", ".po", ".env", ".json", ".yaml", ".toml", ".txt"})


def is_read_at_load(path: Path) -> bool:
    """Tell whether a change of the file changes how its bot behaves."""
    return path.suffix in _READ_AT_LOAD or path.name == ".env"


@dataclass(frozen=True)
class SeenFolders:
    """The bots' folder at one moment.

    Attributes:
        bots: each bot's folder with its stamp, by name.
        shared: the packages that bots import from, neither a bot nor the engine.
        shared_stamp: the stamp of all of these together.
    """

    bots: dict[str, tuple[BotFolder, Stamp]]
    shared: tuple[Path, ...]
    shared_stamp: Stamp


def look_at_folders(bots_dir: Path) -> SeenFolders:
    """Return what lies in `bots_dir`; raises OSError when it cannot be read."""
    bots = {each.name: (each, _stamp_of(each.path)) for each in find_bot_folders(bots_dir)}
    shared = tuple(
        path for path in sorted(bots_dir.iterdir())
        if path.is_dir() and path.name not in {*bots, "engine", "__pycache__"}
    )  # fmt: skip
    return SeenFolders(bots, shared, frozenset().union(*map(_stamp_of, shared)))


def _stamp_of(folder: Path) -> Stamp:
    return frozenset(
        (str(path), status.st_mtime_ns, status.st_size) for path, status in _files(folder)
    )


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = Path(root, name)
            if is_read_at_load(path):
                try:
                    yield path, path.stat()
                except FileNotFoundError:
                    continue
