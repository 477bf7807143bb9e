"""What a folder's files look like from outside: enough to see that one has changed."""

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.bot_registry import BotFolder, bot_folder_at

Stamp = bytes
"""A digest of the name, time, size and inode of each file that is read at load."""

_READ_AT_LOAD = (".py", ".po", ".env", ".json", ".yaml", ".toml", ".txt")


def is_read_at_load(name: str) -> bool:
    """Tell whether a change of the file changes how its bot behaves."""
    return name.endswith(_READ_AT_LOAD) and (name == ".env" or not name.startswith("."))


@dataclass(frozen=True, slots=True)
class SeenFolder:
    """A folder at one moment; `bot` is None for a package that bots import from."""

    path: Path
    stamp: Stamp
    bot: BotFolder | None


def folder_names(bots_dir: Path) -> list[str]:
    """Return what may be bots or packages that bots import from; raises OSError."""
    with os.scandir(bots_dir) as entries:
        return sorted(entry.name for entry in entries if _may_be_package(entry))


def look_at(bots_dir: Path, names: Collection[str]) -> dict[str, SeenFolder | None]:
    """Return the folders of these names as they are now, None for one that is not there."""
    return {name: _look_at_one(bots_dir / name) for name in names if is_package_name(name)}


def is_package_name(name: str) -> bool:
    """Tell whether a folder of this name may be a bot or a package that bots import from."""
    return name.isidentifier() and name not in {"engine", "__pycache__"}


def stamp_of(folder: Path) -> Stamp:
    """Return the folder's stamp; a missing folder has one too."""
    digest = hashlib.blake2b(digest_size=16)
    for path, status in _files(folder):
        digest.update(
            f"{path}|{status.st_mtime_ns}|{status.st_size}|{status.st_ino}\n".encode(
                errors="surrogateescape"
            )
        )
    return digest.digest()


def newest_change(folder: Path) -> float:
    """Return the Unix time of the newest change among the folder's files, 0 without any."""
    return max((status.st_mtime for _, status in _files(folder)), default=0.0)


def _look_at_one(path: Path) -> SeenFolder | None:
    if not path.is_dir():
        return None
    return SeenFolder(path, stamp_of(path), bot_folder_at(path))


def _may_be_package(entry: os.DirEntry[str]) -> bool:
    return is_package_name(entry.name) and entry.is_dir()


def _files(folder: str | Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=_name):
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        yield from _files(entry.path)
                elif is_read_at_load(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        yield entry.path, entry.stat()
    except (FileNotFoundError, NotADirectoryError):
        return


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
