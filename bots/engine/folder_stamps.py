"""What a folder's files look like from outside: enough to see that one has changed."""

import os
from collections.abc import Iterator
from pathlib import Path

from utils.bot_registry import find_bot_folders

Stamp = frozenset[tuple[str, int, int]]

_READ_AT_LOAD = frozenset({".py", ".po", ".env", ".json", ".yaml", ".toml", ".txt"})


def is_read_at_load(path: Path) -> bool:
    """Tell whether a change of the file changes how its bot behaves."""
    return path.suffix in _READ_AT_LOAD or path.name == ".env"


def stamp_of(folder: Path) -> Stamp:
    """Return names, times and sizes of the folder's files."""
    return frozenset(
        (str(path), status.st_mtime_ns, status.st_size) for path, status in _files(folder)
    )


def shared_packages(bots_dir: Path) -> list[Path]:
    """Return the packages that bots import from: neither a bot nor the engine."""
    bots = {each.path for each in find_bot_folders(bots_dir)}
    return [
        path for path in sorted(bots_dir.iterdir())
        if path.is_dir() and path not in bots and path.name not in {"engine", "__pycache__"}
    ]  # fmt: skip


def stamp_of_shared(bots_dir: Path) -> Stamp:
    """Return the stamp of all shared packages together."""
    return frozenset().union(*(stamp_of(package) for package in shared_packages(bots_dir)))


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
