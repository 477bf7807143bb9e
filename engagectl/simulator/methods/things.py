"""Methods that send dice, stickers, places and contacts."""

import random
from typing import Any

from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.media import resolve_file
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import send
from engagectl.simulator.parameters import Parameters
from engagectl.simulator.records import Json, StoredFile

_FACES = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def dice_fields(emoji: str) -> Json:
    """Return the field of a message with a thrown die.

    Raises:
        BotApiError: no die looks like that.
    """
    emoji = emoji.replace("\ufe0f", "") or "🎲"
    if emoji not in _FACES:
        raise bad_request("wrong dice emoji")
    value = random.randint(1, _FACES[emoji])  # noqa: S311 (a game)
    return {"dice": {"emoji": emoji, "value": value}}


def sticker_fields(file: StoredFile, emoji: str | None = None) -> Json:
    """Return the field of a message with a sticker."""
    sticker: Json = {
        "file_id": file.file_id,
        "file_unique_id": file.file_unique_id,
        "file_size": file.file_size,
        "type": "regular",
        "width": file.details.get("width", 512),
        "height": file.details.get("height", 512),
        "is_animated": False,
        "is_video": False,
    }
    if emoji or file.details.get("emoji"):
        sticker["emoji"] = emoji or file.details["emoji"]
    return {"sticker": sticker}


def location_fields(given: Parameters) -> Json:
    """Return the field of a message with a place.

    Raises:
        BotApiError: there is no such place on Earth.
    """
    latitude, longitude = given.number("latitude", 999), given.number("longitude", 999)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    place: Json = {"latitude": latitude, "longitude": longitude}
    for name in ("live_period", "heading", "proximity_alert_radius"):
        if value := given.integer(name):
            place[name] = value
    if "horizontal_accuracy" in given:
        place["horizontal_accuracy"] = given.number("horizontal_accuracy")
    return {"location": place}


def contact_fields(given: Parameters) -> Json:
    """Return the field of a message with a contact.

    Raises:
        BotApiError: the number or the name is missing.
    """
    contact: Json = {}
    for name in ("phone_number", "first_name"):
        if not given.text(name):
            raise bad_request(f"contact {name.replace('_', ' ')} is empty")
        contact[name] = given.text(name)
    for name in ("last_name", "vcard"):
        if value := given.text(name):
            contact[name] = value
    if user_id := given.integer("user_id"):
        contact["user_id"] = user_id
    return {"contact": contact}


@method("sendDice")
async def send_dice(call: Call) -> Any:
    """Throw a die."""
    return await send(call, dice_fields(call.parameters.text("emoji")))


@method("sendSticker")
async def send_sticker(call: Call) -> Any:
    """Send a sticker."""
    chat = call.open_chat()
    sticker = call.parameters.values.get("sticker")
    file = await resolve_file(call, "sticker", sticker, "sticker")
    return await send(call, sticker_fields(file, call.parameters.text("emoji")), chat=chat)


@method("sendLocation")
async def send_location(call: Call) -> Any:
    """Send a place."""
    return await send(call, location_fields(call.parameters))


@method("sendVenue")
async def send_venue(call: Call) -> Any:
    """Send a place with its name and address."""
    place = location_fields(call.parameters)
    title, address = call.parameters.text("title"), call.parameters.text("address")
    if not title or not address:
        raise bad_request("venue title and address must be non-empty")
    venue = {**place, "title": title, "address": address}
    return await send(call, {**place, "venue": venue})


@method("sendContact")
async def send_contact(call: Call) -> Any:
    """Send a contact."""
    return await send(call, contact_fields(call.parameters))
