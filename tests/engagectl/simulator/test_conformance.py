"""Every method that aiogram knows either works, with aiogram's own type, or is exactly a 404."""

import inspect
from collections.abc import Iterator
from typing import Any

from aiogram import Bot, methods
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramNotFound
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from engagectl.simulator.methods.catalogue import find
from tests.engagectl.simulator.conftest import Scene

_PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x02\x00\x00\x00"
    b"\x12\x16\xf1M\x00\x00\x00\x00IEND\xaeB`\x82"
)


def _all_methods() -> Iterator[type[TelegramMethod[Any]]]:
    for _, found in inspect.getmembers(methods, inspect.isclass):
        if issubclass(found, TelegramMethod) and found is not TelegramMethod:
            yield found


_METHODS = {found.__api_method__: found for found in _all_methods()}

_UPLOADS = {
    f"send{kind}": {field: BufferedInputFile(_PNG, "a.png")}
    for kind, field in (
        ("Photo", "photo"), ("Voice", "voice"), ("Audio", "audio"), ("Document", "document"),
        ("Video", "video"), ("VideoNote", "video_note"), ("Animation", "animation"),
        ("Sticker", "sticker"),
    )
}  # fmt: skip


class _World:
    """What a call may name: a chat, messages of each kind, a file."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        chat = scene.user["id"]
        self.chat_id = chat
        self.text = scene.say(text="a text")["message_id"]
        self.place = scene.say(method="sendLocation", latitude=1, longitude=2)["message_id"]
        self.poll = scene.say(method="sendPoll", question="?", options=["a", "b"])["message_id"]
        token = scene.bot["token"]
        answer = scene.http.post(
            f"/bot{token}/sendPhoto", data={"chat_id": chat}, files={"photo": ("a.png", _PNG)}
        )
        photo = answer.json()["result"]
        self.photo, self.file_id = photo["message_id"], photo["photo"][0]["file_id"]
        tapped = scene.say(
            text="b", reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
        )
        self.query = scene.act("tap", message_id=tapped["message_id"], data="x")[
            "callback_query_id"
        ]

    def arguments(self, name: str) -> dict[str, Any]:
        """Return what is special in the call of a method."""
        media = {"type": "photo", "media": self.file_id}
        special: dict[str, dict[str, Any]] = {
            "answerCallbackQuery": {"callback_query_id": self.query},
            "editMessageText": {"text": "changed"},
            "editMessageReplyMarkup": {
                "reply_markup": {"inline_keyboard": [[{"text": "y", "callback_data": "y"}]]}
            },
            "editMessageCaption": {"message_id": self.photo, "caption": "c"},
            "editMessageMedia": {"message_id": self.photo, "media": {**media, "caption": "d"}},
            "stopPoll": {"message_id": self.poll},
            "sendPoll": {"options": ["a", "b"]},
            "sendMediaGroup": {"media": [media, media]},
            "sendChatAction": {"action": "typing"},
            "sendDice": {"emoji": "🎲"},
            "setMessageReaction": {"reaction": [{"type": "emoji", "emoji": "👍"}]},
            "setMyCommands": {"commands": [{"command": "start", "description": "d"}]},
            "setWebhook": {"url": "http://127.0.0.1:9/x"},
            "sendRichMessage": {"rich_message": {"html": "<h1>A</h1><p>b <b>c</b></p>"}},
            "sendRichMessageDraft": {"rich_message": {"markdown": "# A\n\n- b\n- **c**"}},
            "getFile": {"file_id": self.file_id},
            "unpinChatMessage": {"message_id": None},
        }
        return _UPLOADS.get(name, special.get(name, {}))


def _build(found: type[TelegramMethod[Any]], world: _World) -> TelegramMethod[Any]:
    """Make a call with everything that the method requires."""
    common: dict[str, Any] = {
        "chat_id": world.chat_id, "from_chat_id": world.chat_id, "user_id": world.chat_id,
        "message_id": world.text, "message_ids": [world.text], "text": "t", "question": "q",
        "latitude": 1.0, "longitude": 2.0, "title": "t", "address": "a", "phone_number": "+7",
        "first_name": "f", "draft_id": 1,
    }  # fmt: skip
    given = {**common, **world.arguments(found.__api_method__)}
    fields = found.model_fields
    values = {
        name: given[name]
        for name, field in fields.items()
        if name in given and (field.is_required() or name in world.arguments(found.__api_method__))
        and given[name] is not None
    }  # fmt: skip
    if "message_id" in fields:
        values.setdefault("message_id", given["message_id"])
        values.setdefault("chat_id", world.chat_id)
    values = {name: value for name, value in values.items() if value is not None}
    return found.model_construct(**{**_defaults(found), **values})


def _defaults(found: type[TelegramMethod[Any]]) -> dict[str, Any]:
    return {
        name: None if isinstance(field.default, Default) or field.is_required() else field.default
        for name, field in found.model_fields.items()
    }


_REFUSED = {"getChatAdministrators": "no administrators", "unpinChatMessage": "to unpin not found"}


async def _fault(bot: Bot, call: TelegramMethod[Any]) -> str | None:
    """Perform a call and return what is wrong with its answer."""
    name = call.__api_method__
    try:
        await bot(call)
    except TelegramNotFound as error:
        return None if error.message.endswith("Not Found: method not found") else error.message
    except TelegramBadRequest as error:
        return None if _REFUSED.get(name, "-") in error.message else error.message
    except TelegramAPIError as error:
        return str(error)
    return None


async def test_every_method_works_or_is_not_found(started: Scene) -> None:
    server = TelegramAPIServer.from_base(str(started.http.base_url).rstrip("/"))
    faults = {}
    async with Bot(started.bot["token"], session=AiohttpSession(api=server)) as bot:
        for name in sorted(_METHODS):
            call = _build(_METHODS[name], _World(started))
            if fault := await _fault(bot, call):
                faults[name] = fault
            started.call("deleteWebhook")
    assert faults == {}


def test_the_methods_of_a_tutor_are_served() -> None:
    served = {name for name in _METHODS if find(name)}
    assert len(served) >= 60
    assert {"sendMessageDraft", "sendRichMessage", "sendPoll", "stopPoll", "getFile"} <= served


def test_a_keyboard_of_aiogram_is_what_the_person_sees(started: Scene) -> None:
    markup = InlineKeyboardMarkup(inline_keyboard=[])
    sent = started.say(text="t", reply_markup=markup.model_dump())
    assert "reply_markup" not in sent
