"""The record of calls: what bots asked and what was delivered to them, without tokens."""

import itertools
from collections import deque
from typing import Any, Literal

from pydantic import BaseModel

from utils.logs import without_secrets

_KEPT = 5000
_LONGEST_TEXT = 4096


class RecordedCall(BaseModel):
    """One call: of a bot to the Bot API, or of the simulator to a bot's webhook."""

    id: int = 0
    at: float
    bot: str
    direction: Literal["api", "webhook"]
    method: str
    parameters: dict[str, Any]
    status: int
    description: str | None = None
    milliseconds: float


class CallLog:
    """The last calls."""

    def __init__(self) -> None:
        """Start empty."""
        self._calls: deque[RecordedCall] = deque(maxlen=_KEPT)
        self._ids = itertools.count(1)

    def add(self, call: RecordedCall) -> None:
        """Record a call: it gets the next id, and loses what is secret or too long."""
        call.id = next(self._ids)
        call.parameters = {name: _shown(name, value) for name, value in call.parameters.items()}
        self._calls.append(call)

    def since(self, after: int, *, bot: str | None, limit: int) -> list[RecordedCall]:
        """Return the calls after the id `after`, oldest first: the newest `limit` of them."""
        found: list[RecordedCall] = []
        for call in reversed(self._calls):
            if call.id <= after or len(found) == limit:
                break
            if bot is None or call.bot.lower() == bot.lower():
                found.append(call)
        return found[::-1]


def _shown(name: str, value: Any) -> Any:
    if name == "secret_token":
        return "••••"
    if isinstance(value, str):
        return without_secrets(value[:_LONGEST_TEXT])
    return value
