"""An update without what is private in it: texts blanked out, or people made nameless."""

from collections.abc import Mapping
from typing import Any

BLANK = "•"

_OPEN_TEXTS = frozenset(
    {
        "bot_name", "callback_data", "callback_query_id", "chat_instance", "currency", "file_id",
        "file_unique_id", "id", "inline_message_id", "key", "language", "language_code",
        "media_group_id", "mime_type", "poll_id", "status", "type",
    }
)  # fmt: skip
"""What is structure, not anybody's words. Anything that is not named here is blanked."""

_PRIVATE_NUMBERS = frozenset({"latitude", "longitude", "horizontal_accuracy", "heading"})
_SOMEBODY = {
    "first_name": "Somebody",
    "last_name": "",
    "username": "",
    "title": "A chat",
    "sender_user_name": "Somebody",
    "author_signature": "Somebody",
    "phone_number": "+10000000000",
    "vcard": "",
    "address": "Somewhere",
    "name": "Somebody",
    "email": "",
    "street_line1": "",
    "street_line2": "",
    "city": "Somewhere",
    "post_code": "",
}


def blanked(update: Any) -> Any:
    """Return an update whose structure stands, and whose words are dots of the same length.

    Commands, the data of buttons and ids stay: they show which way the handlers took.
    """
    if not isinstance(update, Mapping):
        return _blanked_value("", update)
    return {
        name: _blanked_query(value) if name == "callback_query" else _blanked_value(name, value)
        for name, value in update.items()
    }


def anonymised(update: Any) -> Any:
    """Return an update whose people have no names, numbers or places; texts stay."""
    if isinstance(update, list):
        return [anonymised(value) for value in update]
    if not isinstance(update, Mapping):
        return update
    changed: dict[str, Any] = {}
    for name, value in update.items():
        if name in _SOMEBODY and isinstance(value, str):
            # Telegram leaves a name out rather than empty.
            if _SOMEBODY[name]:
                changed[name] = _SOMEBODY[name]
        elif name in _PRIVATE_NUMBERS:
            changed[name] = 0
        else:
            changed[name] = anonymised(value)
    return changed


def _blanked_query(query: Any) -> Any:
    if not isinstance(query, Mapping):
        return _blanked_value("", query)
    # A press's data was made by the bot; everywhere else `data` is what a person handed over.
    return {
        name: value if name == "data" and isinstance(value, str) else _blanked_value(name, value)
        for name, value in query.items()
    }


def _blanked_value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        commands = _commands_of(value)
        return {key: commands.get(key) or _blanked_value(key, held) for key, held in value.items()}
    if isinstance(value, list):
        return [_blanked_value(name, held) for held in value]
    if isinstance(value, str):
        return value if name in _OPEN_TEXTS else _dots(value)
    return 0 if name in _PRIVATE_NUMBERS else value


def _commands_of(message: Mapping[str, Any]) -> dict[str, str]:
    """Return `{"text": …}` when it begins with a command: that word stays, the rest is dots."""
    text = message.get("text")
    if not isinstance(text, str) or not text.startswith("/"):
        return {}
    command = text.split(maxsplit=1)[0]
    return {"text": command + _dots(text[len(command) :])}


def _dots(text: str) -> str:
    """One dot for each UTF-16 unit, so that the entities' offsets still fit; spaces stay."""
    return "".join(
        character if character.isspace() else BLANK * (2 if ord(character) > 0xFFFF else 1)
        for character in text
    )
