"""A Bot API call's parameters: from query, form, JSON or multipart, read the lenient way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engagectl.simulator.errors import bad_request
from engagectl.simulator.records import Json

_TRUE = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    file_name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Parameters:
    """The values by name, and the files that came with them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values or name in self.files

    def text(self, name: str) -> str:
        """Return the value as text, empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """Return the value as an integer; what is none counts as `default`."""
        value = self.values.get(name)
        try:
            return default if value in (None, "") else int(value)
        except (TypeError, ValueError):
            return default

    def number(self, name: str, default: float = 0.0) -> float:
        """Return the value as a number; what is none counts as `default`."""
        value = self.values.get(name)
        try:
            return default if value in (None, "") else float(value)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return the value as true or false."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value).lower() in _TRUE

    def json(self, name: str) -> Any:
        """Return the value read as JSON, None when it is missing.

        Raises:
            BotApiError: it is no JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def object(self, name: str) -> Json | None:
        """Return the value as a JSON object, None when it is missing.

        Raises:
            BotApiError: it is something else.
        """
        value = self.json(name)
        if value is None or isinstance(value, dict):
            return value
        raise bad_request(f"object expected as {name.replace('_', ' ')}")

    def array(self, name: str) -> list[Any] | None:
        """Return the value as a JSON array, None when it is missing.

        Raises:
            BotApiError: it is something else.
        """
        value = self.json(name)
        if value is None or isinstance(value, list):
            return value
        raise bad_request(f"expected an Array of {name.replace('_', ' ')}")
