"""Checks of inline and reply keyboards, as Telegram makes them."""

from typing import Any
from urllib.parse import urlsplit

from engagectl.simulator.errors import BotApiError, bad_request
from engagectl.simulator.parameters import Parameters
from engagectl.simulator.records import Json

_CALLBACK_BYTES = 64
_MOST_BUTTONS = 100
_INLINE_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite"})


def read_reply_markup(parameters: Parameters) -> Json | None:
    """Return the checked `reply_markup` of a call, None when there is none.

    Raises:
        BotApiError: it is no keyboard, or one of its buttons can't be.
    """
    markup = parameters.json("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply_keyboard(markup)
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    return None


def read_inline_keyboard(parameters: Parameters) -> Json | None:
    """Return the checked inline keyboard of an edit, None when there is none.

    Raises:
        BotApiError: it is not an inline keyboard.
    """
    markup = read_reply_markup(parameters)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _inline_keyboard(rows: Any) -> Json | None:
    checked = [[_inline_button(button) for button in row] for row in _rows(rows)]
    kept = [row for row in checked if row]
    if sum(len(row) for row in kept) > _MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Arrays")
    return rows


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unreadable("Object expected as inline keyboard button")
    if not str(button.get("text", "")):
        raise _unreadable('Field "text" must be non-empty')
    actions = [name for name in _INLINE_ACTIONS if button.get(name) is not None]
    if not actions:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    _check_callback_data(button)
    _check_url(button)
    return {name: value for name, value in button.items() if value is not None}


def _check_callback_data(button: Json) -> None:
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= _CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(button: Json) -> None:
    url = button.get("url")
    if url is None:
        return
    scheme = urlsplit(url).scheme
    if (scheme and scheme not in _SCHEMES) or (not scheme and "." not in url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    host = urlsplit(url).hostname
    if scheme in ("http", "https") and not host:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _unreadable(why: str) -> BotApiError:
    return bad_request(f"can't parse inline keyboard button: {why}")


def _reply_keyboard(markup: Json) -> Json:
    rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"])]
    return {**markup, "keyboard": [row for row in rows if row]}


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: Object expected")
    if not str(button.get("text", "")):
        raise bad_request('can\'t parse keyboard button: Field "text" must be non-empty')
    return button
