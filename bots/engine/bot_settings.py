"""A bot's own settings and menu: what a bot folder's `config.py` is made of."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from utils.bot_registry import BotFolder, check_bot_name
from utils.env_files import read_env_file
from utils.errors import EngageError
from utils.internal_auth import MINIMUM_KEY_LENGTH
from utils.settings import SettingsError, load_settings

_TOKEN_FORM = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{35,}")


@dataclass(frozen=True)
class Command:
    """One line of the commands menu, worded in each language."""

    name: str
    ru: str
    en: str


class BotSettings(BaseSettings):
    """What every bot's `.env` holds; a bot's `config.py` may extend it as `Settings`.

    Read from the bot's own file alone: an exported BOT_TOKEN would give all bots one token.
    """

    # A bot's own class is built when first used: one that adds nothing never is.
    model_config = SettingsConfigDict(
        extra="ignore", env_file_encoding="utf-8", frozen=True, defer_build=True
    )

    bot_name: str = ""
    bot_token: SecretStr
    bot_internal_key: SecretStr = Field(min_length=MINIMUM_KEY_LENGTH)
    drf_internal_key: SecretStr = Field(min_length=MINIMUM_KEY_LENGTH)

    @field_validator("bot_token")
    @classmethod
    def _is_token(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN_FORM.fullmatch(token.get_secret_value()):
            raise ValueError("it is no bot token; BotFather's look like 123456789:AA…")
        return token

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (pydantic-settings passes all by name)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the process's environment out."""
        return init_settings, dotenv_settings


def read_bot_settings(folder: BotFolder, settings_class: type[BotSettings]) -> BotSettings:
    """Read a bot's `.env`; an empty BOT_NAME becomes the folder's name.

    Raises:
        SettingsError: the file is missing, or a value is missing or wrong.
        BotFolderError: BOT_NAME cannot stand in the webhook's path.
    """
    if not folder.env_file.is_file():
        raise SettingsError(
            f"{folder.name} has no settings",
            why=f"there is no {_shown(folder.env_file)}",
            mend="make it: engagectl env init",
        )
    if _adds_nothing(settings_class):
        keys = read_bot_keys(folder) or load_settings(BotSettings, folder.env_file)
        settings = settings_class.model_construct(**dict(keys))
    else:
        settings = load_settings(settings_class, folder.env_file)
    return _named(settings, folder)


def read_bot_keys(folder: BotFolder) -> BotSettings | None:
    """Return what every bot's `.env` holds, read in a tenth of the time; None when in doubt.

    Whatever is wrong or unusual is left to `read_bot_settings`, which says what it is.
    """
    try:
        values = read_env_file(folder.env_file)
        keys = BotSettings.__new__(BotSettings)
        # Validates without the search for sources of BaseSettings, which takes a millisecond.
        BaseModel.__init__(keys, **{name.lower(): value for name, value in values.items()})
        return _named(keys, folder)
    except (EngageError, ValidationError):
        return None


def _named(settings: BotSettings, folder: BotFolder) -> BotSettings:
    if not settings.bot_name:
        settings = settings.model_copy(update={"bot_name": folder.name})
    check_bot_name(settings.bot_name)
    return settings


class _AddsNothing(BotSettings):
    """What most bots write: compared with, to see what a bot's own class adds."""


def _adds_nothing(settings_class: type[BotSettings]) -> bool:
    """Tell whether the class is BotSettings under a name of its own.

    Building a class of settings takes milliseconds and tens of kilobytes, for each bot.
    """
    return (
        settings_class.__mro__[1:] == _AddsNothing.__mro__[1:]
        and vars(settings_class).keys() <= vars(_AddsNothing).keys()
        and settings_class.model_config == _AddsNothing.model_config
        and not settings_class.__annotations__
    )


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])
