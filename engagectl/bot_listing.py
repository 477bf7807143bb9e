"""The bots as a table shows them: number, name, masked token, template's state."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from engagectl.installation import Installation, numbers_of_bots, read_if_there
from utils.env_files import EnvFileError, read_env_file
from utils.internal_auth import redact

_SECONDS = 3.0


@dataclass(frozen=True)
class BotRow:
    """One bot.

    `state` is `serving`, `failed: ` and why, `not loaded`, or `not running` without a stack.
    """

    number: str
    name: str
    folder: str
    token: str
    state: str

    def document(self) -> dict[str, str]:
        """Return the row as JSON-ready values."""
        return asdict(self)


def list_bots(installation: Installation, engine_url: str | None) -> list[BotRow]:
    """Return every bot folder; `engine_url` is the running bots' address, None without a stack.

    Raises:
        EnvFileError: the gateway's file is malformed.
    """
    numbers = numbers_of_bots(read_if_there(installation.gateway_env))
    states = _engine_states(engine_url) if engine_url else None
    rows: list[BotRow] = []
    for folder in installation.bot_folders():
        name, token, fault = folder.name, "", ""
        try:
            own = read_env_file(folder.env_file)
            name, token = own.get("BOT_NAME") or folder.name, own.get("BOT_TOKEN", "")
        except EnvFileError as error:
            fault = f"failed: {error.what}"
        state = fault or _state(folder.name, states)
        shown = installation.shown(folder.path)
        rows.append(BotRow(numbers.get(name, ""), name, shown, _masked(token), state))
    return rows


def _state(folder: str, states: dict[str, str] | None) -> str:
    return "not running" if states is None else states.get(folder, "not loaded")


def _masked(token: str) -> str:
    number, _, secret = token.partition(":")
    return f"{number}:{redact(secret)}" if token else "–"


def _engine_states(engine_url: str) -> dict[str, str] | None:
    import httpx2  # noqa: PLC0415 (slow to import, needed only while the stack runs)

    try:
        answer: Any = httpx2.get(f"{engine_url}/health/ready", timeout=_SECONDS).json()
    except (httpx2.HTTPError, json.JSONDecodeError):
        return None
    bots = answer.get("bots", {}) if isinstance(answer, dict) else {}
    return {str(name): str(state) for name, state in bots.items()}
