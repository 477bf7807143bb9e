"""Methods that send media: by upload, by file_id, or from an address on this machine."""

import ipaddress
import secrets
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx2

from engagectl.simulator.errors import BotApiError, bad_request
from engagectl.simulator.files import DOWNLOAD_BYTES
from engagectl.simulator.methods.messages import edit, editable
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import carried, read_caption, send
from engagectl.simulator.parameters import Parameters, Upload
from engagectl.simulator.records import Json, StoredFile

UPLOAD_KINDS = ("photo", "voice", "document", "video_note", "video", "audio", "animation")
"""What may be uploaded, by the field of Message that holds it."""

_PHOTO_BYTES = 10 * 1024 * 1024
_UPLOAD_BYTES = 50 * 1024 * 1024
_FETCH_SECONDS = 10.0
_ALBUM = range(2, 11)
_ALBUM_KINDS = frozenset({"photo", "video", "audio", "document", "live_photo", "animation"})
_CONTENT = (*UPLOAD_KINDS, "sticker", "caption", "caption_entities", "has_media_spoiler",
            "show_caption_above_media")  # fmt: skip


def media_fields(file: StoredFile, given: Parameters | None = None) -> Json:
    """Return the fields of a message that carries the file.

    Args:
        file: the stored file, whose kind names the field.
        given: width, height, duration and so on, as the sender states them.
    """
    given = given or Parameters()
    identity = {
        "file_id": file.file_id,
        "file_unique_id": file.file_unique_id,
        "file_size": file.file_size,
    }
    if file.kind == "photo":
        return {"photo": [{**identity, **_measures(file, given, "width", "height")}]}
    named = {
        name: value
        for name, value in (("file_name", file.file_name), ("mime_type", file.mime_type))
        if value
    }
    match file.kind:
        case "voice":
            named.pop("file_name", None)
            return {"voice": {**identity, **named, **_measures(file, given, "duration")}}
        case "video_note":
            measures = _measures(file, given, "duration")
            return {"video_note": {**identity, **measures, "length": given.integer("length", 240)}}
        case "audio":
            tags = {name: given.text(name) for name in ("performer", "title") if name in given}
            return {"audio": {**identity, **named, **tags, **_measures(file, given, "duration")}}
        case "video":
            measures = _measures(file, given, "width", "height", "duration")
            return {"video": {**identity, **named, **measures}}
        case "animation":
            measures = _measures(file, given, "width", "height", "duration")
            return {
                "animation": {**identity, **named, **measures},
                "document": {**identity, **named},
            }
        case _:
            return {"document": {**identity, **named}}


def _measures(file: StoredFile, given: Parameters, *names: str) -> dict[str, int]:
    defaults = {"width": 320, "height": 240, "duration": 0}
    return {
        name: given.integer(name) or int(file.details.get(name) or defaults[name]) for name in names
    }


async def resolve_file(call: Call, kind: str, value: Any, field: str) -> StoredFile:
    """Return the file that a parameter means: an upload, a file_id or an address.

    Raises:
        BotApiError: it means none that can be had.
    """
    upload = call.parameters.files.get(field)
    named = str(value or "")
    if named.startswith("attach://"):
        upload = call.parameters.files.get(named.removeprefix("attach://"))
        if upload is None:
            raise bad_request("can't find the attached file")
    if upload is not None:
        _check_size(kind, upload)
        return await call.telegram.files.store(call.bot.id, kind, upload)
    if not named:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if named.startswith(("http://", "https://")):
        fetched = await _fetch(named)
        return await call.telegram.files.store(call.bot.id, kind, fetched)
    if file := call.telegram.files.find(call.bot.id, named):
        return _as_kind(file, kind)
    raise bad_request("wrong file identifier/HTTP URL specified")


def _check_size(kind: str, upload: Upload) -> None:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > _UPLOAD_BYTES:
        raise BotApiError(413, "Request Entity Too Large")
    if kind == "photo" and len(upload.content) > _PHOTO_BYTES:
        raise bad_request("too big file for a photo")


def _as_kind(file: StoredFile, kind: str) -> StoredFile:
    """A file keeps its kind when it is sent again, save that anything can go as it is."""
    if file.kind == kind:
        return file
    if kind in ("photo", "sticker") or file.kind in ("photo", "sticker"):
        names = {"photo": "Photo", "sticker": "Sticker"}
        have = names.get(file.kind, file.kind.replace("_", " ").title())
        want = names.get(kind, kind.replace("_", " ").title())
        raise bad_request(f"can't use file of type {have} as {want}")
    return file


