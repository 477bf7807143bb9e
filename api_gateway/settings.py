"""The gateway's settings, and the bots it serves, read from its `.env` and the environment."""

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from utils.bot_registry import check_bot_name
from utils.env_files import numbered_values, read_env_file
from utils.errors import EngageError
from utils.settings import SettingsError, env_file_path, load_settings, repository_root

_TOKEN_FORM = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{35,}")
_SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SHORTEST_PRODUCTION_SECRET = 24


class GatewaySettings(BaseSettings):
    """What holds for the whole gateway; the numbered bots are read by `read_bots`."""

    model_config = SettingsConfigDict(extra="ignore", env_file_encoding="utf-8", frozen=True)

    engage_env: Literal["development", "production"] = "development"
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    webhook_secret: SecretStr = SecretStr("")
    webhook_host: str = ""
    fast_api_ip: str = "127.0.0.1"
    fast_api_port: int = Field(default=8001, ge=1, le=65535)
    internal_bot_api_ip: str = "127.0.0.1"
    internal_bot_api_port: int = Field(default=8002, ge=1, le=65535)
    queue_high_mark: int = Field(default=20_000, ge=1)
    telegram_networks_only: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=20)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["text", "json"] = "text"


def _never_matching() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """What a bot's updates come with.

    `following` is right too while the secret is being changed. What is not set is random, so that
    comparing with it never succeeds.
    """

    current: bytes = field(default_factory=_never_matching)
    following: bytes = field(default_factory=_never_matching)


@dataclass(frozen=True)
class ServedBots:
    """The bots with their webhook secrets, and the secret that stands for no bot in particular."""

    secrets: dict[str, WebhookSecrets]
    shared_secret: bytes = field(default_factory=_never_matching)


def gateway_env_file() -> Path:
    """Return the `.env` file of this gateway."""
    return env_file_path("ENGAGE_GATEWAY_ENV_FILE", repository_root() / "api_gateway" / ".env")


def load_gateway_settings(env_file: Path) -> GatewaySettings:
    """Read the settings.

    Raises:
        SettingsError: there is neither a file nor a bot in the environment, or a value is wrong.
    """
    if not env_file.is_file() and not numbered_values(os.environ, "BOT_NAME_"):  # noqa: TID251
        raise SettingsError(
            "the gateway has no settings",
            why=f"there is no {env_file}, and the environment names no bot",
            mend="make the .env files: engagectl env init",
        )
    return load_settings(GatewaySettings, env_file)


def read_bots(settings: GatewaySettings, env_file: Path) -> ServedBots:
    """Read the numbered bots; the environment beats the file.

    Raises:
        SettingsError: an entry is incomplete, malformed or double, or production is given a
            simulator's token.
        EnvFileError: the file is malformed.
    """
    written = read_env_file(env_file) if env_file.is_file() else {}
    values = {**written, **os.environ}  # noqa: TID251 (this is the settings module)
    names = numbered_values(values, "BOT_NAME_")
    found: dict[str, WebhookSecrets] = {}
    for number, name in names.items():
        if name in found:
            raise _refused(number, env_file, f"BOT_NAME_{number} names {name} a second time")
        found[name] = _checked_secrets(settings, env_file, number, values)
    return _served(settings, found)


def _served(settings: GatewaySettings, found: dict[str, WebhookSecrets]) -> ServedBots:
    shared = settings.webhook_secret.get_secret_value().encode()
    return ServedBots(found, shared) if shared else ServedBots(found)


def _checked_secrets(
    settings: GatewaySettings, env_file: Path, number: str, values: dict[str, str]
) -> WebhookSecrets:
    fault = _fault_of(settings, number, values)
    if fault:
        raise _refused(number, env_file, fault)
    current = _secret_of(settings, number, values).encode()
    following = values.get(f"BOT_WEBHOOK_SECRET_NEXT_{number}", "").encode()
    return WebhookSecrets(current, following) if following else WebhookSecrets(current)


def _fault_of(settings: GatewaySettings, number: str, values: dict[str, str]) -> str | None:
    """Return what is wrong with a numbered bot, without showing a value."""
    try:
        check_bot_name(values[f"BOT_NAME_{number}"])
    except EngageError as error:
        return f"BOT_NAME_{number}: {error.why}"
    return _token_fault(settings, number, values) or _secret_fault(settings, number, values)


def _token_fault(settings: GatewaySettings, number: str, values: dict[str, str]) -> str | None:
    token = values.get(f"BOT_TOKEN_{number}", "")
    if not _TOKEN_FORM.fullmatch(token):
        return f"BOT_TOKEN_{number} is missing or no bot token"
    if settings.engage_env == "production" and token.partition(":")[2].startswith("SIM"):
        return f"BOT_TOKEN_{number} is a simulator's token, and ENGAGE_ENV is production"
    return None


def _secret_fault(settings: GatewaySettings, number: str, values: dict[str, str]) -> str | None:
    following = f"BOT_WEBHOOK_SECRET_NEXT_{number}"
    written = {
        f"BOT_WEBHOOK_SECRET_{number} (or WEBHOOK_SECRET)": _secret_of(settings, number, values),
        **({following: values[following]} if values.get(following) else {}),
    }
    for name, secret in written.items():
        if not _SECRET_FORM.fullmatch(secret):
            return f"{name} is missing, or has other characters than A-Z a-z 0-9 _ -"
        if settings.engage_env == "production" and len(secret) < _SHORTEST_PRODUCTION_SECRET:
            return f"{name} is shorter than {_SHORTEST_PRODUCTION_SECRET} characters"
    return None


def _secret_of(settings: GatewaySettings, number: str, values: dict[str, str]) -> str:
    own = values.get(f"BOT_WEBHOOK_SECRET_{number}", "")
    return own or settings.webhook_secret.get_secret_value()


def _refused(number: str, env_file: Path, why: str) -> SettingsError:
    return SettingsError(
        f"bot number {number} of the gateway cannot be served",
        why=why,
        mend=f"mend it in {env_file}, or write the entries anew: engagectl env init",
    )
