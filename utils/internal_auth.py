"""The internal keys: how they are made, compared and shown.

Two pairs exist for each bot. `BOT_INTERNAL_KEY` is shared by the gateway and the bot;
`DRF_INTERNAL_KEY` by the bot and the core, which reads it as `BOT_SYSTEM_KEY_<n>`.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping

HEADER = "X-Internal-Key"
MINIMUM_KEY_LENGTH = 32
_KEY_BYTES = 36


def make_key() -> str:
    """Return a new key: 48 URL-safe characters, 288 bits from the system's random source."""
    return secrets.token_urlsafe(_KEY_BYTES)


def key_matches(given: str, expected: Iterable[str]) -> bool:
    """Tell whether `given` equals one of `expected`.

    Every candidate is compared in full and in constant time, so that the time taken depends on
    their number alone. Empty candidates never match.
    """
    found = False
    for candidate in expected:
        equal = hmac.compare_digest(given.encode(), candidate.encode())
        found |= equal and bool(candidate)
    return found


def owner_of_key(given: str, keys: Mapping[str, str]) -> str | None:
    """Return the name whose key is `given`, or None; `keys` maps names to keys.

    All keys are compared in constant time, also after a match.
    """
    owner: str | None = None
    for name, key in keys.items():
        if key_matches(given, [key]):
            owner = name
    return owner


def redact(secret: str) -> str:
    """Return `secret` fit for a table or a log line: a few first characters, then dots.

    A value shorter than 16 characters is hidden whole.
    """
    if not secret:
        return ""
    return f"{secret[:4]}••••" if len(secret) >= 16 else "••••"
