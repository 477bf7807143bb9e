"""A small Bot API over real HTTP that keeps one chat and refuses what Telegram refuses."""

import json
import time
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bots.telegram_html import MarkupError, read_html

CHAT_ID = 501
_LONGEST_TEXT = 4096
_LONGEST_CAPTION = 1024


class RefusedError(Exception):
    """What Telegram answers with 400."""


class FakeTelegram:
    """The chat of one person with one bot, as the person sees it."""

    def __init__(self) -> None:
        self.messages: dict[int, dict[str, Any]] = {}
        self.notices: list[str | None] = []
        self.calls: list[str] = []
        self.menus: list[dict[str, Any]] = []
        self.next_id = 1
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        fields = {
            name: value if isinstance(value, str) else value.file.read()
            for name, value in (await request.post()).items()
        }
        self.calls.append(request.match_info["method"])
        method = getattr(self, f"_on_{request.match_info['method'].lower()}", None)
        if method is None:
            return _refusal(404, "Not Found: method not found")
        try:
            return web.json_response({"ok": True, "result": method(fields)})
        except (RefusedError, MarkupError) as error:
            return _refusal(400, f"Bad Request: {error}")

    def keep(self, message: dict[str, Any], *, from_bot: bool) -> dict[str, Any]:
        """Put a message into the chat and return it whole."""
        whole = {
            "message_id": self.next_id,
            "date": int(time.time()),
            "chat": {"id": CHAT_ID, "type": "private"},
            "from": {"id": 700 if from_bot else CHAT_ID, "is_bot": from_bot, "first_name": "Аня"},
            **message,
        }
        self.messages[self.next_id] = whole
        self.next_id += 1
        return whole

    # ------------------------------------------------------------- methods
    def _on_sendmessage(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self.keep(_content(fields), from_bot=True)

    def _on_sendphoto(self, fields: dict[str, Any]) -> dict[str, Any]:
        picture = next(value for value in fields.values() if isinstance(value, bytes))
        if not picture.startswith(b"\x89PNG"):
            raise RefusedError("IMAGE_PROCESS_FAILED")
        caption, entities = read_html(fields.get("caption", ""))
        if len(caption) > _LONGEST_CAPTION:
            raise RefusedError("message caption is too long")
        size = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
        shown = {"photo": [size], "caption": caption, "caption_entities": entities}
        return self.keep({**shown, **_markup(fields)}, from_bot=True)

    def _on_editmessagetext(self, fields: dict[str, Any]) -> dict[str, Any]:
        old = self._editable(fields)
        new = {key: value for key, value in old.items() if key != "reply_markup"}
        new.update(_content(fields))
        return self._replace(old, new)

    def _on_editmessagereplymarkup(self, fields: dict[str, Any]) -> dict[str, Any]:
        old = self._editable(fields)
        new = {key: value for key, value in old.items() if key != "reply_markup"}
        return self._replace(old, {**new, **_markup(fields)})

    def _on_answercallbackquery(self, fields: dict[str, Any]) -> bool:
        self.notices.append(fields.get("text"))
        return True

    def _on_setmycommands(self, fields: dict[str, Any]) -> bool:
        self.menus.append(fields)
        return True

    def _editable(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.get(int(fields["message_id"]))
        if message is None:
            raise RefusedError("message to edit not found")
        return message

    def _replace(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        if old == new:
            raise RefusedError("message is not modified")
        self.messages[old["message_id"]] = new
        return new


def _content(fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("parse_mode") != "HTML":
        raise RefusedError("these bots speak HTML")
    text, entities = read_html(fields["text"])
    if not text.strip():
        raise RefusedError("message text is empty")
    if len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
        raise RefusedError("message is too long")
    return {"text": text, "entities": entities, **_markup(fields)}


def _markup(fields: dict[str, Any]) -> dict[str, Any]:
    if not fields.get("reply_markup"):
        return {}
    markup = json.loads(fields["reply_markup"])
    for button in (one for row in markup["inline_keyboard"] for one in row):
        if not 1 <= len(button["callback_data"].encode()) <= 64 or not button["text"].strip():
            raise RefusedError("BUTTON_DATA_INVALID")
    return {"reply_markup": markup}


def _refusal(code: int, description: str) -> web.Response:
    answer = {"ok": False, "error_code": code, "description": description}
    return web.json_response(answer, status=code)
