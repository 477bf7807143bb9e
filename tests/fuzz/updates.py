"""Updates of every kind as Telegram sends them, and the same bent out of shape."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fuzz.odd_values import bend, odd_number, odd_value, written

_CHATS = 60
_SOUND = 0.25
_FIRST_SOUND_ID = 500_000_000
"""Far from the ids of bent updates and from any number in them."""


@dataclass(frozen=True)
class Body:
    """A body for the webhook.

    `sound_id` is its update_id when it is as Telegram sends it: then it must be handled.
    """

    content: bytes
    sound_id: int | None


def fuzzed_bodies(rng: random.Random, count: int) -> Iterator[Body]:
    """Yield `count` bodies: a quarter is sound, the others are bent or broken."""
    for number in range(1, count + 1):
        if rng.random() < _SOUND:
            update = sound_update(rng, _FIRST_SOUND_ID + number)
            yield Body(json.dumps(update).encode(), update["update_id"])
            continue
        # Few ids come twice, as Telegram repeats an update.
        update = sound_update(rng, rng.randint(1, number) if rng.random() < 0.05 else number)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            bend(rng, update)
        if rng.random() < 0.05:
            update["update_id"] = rng.choice((odd_number, odd_value))(rng)
        if rng.random() < 0.02:
            update["padding"] = "x" * rng.choice((600_000, 1_100_000))
        yield Body(written(rng, update), None)


def sound_update(rng: random.Random, update_id: int) -> dict[str, Any]:
    """Return an update of some kind, as Telegram sends it."""
    kind = rng.choice(list(_KINDS))
    return {"update_id": update_id, kind: _KINDS[kind](rng)}


def _person(rng: random.Random) -> dict[str, Any]:
    number = rng.randint(1, _CHATS)
    return {
        "id": 1000 + number, "is_bot": False, "first_name": f"Ann {number}",
        "username": f"ann_{number}", "language_code": rng.choice(("en", "ru", "de")),
    }  # fmt: skip


def _bot() -> dict[str, Any]:
    return {"id": 7000000001, "is_bot": True, "first_name": "Bot", "username": "the_bot"}


def _private(person: dict[str, Any]) -> dict[str, Any]:
    return {"id": person["id"], "type": "private", "first_name": person["first_name"]}


def _group(rng: random.Random) -> dict[str, Any]:
    return {"id": -1_001_000_000_000 - rng.randint(1, 9), "type": "supergroup", "title": "A group"}


def _base(rng: random.Random) -> dict[str, Any]:
    person = _person(rng)
    chat = _private(person) if rng.random() < 0.9 else _group(rng)
    return {"message_id": rng.randint(1, 10**6), "date": int(time.time()), "chat": chat,
            "from": person}  # fmt: skip


def _file(kind: str, **more: Any) -> dict[str, Any]:
    return {"file_id": f"AgAC{kind}", "file_unique_id": f"AQ{kind}", "file_size": 4096, **more}


def _message(rng: random.Random) -> dict[str, Any]:
    base = _base(rng)
    base |= rng.choice(_CONTENTS)(rng)
    if rng.random() < 0.15:
        base["reply_to_message"] = {**_base(rng), "text": "earlier"}
    if rng.random() < 0.1:
        base["forward_origin"] = {"type": "user", "date": 1, "sender_user": _person(rng)}
    return base


def _text(rng: random.Random) -> dict[str, Any]:
    text = rng.choice(("hello", "/start", "/start link_code", "привет", "👩‍💻 yes", "/help now"))
    entities = []
    if text.startswith("/"):
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"text": text, "entities": entities}


def _photo(_: random.Random) -> dict[str, Any]:
    sizes = [_file("photo", width=90, height=60), _file("photo2", width=900, height=600)]
    return {"photo": sizes, "caption": "look", "media_group_id": "77"}


def _voice(_: random.Random) -> dict[str, Any]:
    return {"voice": _file("voice", duration=3, mime_type="audio/ogg")}


def _sticker(_: random.Random) -> dict[str, Any]:
    sticker = _file("sticker", width=512, height=512, type="regular", emoji="👍")
    return {"sticker": {**sticker, "is_animated": False, "is_video": False}}


def _document(_: random.Random) -> dict[str, Any]:
    return {"document": _file("document", file_name="a.pdf", mime_type="application/pdf")}


def _place(_: random.Random) -> dict[str, Any]:
    return {"location": {"latitude": 55.75, "longitude": 37.61}}


def _contact(_: random.Random) -> dict[str, Any]:
    return {"contact": {"phone_number": "+70000000000", "first_name": "Zoe", "user_id": 5}}


def _die(_: random.Random) -> dict[str, Any]:
    return {"dice": {"emoji": "🎲", "value": 3}}


def _app_data(_: random.Random) -> dict[str, Any]:
    return {"web_app_data": {"data": "{}", "button_text": "Open"}}


def _poll_content(rng: random.Random) -> dict[str, Any]:
    return {"poll": _poll(rng)}


def _poll(_: random.Random) -> dict[str, Any]:
    options = [{"text": text, "voter_count": 0, "persistent_id": text} for text in ("a", "b")]
    return {
        "id": "5", "question": "?", "options": options, "total_voter_count": 0, "is_closed": False,
        "is_anonymous": False, "type": "quiz", "allows_multiple_answers": False,
        "allows_revoting": False, "members_only": False, "correct_option_ids": [1],
    }  # fmt: skip


_CONTENTS = (
    _text, _text, _text, _photo, _voice, _sticker, _document, _place, _contact, _die, _app_data,
    _poll_content,
)  # fmt: skip


def _press(rng: random.Random) -> dict[str, Any]:
    person = _person(rng)
    button = {"text": "Yes", "callback_data": "pick:1"}
    message = {
        "message_id": 5, "date": int(time.time()), "chat": _private(person), "from": _bot(),
        "text": "Which?", "reply_markup": {"inline_keyboard": [[button]]},
    }  # fmt: skip
    press: dict[str, Any] = {
        "id": str(rng.getrandbits(60)), "from": person, "chat_instance": "8", "data": "pick:1",
    }  # fmt: skip
    shape = rng.random()
    if shape < 0.7:
        press["message"] = message
    elif shape < 0.85:
        press["message"] = {"chat": _private(person), "message_id": 5, "date": 0}
    else:
        press["inline_message_id"] = "BAAA"
    return press


def _inline(rng: random.Random) -> dict[str, Any]:
    return {"id": "9", "from": _person(rng), "query": "wo", "offset": "", "chat_type": "sender"}


def _chosen(rng: random.Random) -> dict[str, Any]:
    return {"result_id": "1", "from": _person(rng), "query": "wo"}


def _checkout(rng: random.Random) -> dict[str, Any]:
    return {"id": "10", "from": _person(rng), "currency": "XTR", "total_amount": 50,
            "invoice_payload": "month"}  # fmt: skip


def _shipping(rng: random.Random) -> dict[str, Any]:
    fields = ("country_code", "state", "city", "street_line1", "street_line2", "post_code")
    address = dict.fromkeys(fields, "x")
    return {"id": "11", "from": _person(rng), "invoice_payload": "m", "shipping_address": address}


def _vote(rng: random.Random) -> dict[str, Any]:
    return {"poll_id": "5", "user": _person(rng), "option_ids": [0], "option_persistent_ids": ["a"]}


def _membership(rng: random.Random) -> dict[str, Any]:
    person = _person(rng)
    member = {"status": "member", "user": _bot()}
    banned = {"status": "kicked", "user": _bot(), "until_date": 0}
    return {"chat": _private(person), "from": person, "date": int(time.time()),
            "old_chat_member": member, "new_chat_member": banned}  # fmt: skip


def _reaction(rng: random.Random) -> dict[str, Any]:
    person = _person(rng)
    thumb = {"type": "emoji", "emoji": "👍"}
    return {"chat": _private(person), "user": person, "message_id": 5, "date": int(time.time()),
            "old_reaction": [], "new_reaction": [thumb]}  # fmt: skip


def _stopped(rng: random.Random) -> dict[str, Any]:
    return {"chat": _private(_person(rng)), "draft_id": 3}


def _managed(rng: random.Random) -> dict[str, Any]:
    return {"user": _person(rng), "bot": _bot()}


def _unknown(rng: random.Random) -> dict[str, Any]:
    return {"from": _person(rng), "chat": _group(rng), "strength": rng.random()}


_KINDS = {
    "message": _message, "edited_message": _message, "channel_post": _message,
    "business_message": _message, "callback_query": _press, "inline_query": _inline,
    "chosen_inline_result": _chosen, "pre_checkout_query": _checkout, "shipping_query": _shipping,
    "poll": _poll, "poll_answer": _vote, "my_chat_member": _membership,
    "chat_member": _membership, "message_reaction": _reaction,
    "stopped_message_generation": _stopped, "managed_bot": _managed,
    "telepathy": _unknown,
}  # fmt: skip
