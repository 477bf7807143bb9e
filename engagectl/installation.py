"""The files that the CLI reads and writes: the four kinds of `.env`, and the bots' folders."""

import os
from dataclasses import dataclass
from pathlib import Path

from utils.bot_registry import BotFolder, find_bot_folders
from utils.env_files import numbered_values, read_env_file
from utils.settings import env_file_path, repository_root


@dataclass(frozen=True)
class Installation:
    """One clone of the repository.

    Attributes:
        root: the folder that holds the services and `bots/`.
        core_env: the core's `.env`, which may not exist yet; the others likewise.
        gateway_env: the gateway's.
        bots_env: the one of the process that runs all bots.
    """

    root: Path
    core_env: Path
    gateway_env: Path
    bots_env: Path

    @property
    def bots_dir(self) -> Path:
        """The folder of the bots' folders."""
        return self.root / "bots"

    def bot_folders(self) -> list[BotFolder]:
        """Return the bots, sorted by name."""
        return find_bot_folders(self.bots_dir)

    def shown(self, path: Path) -> str:
        """Return a path as a person reads it: from the root on, where it lies below it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def installation_of(root: Path) -> Installation:
    """Return the installation at `root`, its `.env` files where the environment puts them."""
    return Installation(
        root=root,
        core_env=env_file_path("ENGAGE_CORE_ENV_FILE", root / "engageai_core" / ".env"),
        gateway_env=env_file_path("ENGAGE_GATEWAY_ENV_FILE", root / "api_gateway" / ".env"),
        bots_env=env_file_path("ENGAGE_BOTS_ENV_FILE", root / "bots" / ".env"),
    )


def this_installation() -> Installation:
    """Return the installation that this program belongs to."""
    return installation_of(repository_root())


def read_if_there(path: Path) -> dict[str, str]:
    """Return a file's variables, none when there is no file.

    Raises:
        EnvFileError: the file is malformed.
    """
    return read_env_file(path) if path.exists() else {}


def bot_name_of(folder: BotFolder) -> str:
    """Return a bot's BOT_NAME, by default its folder's name.

    Raises:
        EnvFileError: the bot's `.env` is malformed.
    """
    return read_if_there(folder.env_file).get("BOT_NAME") or folder.name


def numbers_of_bots(*numbered: dict[str, str]) -> dict[str, str]:
    """Return `{BOT_NAME: "<n>"}` from the files' entries; the first file wins."""
    numbers: dict[str, str] = {}
    for values in numbered:
        for number, name in numbered_values(values, "BOT_NAME_").items():
            if name and name not in numbers and number not in numbers.values():
                numbers[name] = number
    return numbers


def telegram_api_url(installation: Installation) -> str:
    """Return the Bot API server: TELEGRAM_API_URL of the environment or `bots/.env`, else Telegram.

    Raises:
        EnvFileError: `bots/.env` is malformed.
    """
    told = os.environ.get("TELEGRAM_API_URL")  # noqa: TID251 (this is the CLI's settings module)
    written = read_if_there(installation.bots_env).get("TELEGRAM_API_URL")
    return (told or written or "https://api.telegram.org").rstrip("/")


def exported_redis_url() -> str:
    """Return REDIS_URL of the environment, empty when it is not set."""
    return os.environ.get("REDIS_URL", "")  # noqa: TID251 (this is the CLI's settings module)