async def _fetch(address: str) -> Upload:
    """Load a file from this machine; nothing is fetched from elsewhere."""
    parts = urlsplit(address)
    if not _is_loopback(parts.hostname or ""):
        raise bad_request("failed to get HTTP URL content")
    try:
        async with httpx2.AsyncClient(timeout=_FETCH_SECONDS, trust_env=False) as client:
            answer = await client.get(address)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise bad_request("failed to get HTTP URL content") from None
    if not answer.is_success or not 0 < len(answer.content) <= DOWNLOAD_BYTES:
        raise bad_request("failed to get HTTP URL content")
    kind = answer.headers.get("content-type", "application/octet-stream").partition(";")[0]
    return Upload(PurePosixPath(parts.path).name, kind, answer.content)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _send_file(call: Call, kind: str) -> Json:
    chat = call.open_chat()
    file = await resolve_file(call, kind, call.parameters.values.get(kind), kind)
    content = {
        **media_fields(file, call.parameters),
        **read_caption(call.parameters),
        **_flags(call.parameters),
    }
    return await send(call, content, chat=chat)


def _flags(parameters: Parameters) -> Json:
    fields: Json = carried(parameters, "show_caption_above_media")
    if parameters.flag("has_spoiler"):
        fields["has_media_spoiler"] = True
    return fields


@method("sendPhoto")
async def send_photo(call: Call) -> Any:
    """Send a photo."""
    return await _send_file(call, "photo")


@method("sendVoice")
async def send_voice(call: Call) -> Any:
    """Send a voice message."""
    return await _send_file(call, "voice")


@method("sendAudio")
async def send_audio(call: Call) -> Any:
    """Send music."""
    return await _send_file(call, "audio")


@method("sendDocument")
async def send_document(call: Call) -> Any:
    """Send a file as it is."""
    return await _send_file(call, "document")


@method("sendVideo")
async def send_video(call: Call) -> Any:
    """Send a video."""
    return await _send_file(call, "video")


@method("sendVideoNote")
async def send_video_note(call: Call) -> Any:
    """Send a round video message."""
    return await _send_file(call, "video_note")


@method("sendAnimation")
async def send_animation(call: Call) -> Any:
    """Send a silent moving picture."""
    return await _send_file(call, "animation")


@method("sendMediaGroup")
async def send_media_group(call: Call) -> Any:
    """Send an album."""
    chat = call.open_chat()
    items = call.parameters.array("media") or []
    if len(items) not in _ALBUM:
        raise bad_request("must be from 2 to 10 media in an album")
    contents = [await _input_media(call, item) for item in items]
    group = {"media_group_id": str(secrets.randbits(53))}
    return [await send(call, {**content, **group}, chat=chat) for content in contents]


async def _input_media(call: Call, item: Any) -> Json:
    if not isinstance(item, dict) or item.get("type") not in _ALBUM_KINDS:
        raise bad_request("can't parse InputMedia: media type is unsupported")
    kind = item["type"]
    file = await resolve_file(call, kind, item.get("media"), "")
    given = Parameters(item)
    return {**media_fields(file, given), **read_caption(given), **_flags(given)}


@method("editMessageMedia")
async def edit_message_media(call: Call) -> Any:
    """Put another file into a message."""
    message = editable(call)
    item = call.parameters.object("media")
    if not any(name in message.body for name in (*UPLOAD_KINDS, "text")):
        raise bad_request("there is no media in the message to edit")
    content = await _input_media(call, item)
    return edit(call, message, content, replaced=(*_CONTENT, "text", "entities"))


@method("editMessageCaption")
async def edit_message_caption(call: Call) -> Any:
    """Change the text below a file."""
    message = editable(call)
    if not any(name in message.body for name in UPLOAD_KINDS):
        raise bad_request("there is no caption in the message to edit")
    return edit(
        call, message, read_caption(call.parameters), replaced=("caption", "caption_entities")
    )


@method("getFile")
async def get_file(call: Call) -> Any:
    """Tell from where a file can be downloaded."""
    file_id = call.parameters.text("file_id")
    file = call.telegram.files.find(call.bot.id, file_id)
    if file is None:
        raise bad_request("invalid file_id" if file_id else "file_id is empty")
    if file.file_size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.file_unique_id,
        "file_size": file.file_size,
        "file_path": file.file_path,
    }


@method("getUserProfilePhotos")
async def get_user_profile_photos(call: Call) -> Any:
    """Show a person's profile photos."""
    person = call.telegram.world.people.get(call.parameters.integer("user_id"))
    if person is None:
        raise bad_request("user not found")
    files = [call.telegram.world.files.get(file_id) for file_id in person.photo_file_ids]
    photos = [media_fields(file)["photo"] for file in files if file is not None]
    offset, limit = call.parameters.integer("offset"), call.parameters.integer("limit", 100)
    return {"total_count": len(photos), "photos": photos[offset : offset + limit]}
