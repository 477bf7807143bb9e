"""How a service reads its settings: once, validated, refusing to start with a text that mends."""

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from utils.errors import EngageError

Settings = TypeVar("Settings", bound=BaseSettings)


class SettingsError(EngageError):
    """A service refuses to start because of a setting."""


def repository_root() -> Path:
    """Return the folder that holds the services, `.engage/` and every `.env` file."""
    return Path(__file__).resolve().parent.parent


def env_file_path(variable: str, default: Path) -> Path:
    """Return the `.env` file that the environment names in `variable`, else `default`."""
    return Path(os.environ.get(variable) or default)  # noqa: TID251 (this is the settings module)


def load_settings(settings_class: type[Settings], env_file: Path) -> Settings:
    """Read and validate a service's settings from the environment and `env_file`.

    Raises:
        SettingsError: a value is missing or wrong; the text names each variable, the file and
            the mend, and never shows a value.
    """
    try:
        return settings_class(_env_file=env_file)
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError(
            f"the settings in {env_file} (or the environment) cannot be used",
            why="; ".join(faults),
            mend=f"mend them in {env_file}, then run: engagectl env check",
        ) from None
