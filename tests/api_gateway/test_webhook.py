"""`POST /webhook/{bot_name}/`: what is let in, what is refused, and what then lies in Redis."""

import json
from collections.abc import Iterator

import pytest
from redis import Redis

from utils.update_envelope import LARGEST_BODY
from tests.api_gateway.gateway import ENV, OWN_SECRET, SHARED_SECRET, Gateway, stored
from tests.services import wait_until

UPDATE = {
    "update_id": 900000001,
    "message": {
        "message_id": 5,
        "date": 1700000000,
        "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Аня"},
        "text": "привет 👋",
    },
}


@pytest.mark.parametrize("slash", [True, False], ids=["slash", "no slash"])
def test_update_is_in_the_stream_as_it_was_sent(
    gateway: Gateway, redis: Redis, slash: bool
) -> None:
    body = json.dumps(UPDATE).encode()
    response = gateway.post("english_bot", body, slash=slash)
    assert (response.status_code, response.json()) == (200, {"ok": True})
    (envelope,) = stored(redis)
    assert (envelope.bot_name, envelope.update_id, envelope.chat_id, envelope.origin) == (
        "english_bot", 900000001, 42, "gateway"
    )  # fmt: skip
    assert envelope.body == body


def test_repeated_update_is_answered_ok_and_stored_once(gateway: Gateway, redis: Redis) -> None:
    for _ in range(3):
        assert gateway.post("english_bot", UPDATE).json() == {"ok": True}
    assert len(stored(redis)) == 1


def test_same_update_id_of_two_bots_is_two_updates(gateway: Gateway, redis: Redis) -> None:
    gateway.post("english_bot", UPDATE)
    gateway.post("vocabulary_bot", UPDATE, secret=OWN_SECRET)
    assert {each.bot_name for each in stored(redis)} == {"english_bot", "vocabulary_bot"}


def test_updates_of_a_chat_keep_their_order(gateway: Gateway, redis: Redis) -> None:
    for number in range(1, 21):
        gateway.post("english_bot", {**UPDATE, "update_id": number})
    assert [each.update_id for each in stored(redis)] == list(range(1, 21))


@pytest.mark.parametrize(
    ("bot", "secret"),
    [
        ("english_bot", None),
        ("english_bot", ""),
        ("english_bot", "wrong"),
        ("english_bot", OWN_SECRET),
        ("english_bot", SHARED_SECRET + "x"),
        ("vocabulary_bot", SHARED_SECRET),
        ("nobody_bot", None),
        ("nobody_bot", "wrong"),
        ("nobody_bot", OWN_SECRET),
    ],
)
def test_wrong_secret_is_refused_alike_whether_the_bot_exists_or_not(
    gateway: Gateway, redis: Redis, bot: str, secret: str | None
) -> None:
    refused = gateway.post(bot, UPDATE, secret=secret)
    reference = gateway.post("surely_no_bot", b"x" * 10, secret="surely wrong")
    assert refused.status_code == 401
    assert refused.content == reference.content
    assert stored(redis) == []


def test_unknown_bot_shows_only_to_who_holds_the_shared_secret(gateway: Gateway) -> None:
    assert gateway.post("nobody_bot", UPDATE).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b"null",
        b'{"message": {}}',
        b'{"update_id": "5"}',
        b'{"update_id": true}',
        b'{"update_id": 1.5}',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_update_is_refused_and_not_stored(
    gateway: Gateway, redis: Redis, body: bytes
) -> None:
    assert gateway.post("english_bot", body).status_code == 422
    assert stored(redis) == []


def test_update_of_an_unknown_kind_is_let_in(gateway: Gateway, redis: Redis) -> None:
    assert gateway.post("english_bot", {"update_id": 7, "novelty": {"a": 1}}).status_code == 200
    assert [each.chat_id for each in stored(redis)] == [0]


def test_body_may_be_a_mebibyte_and_no_more(gateway: Gateway, redis: Redis) -> None:
    frame = len(b'{"update_id": 8, "x": ""}')
    largest = b'{"update_id": 8, "x": "%s"}' % (b"x" * (LARGEST_BODY - frame))
    assert gateway.post("english_bot", largest).status_code == 200
    assert gateway.post("english_bot", largest + b" ").status_code == 413
    assert len(stored(redis)) == 1


def test_body_without_a_stated_length_is_capped_too(gateway: Gateway, redis: Redis) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * (LARGEST_BODY // 10)

    assert gateway.post("english_bot", chunks()).status_code == 413
    assert stored(redis) == []


def test_only_post_is_taken_and_other_paths_lead_nowhere(gateway: Gateway) -> None:
    refused = gateway.http.get("/webhook/english_bot/")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    for path in ("/", "/docs", "/openapi.json", "/webhook/", "/webhook/a/b", "/health"):
        assert gateway.http.post(path).status_code in {404, 405}


def test_bot_that_comes_is_served_at_once_and_one_that_goes_is_gone(
    gateway: Gateway, redis: Redis
) -> None:
    secret = "secret-of-the-new-bot"
    new = {"BOT_NAME_3": "new_bot", "BOT_TOKEN_3": f"7000000003:SIM{'n' * 40}"}
    gateway.write_env({**ENV, **new, "BOT_WEBHOOK_SECRET_3": secret})
    assert gateway.post("new_bot", UPDATE, secret=secret).status_code == 200
    gateway.write_env(ENV)
    wait_until(
        lambda: gateway.post("new_bot", UPDATE, secret=secret).status_code == 410,
        what="the bot is gone",
    )
    assert gateway.post("new_bot", UPDATE, secret="wrong").status_code == 401


def test_faulty_change_of_the_file_leaves_the_bots_as_they_were(gateway: Gateway) -> None:
    gateway.write_env({**ENV, "BOT_TOKEN_1": "no token"})
    assert gateway.program is not None
    program = gateway.program
    wait_until(lambda: "BOT_TOKEN_1 is missing" in program.output, what="the fault is logged")
    assert gateway.post("english_bot", {**UPDATE, "update_id": 77}).status_code == 200


def test_requests_are_counted_by_bot_and_outcome(gateway: Gateway) -> None:
    gateway.post("vocabulary_bot", {"update_id": 4040}, secret=OWN_SECRET)
    gateway.post("a_strangers_invention", UPDATE, secret="wrong")
    shown = gateway.http.get("/metrics").text
    assert 'requests_total{bot="vocabulary_bot",outcome="stored"}' in shown
    assert 'requests_total{bot="-",outcome="wrong_secret"}' in shown
    assert "engage_gateway_append_seconds_bucket" in shown
    assert "a_strangers_invention" not in shown
    outside = gateway.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})
    assert outside.status_code == 404


def test_no_secret_is_ever_logged(gateway: Gateway) -> None:
    for secret in (SHARED_SECRET, "wrong-secret-of-a-stranger"):
        gateway.post("english_bot", b"not json", secret=secret)
    gateway.http.get(f"/webhook/english_bot/?token={ENV['BOT_TOKEN_1']}")
    assert gateway.program is not None
    shown = gateway.program.output + gateway.http.get("/metrics").text
    secrets = [SHARED_SECRET, "wrong-secret-of-a-stranger", ENV["BOT_TOKEN_1"], OWN_SECRET]
    assert [secret for secret in secrets if secret in shown] == []
