"""The core's settings as an operator writes them: read once, validated, named on refusal."""

from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from utils.env_files import numbered_values, read_env_file
from utils.settings import env_file_path, load_settings

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"  # noqa: S105 (refused there)
_SECRET_LENGTH = 50


class CoreSettings(BaseSettings):
    """Everything the core can be told; the environment beats the file."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    engage_env: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["text", "json"] = "text"

    django_secret_key: str = ""
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
        ZoneInfo(value)
        return value

    @model_validator(mode="after")
    def _production_is_no_development(self) -> Self:
        if self.engage_env == "production":
            if len(self.django_secret_key) < _SECRET_LENGTH:
                message = f"DJANGO_SECRET_KEY must have at least {_SECRET_LENGTH} characters"
                raise ValueError(message)
            if self.django_debug:
                message = "DJANGO_DEBUG must be false when ENGAGE_ENV=production"
                raise ValueError(message)
        return self

    @property
    def is_production(self) -> bool:
        """Whether development's conveniences are off."""
        return self.engage_env == "production"

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names the core answers to."""
        return [host.strip() for host in self.django_allowed_hosts.split(",") if host.strip()]


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


def numbered_settings(prefix: str, environment: dict[str, str]) -> dict[str, str]:
    """Return `{"<n>": value}` of the numbered entries; the environment beats the file."""
    path = core_env_file()
    values = read_env_file(path) if path.exists() else {}
    return numbered_values({**values, **environment}, prefix)
