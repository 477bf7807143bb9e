"""The settings of the process that runs all bots, read from `bots/.env` and the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from utils.settings import SettingsError, env_file_path, load_settings, repository_root


class EngineSettings(BaseSettings):
    """What holds for all bots together; each bot has its own `.env` besides."""

    model_config = SettingsConfigDict(extra="ignore", env_file_encoding="utf-8", frozen=True)

    engage_env: Literal["development", "production"] = "development"
    internal_bot_api_ip: str = "127.0.0.1"
    internal_bot_api_port: int = Field(default=8002, ge=1, le=65535)
    core_api_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://\S+$")
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    queue_high_mark: int = Field(default=20_000, ge=100)
    bots_kept_ready: int = Field(default=400, ge=1)
    pace_chat_burst: int = Field(default=20, ge=1, le=10_000)
    pace_pushes_a_second: int = Field(default=25, ge=1, le=1000)
    telegram_api_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://\S+$")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["text", "json"] = "text"


def bots_folder() -> Path:
    """Return the folder that holds the bots."""
    return repository_root() / "bots"


def load_engine_settings() -> EngineSettings:
    """Read the settings; without a file the defaults and the environment hold.

    Raises:
        SettingsError: a value is wrong, or the file that the environment names is missing.
    """
    default = bots_folder() / ".env"
    env_file = env_file_path("ENGAGE_BOTS_ENV_FILE", default)
    if env_file != default and not env_file.is_file():
        raise SettingsError(
            "the bots have no settings",
            why=f"ENGAGE_BOTS_ENV_FILE names {env_file}, which is no file",
            mend="make the .env files: engagectl env init",
        )
    return load_settings(EngineSettings, env_file)
