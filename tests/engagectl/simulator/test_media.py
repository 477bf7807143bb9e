"""Files of both sides: sent, sent again, shown, downloaded."""

import struct
from typing import Any

from tests.engagectl.simulator.conftest import Receiver, Scene

_GIF = b"GIF89a" + struct.pack("<HH", 5, 7) + b"\x00\x00\x00;"
_OGG = b"OggS\x00\x04" + struct.pack("<q", 96_000) + b"\x00" * 14


def _upload(scene: Scene, method: str, **files: tuple[str, bytes]) -> Any:
    return scene.http.post(
        f"/bot{scene.bot['token']}/{method}",
        data={"chat_id": scene.user["id"], "caption": "<b>c</b>", "parse_mode": "HTML"},
        files=files,
    ).json()


def test_a_person_s_voice_is_downloaded_by_the_bot(started: Scene) -> None:
    who = {name: str(value) for name, value in started.who.items()}
    sent = started.http.post(
        "/sim/send", data=who, files={"voice": ("v.ogg", _OGG, "audio/ogg")}
    ).json()
    [update] = started.updates()
    voice = update["message"]["voice"]
    assert (voice["duration"], voice["mime_type"]) == (2, "audio/ogg")
    file = started.call("getFile", file_id=voice["file_id"])["result"]
    token = started.bot["token"]
    assert started.http.get(f"/file/bot{token}/{file['file_path']}").content == _OGG
    assert started.http.get(sent["media"]["url"]).content == _OGG


def test_a_photo_is_sent_again_by_its_id(started: Scene) -> None:
    photo = _upload(started, "sendPhoto", photo=("a.gif", _GIF))["result"]
    size = photo["photo"][-1]
    assert (size["width"], size["height"], photo["caption"]) == (5, 7, "c")
    again = started.say(method="sendPhoto", photo=size["file_id"])
    assert again["photo"][-1]["file_unique_id"] == size["file_unique_id"]
    refusal = started.refusal("sendPhoto", photo="nothing")
    assert refusal == "Bad Request: wrong file identifier/HTTP URL specified"


def test_a_file_id_is_of_use_to_its_own_bot_alone(started: Scene) -> None:
    photo = _upload(started, "sendPhoto", photo=("a.gif", _GIF))["result"]
    other = started.http.post("/sim/bots", json={"username": "other_bot"}).json()
    answer = started.http.post(
        f"/bot{other['token']}/getFile", json={"file_id": photo["photo"][-1]["file_id"]}
    ).json()
    assert answer["description"] == "Bad Request: invalid file_id"


def test_an_album_is_one_group(started: Scene) -> None:
    answer = started.http.post(
        f"/bot{started.bot['token']}/sendMediaGroup",
        data={
            "chat_id": started.user["id"],
            "media": '[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]',
        },
        files={"a": ("a.gif", _GIF), "b": ("b.gif", _GIF)},
    ).json()["result"]
    assert len({message["media_group_id"] for message in answer}) == 1
    assert len({message["message_id"] for message in answer}) == 2


def test_nothing_is_fetched_from_elsewhere(started: Scene, receiver: Receiver) -> None:
    refusal = started.refusal("sendPhoto", photo="https://example.com/a.png")
    assert refusal == "Bad Request: failed to get HTTP URL content"
    missing = started.refusal("sendPhoto", photo=receiver.url)
    assert missing == "Bad Request: failed to get HTTP URL content"


def test_stickers_dice_places_and_contacts_reach_the_bot(started: Scene) -> None:
    started.act("send", sticker="👍")
    started.act("send", dice="🎲")
    started.act("send", location={"latitude": 55.75, "longitude": 37.62})
    started.act("send", contact={"phone_number": "+7900", "first_name": "Ann"})
    sticker, dice, place, contact = [update["message"] for update in started.updates()]
    assert sticker["sticker"]["emoji"] == "👍"
    assert 1 <= dice["dice"]["value"] <= 6
    assert place["location"]["latitude"] == 55.75
    assert contact["contact"]["phone_number"] == "+7900"
