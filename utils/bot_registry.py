"""The list of bots: the bot folders are the truth, everything numbered is written from them."""

import re
import sys
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

from utils.errors import EngageError

BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""What may stand in the webhook's path as a bot's name."""

_FOLDER_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PROJECT_MODULES = frozenset(
    {"api_gateway", "bots", "bots_engine", "core_webhook", "docs", "engageai_core", "engagectl"}
    | {"engine", "tests", "utils"}
)


class BotFolderError(EngageError):
    """A bot's folder or name cannot be used."""


@dataclass(frozen=True)
class BotFolder:
    """One bot on disk: `bots/<name>/` with `handlers/`, `config.py` and its own `.env`."""

    name: str
    path: Path

    @property
    def env_file(self) -> Path:
        """The bot's own `.env`, which may not exist yet."""
        return self.path / ".env"


def find_bot_folders(bots_dir: Path) -> list[BotFolder]:
    """Return the bots under `bots_dir`, sorted by name.

    A bot is a folder with a `config.py` or a `handlers` package whose name may be a bot's; other
    folders (the engine, caches) are left out.
    """
    if not bots_dir.is_dir():
        return []
    return [found for path in sorted(bots_dir.iterdir()) if (found := bot_folder_at(path))]


def bot_folder_at(path: Path) -> BotFolder | None:
    """Return the bot whose folder `path` is, None when it is no bot's."""
    if not _FOLDER_NAME.fullmatch(path.name) or path.name in _PROJECT_MODULES:
        return None
    if not ((path / "config.py").is_file() or (path / "handlers").is_dir()):
        return None
    return BotFolder(name=path.name, path=path)


def check_new_folder_name(name: str) -> None:
    """Refuse a folder name that is no snake_case name or that shadows another module.

    `uvicorn bots_engine:app` puts `bots/` itself on the import path, so that a bot called
    `secrets` would hide the standard module of that name.

    Raises:
        BotFolderError: the name cannot be used.
    """
    if not _FOLDER_NAME.fullmatch(name):
        raise BotFolderError(
            f"{name!r} cannot be a bot's folder",
            why="a folder is a snake_case name: small letters, digits and _, at most 64, "
            "starting with a letter",
            mend="choose a name such as grammar_bot",
        )
    owner = _shadowed_owner(name)
    if owner:
        raise BotFolderError(
            f"{name!r} cannot be a bot's folder",
            why=f"it would hide {owner} of the same name from every import",
            mend=f"choose another name, such as {name}_bot",
        )


def check_bot_name(name: str) -> None:
    """Refuse a BOT_NAME that cannot stand in the webhook's path.

    Raises:
        BotFolderError: the name does not match `[A-Za-z][A-Za-z0-9_]{0,63}`.
    """
    if not BOT_NAME.fullmatch(name):
        raise BotFolderError(
            f"{name!r} cannot be a BOT_NAME",
            why="it stands in the webhook's path: Latin letters, digits and _, at most 64, "
            "starting with a letter",
            mend="set BOT_NAME in the bot's .env to such a name, or leave it empty to use the "
            "folder's name",
        )


def _shadowed_owner(name: str) -> str | None:
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return "the standard module"
    if name in _PROJECT_MODULES:
        return "the project's module"
    if name in packages_distributions():
        return "the installed package"
    return None
