"""All methods that the simulator knows."""

from engagectl.simulator.methods import (
    chat_acts,
    drafts,
    identity,
    media,
    messages,
    polls,
    things,
    updates,
)
from engagectl.simulator.methods.registry import METHODS, NAMES, Method

SUBJECTS = (chat_acts, drafts, identity, media, messages, polls, things, updates)
"""The modules whose import enters their methods."""


def find(name: str) -> Method | None:
    """Return the method of that name in any case."""
    return METHODS.get(name.lower())


def proper_name(name: str) -> str:
    """Return a method's name as Telegram writes it."""
    return NAMES.get(name.lower(), name)
