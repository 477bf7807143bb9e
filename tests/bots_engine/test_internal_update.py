"""`POST /internal/update`: guarded by the bot's key, and one queue with Telegram's updates."""

from typing import Any

import httpx2
import pytest

from tests.bots_engine.world import World, message


def _post(world: World, key: str | None, content: Any) -> httpx2.Response:
    headers = {"X-Internal-Key": key} if key is not None else {}
    if isinstance(content, bytes):
        return world.http.post("/internal/update", headers=headers, content=content)
    return world.http.post("/internal/update", headers=headers, json=content)


def _key(bot: str) -> str:
    return f"internal-{bot}-".ljust(48, "i")


def test_update_from_inside_is_handled_once(world: World) -> None:
    world.add_bot("echo_bot")
    content = {"bot_name": "echo_bot", "update": {"update_id": 10**6, "message": message("hi")}}
    for _ in range(2):
        response = _post(world, _key("echo_bot"), content)
        assert (response.status_code, response.json()) == (200, {"accepted": True})
    world.say("echo_bot", "after")
    world.wait_for_texts("Ann: after")
    assert world.telegram.texts == ["Ann: hi", "Ann: after"]


@pytest.mark.parametrize("key", [None, "", "wrong", _key("gone_bot")])
def test_wrong_key_is_refused_whatever_the_body(world: World, key: str | None) -> None:
    world.add_bot("echo_bot")
    for content in (b"not json", {"bot_name": "echo_bot", "update": {"update_id": 1}}):
        response = _post(world, key, content)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "not_authenticated"


def test_key_of_another_bot_is_refused(world: World) -> None:
    world.add_bot("echo_bot")
    world.add_bot("other_bot")
    content = {"bot_name": "echo_bot", "update": {"update_id": 1}}
    assert _post(world, _key("other_bot"), content).status_code == 401


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"not json", 422),
        (b"[" * 200_000, 422),
        ([], 422),
        ({"bot_name": "echo_bot"}, 422),
        ({"bot_name": "echo_bot", "update": {"message": {}}}, 422),
        ({"bot_name": "nobody", "update": {"update_id": 1}}, 404),
        (b"x" * (1024 * 1024 + 1), 413),
    ],
    ids=["text", "deep", "list", "no update", "no update_id", "unknown bot", "too large"],
)
def test_what_is_no_update_is_refused(world: World, content: Any, status: int) -> None:
    world.add_bot("echo_bot")
    assert _post(world, _key("echo_bot"), content).status_code == status
