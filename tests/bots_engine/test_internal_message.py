"""`POST /internal/message`: guarded by the core's key, allows nothing unknown, taken once."""

from typing import Any

import httpx2
import pytest

from tests.bots_engine.world import World

TEXT = {"bot_name": "echo_bot", "chat_id": 100, "text": "Time for <b>words</b>", "key": "k"}


def _post(world: World, key: str | None, content: Any) -> httpx2.Response:
    headers = {"X-Internal-Key": key} if key is not None else {}
    if isinstance(content, bytes):
        return world.http.post("/internal/message", headers=headers, content=content)
    return world.http.post("/internal/message", headers=headers, json=content)


def _key(bot: str) -> str:
    return f"core-{bot}-".ljust(48, "c")


def test_message_is_sent_once_and_a_repeat_is_answered_as_a_duplicate(world: World) -> None:
    world.add_bot("echo_bot")
    content = {**TEXT, "key": "reminder:1"}
    answers = [_post(world, _key("echo_bot"), content) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [answer.json() for answer in answers] == [
        {"accepted": True, "duplicate": False},
        {"accepted": True, "duplicate": True},
        {"accepted": True, "duplicate": True},
    ]
    _post(world, _key("echo_bot"), {**TEXT, "key": "reminder:2", "text": "after"})
    world.wait_for_texts("after")
    assert world.telegram.texts == ["Time for <b>words</b>", "after"]


@pytest.mark.parametrize("key", [None, "", "wrong", _key("gone_bot"), "internal-echo_bot-" * 3])
def test_wrong_key_is_refused_whatever_the_body(world: World, key: str | None) -> None:
    world.add_bot("echo_bot")
    for content in (b"not json", TEXT, b"x" * 200_000):
        response = _post(world, key, content)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "not_authenticated"


def test_key_of_another_bot_is_refused(world: World) -> None:
    world.add_bot("echo_bot")
    world.add_bot("other_bot")
    assert _post(world, _key("other_bot"), TEXT).status_code == 401


_BUTTON = {"text": "Go", "callback_data": "go:lesson"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (b"not json", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"text": "\\ud800"}', "JSON"),
        ([], "the body"),
        ({"text": " \n"}, "text"),
        ({"text": "a" * 4097}, "text"),
        ({"text": 5}, "text"),
        ({"chat_id": "100"}, "chat_id"),
        ({"chat_id": 0}, "chat_id"),
        ({"chat_id": 2**52}, "chat_id"),
        ({"chat_id": True}, "chat_id"),
        ({"key": ""}, "key"),
        ({"key": "k" * 101}, "key"),
        ({"silent": "yes"}, "silent"),
        ({"push_id": 0}, "push_id"),
        ({"parse_mode": "Markdown"}, "parse_mode"),
        ({"buttons": [[]]}, "buttons.0"),
        ({"buttons": [[{"text": "Go"}]]}, "callback_data or url"),
        ({"buttons": [[{**_BUTTON, "url": "https://example.org"}]]}, "callback_data or url"),
        ({"buttons": [[{"text": "Go", "callback_data": "ж" * 33}]]}, "callback_data"),
        ({"buttons": [[{"text": "Go", "url": "javascript:alert(1)"}]]}, "url"),
        ({"buttons": [[{**_BUTTON, "pay": True}]]}, "pay"),
        ({"buttons": [[_BUTTON] * 9]}, "buttons.0"),
        ({"buttons": [[_BUTTON] * 8] * 13}, "100 buttons"),
    ],
)
def test_what_is_no_message_is_refused_with_the_place_and_nothing_of_the_text(
    world: World, change: Any, place: str
) -> None:
    world.add_bot("echo_bot")
    content = {**TEXT, "text": "secret", **change} if isinstance(change, dict) else change
    response = _post(world, _key("echo_bot"), content)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "no_message"
    assert place in response.json()["error"]["message"]
    assert "secret" not in response.text


def test_unknown_bot_and_a_large_body_are_refused(world: World) -> None:
    world.add_bot("echo_bot")
    unknown = _post(world, _key("echo_bot"), {**TEXT, "bot_name": "nobody"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_bot")
    assert _post(world, _key("echo_bot"), b" " * (128 * 1024 + 1)).status_code == 413
