"""The core's settings as an operator writes them: read once, validated, named on refusal."""

from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from utils.env_files import numbered_values, read_env_file
from utils.internal_auth import MINIMUM_KEY_LENGTH
from utils.settings import SettingsError, env_file_path, load_settings

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"  # noqa: S105 (refused there)
_SECRET_LENGTH = 50


class CoreSettings(BaseSettings):
    """Everything the core can be told; the environment beats the file."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    engage_env: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["text", "json"] = "text"

    django_secret_key: str = Field("", validate_default=True)
    django_allowed_hosts: str = "localhost,127.0.0.1"
    django_debug: bool = False

    db_host: str = ""
    db_port: int = Field(5432, ge=1, le=65535)
    db_name: str = "engageai"
    db_user: str = ""
    db_password: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"

    openai_api_key: str = ""
    openai_base_url: str = ""
    openai_model: str = ""

    internal_bot_api_ip: str = "127.0.0.1"
    internal_bot_api_port: int = Field(8002, ge=1, le=65535)

    email_host: str = ""
    email_port: int = Field(587, ge=1, le=65535)
    email_host_user: str = ""
    email_host_password: str = ""

    default_timezone: str = "Europe/Moscow"

    @field_validator("db_port", "email_port", "db_name", mode="before")
    @classmethod
    def _empty_means_default(cls, value: object, info: ValidationInfo) -> object:
        return cls.model_fields[info.field_name or ""].default if value == "" else value

    @field_validator("default_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            message = "is no IANA time zone, such as Europe/Moscow"
            raise ValueError(message)
        return value

    @field_validator("django_secret_key")
    @classmethod
    def _is_secret_enough(cls, value: str, info: ValidationInfo) -> str:
        in_production = info.data.get("engage_env") == "production"
        if in_production and (len(value) < _SECRET_LENGTH or value == DEVELOPMENT_SECRET):
            message = f"production needs a secret of its own, {_SECRET_LENGTH} characters or more"
            raise ValueError(message)
        return value

    @field_validator("django_debug")
    @classmethod
    def _is_off_in_production(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001
        if value and info.data.get("engage_env") == "production":
            message = "must be false when ENGAGE_ENV=production"
            raise ValueError(message)
        return value

    @property
    def is_production(self) -> bool:
        """Whether development's conveniences are off."""
        return self.engage_env == "production"

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names the core answers to."""
        return [host.strip() for host in self.django_allowed_hosts.split(",") if host.strip()]

    @property
    def internal_bot_api_url(self) -> str:
        """Where the bots take messages to learners."""
        host = self.internal_bot_api_ip
        return f"http://{f'[{host}]' if ':' in host else host}:{self.internal_bot_api_port}"


def core_env_file() -> Path:
    """Return the core's `.env`: the one ENGAGE_CORE_ENV_FILE names, else the folder's own."""
    return env_file_path("ENGAGE_CORE_ENV_FILE", Path(__file__).with_name(".env"))


def read_core_settings() -> CoreSettings:
    """Read and validate the settings.

    Raises:
        SettingsError: a value is wrong; EnvFileError: the file is malformed.
    """
    path = core_env_file()
    if path.exists():
        read_env_file(path)
    return load_settings(CoreSettings, path)


def internal_bots(environment: dict[str, str], *, is_production: bool) -> dict[str, str]:
    """Return `{"<n>": key}` of the bots that may call the core.

    Raises:
        SettingsError: two bots share a key, so that one would pass for the other; or a key is too
            short for production.
    """
    keys = numbered_settings("BOT_SYSTEM_KEY_", environment)
    used = [key for key in keys.values() if key]
    if len(set(used)) < len(used):
        raise _unusable_keys("two of them are equal, so that one bot would pass for another")
    if is_production and any(len(key) < MINIMUM_KEY_LENGTH for key in used):
        raise _unusable_keys(f"one is shorter than {MINIMUM_KEY_LENGTH} characters")
    return keys


def _unusable_keys(why: str) -> SettingsError:
    return SettingsError(
        f"the keys BOT_SYSTEM_KEY_<n> in {core_env_file()} (or the environment) cannot be used",
        why=why,
        mend="empty them there and DRF_INTERNAL_KEY in the bots' own .env, then run: "
        "engagectl env init",
    )


def numbered_settings(prefix: str, environment: dict[str, str]) -> dict[str, str]:
    """Return `{"<n>": value}` of the numbered entries; the environment beats the file."""
    path = core_env_file()
    values = read_env_file(path) if path.exists() else {}
    return numbered_values({**values, **environment}, prefix)
