"""`POST /sim/send`: what a person says or uploads, as JSON or as a form with files."""

import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from engagectl.simulator.control.shapes import Sending
from engagectl.simulator.errors import ControlError
from engagectl.simulator.methods.media import UPLOAD_KINDS, media_fields
from engagectl.simulator.methods.things import (
    contact_fields,
    dice_fields,
    location_fields,
    sticker_fields,
)
from engagectl.simulator.parameters import Parameters, Upload
from engagectl.simulator.people import People
from engagectl.simulator.records import Json, Message
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.views import view_message

_LARGEST_UPLOAD = 52 * 1024 * 1024
_STICKER_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512">'
    '<text x="256" y="370" font-size="360" text-anchor="middle">{}</text></svg>'
)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Sending.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["user_id", "bot"],
                    "properties": {
                        "user_id": {"type": "integer"},
                        "bot": {"type": "string"},
                        "text": {"type": "string"},
                        "duration": {"type": "integer"},
                        **{kind: {"type": "string", "format": "binary"} for kind in UPLOAD_KINDS},
                    },
                }
            },
        },
    }
}


def sending_routes(telegram: Telegram) -> APIRouter:
    """Return the route by which people send."""
    router = APIRouter(prefix="/sim")
    people = People(telegram)

    @router.post(
        "/send",
        summary="Send a text, or (as a form) photo, voice, document, video_note, video, audio",
        openapi_extra=_BODY,
    )
    async def send(request: Request) -> Json:
        act, uploads, given = await _read(request)
        chat = people.chat(act.user_id, act.bot)
        bot, _ = telegram.parties(chat)
        if not uploads:
            return view_message(telegram.world.polls, await _send_plain(telegram, people, act))
        for kind, upload in uploads:
            file = await telegram.files.store(bot.id, kind, upload)
            fields = media_fields(file, Parameters(given))
            if act.text:
                fields["caption"] = act.text
            message = people.send(chat, fields, reply_to_message_id=act.reply_to_message_id)
        return view_message(telegram.world.polls, message)

    return router


async def _send_plain(telegram: Telegram, people: People, act: Sending) -> Message:
    chat = people.chat(act.user_id, act.bot)
    fields = await _thing(telegram, chat.record.bot_id, act)
    if fields is not None:
        return people.send(chat, fields, reply_to_message_id=act.reply_to_message_id)
    return people.write(
        chat, act.text, entities=act.entities, reply_to_message_id=act.reply_to_message_id
    )


async def _thing(telegram: Telegram, bot_id: int, act: Sending) -> Json | None:
    """Return the fields of a message that is no text, None when it is one."""
    if act.dice is not None:
        return dice_fields(act.dice)
    if act.location is not None:
        return location_fields(Parameters(act.location))
    if act.contact is not None:
        return contact_fields(Parameters(act.contact))
    if act.sticker is not None:
        picture = _STICKER_SVG.format(escape(act.sticker)).encode()
        upload = Upload("sticker.svg", "image/svg+xml", picture)
        file = await telegram.files.store(bot_id, "sticker", upload)
        return sticker_fields(file, act.sticker)
    return None


async def _read(request: Request) -> tuple[Sending, list[tuple[str, Upload]], dict[str, Any]]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        values, uploads = await _read_form(request)
    else:
        values, uploads = await _read_json(request), []
    try:
        return Sending.model_validate(values), uploads, values
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None


async def _read_json(request: Request) -> dict[str, Any]:
    try:
        values = json.loads(await request.body())
    except ValueError:
        values = None
    if isinstance(values, dict):
        return values
    raise ControlError(400, "not_json", "the body must be a JSON object")


async def _read_form(request: Request) -> tuple[dict[str, Any], list[tuple[str, Upload]]]:
    values: dict[str, Any] = {}
    uploads = []
    async with request.form(max_part_size=_LARGEST_UPLOAD) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                values[name] = value
            elif name in UPLOAD_KINDS:
                kind = value.content_type or "application/octet-stream"
                content = await value.read()
                uploads.append((name, Upload(value.filename or "", kind, content)))
            else:
                raise ControlError(400, "file_kind_unknown", f"{name} is no kind of file")
    return values, uploads
