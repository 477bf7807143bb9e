"""`POST /webhook/{bot_name}/`: what is let in, what is refused, and what then lies in Redis."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from tests.api_gateway.gateway import ENV, OWN_SECRET, SHARED_SECRET, Gateway, stored
from tests.services import wait_until
from utils.update_envelope import LARGEST_BODY, stream_name

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


@pytest.mark.parametrize(
    "body",
    [
        b'{"update_id": 21, "message": {"chat": {"id": 42}, "text": "\\ud800"}}',
        b'{"update_id": 22, "message": ' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"update_id": 23, "message": {"chat": {"id": NaN}}}',
        b'{"update_id": 1, "update_id": 24, "message": {}}',
        b'{"update_id": 25, "message": {"chat": {"id": 1e400}}}',
        b'{"update_id": 26, "message": {"chat": {"id": ' + b"9" * 4000 + b"}}}",
        b'{"update_id": 27, "message": [], "callback_query": "x"}',
        b'  {"update_id": 28}\r\n',
    ],
    ids=["half surrogate", "deep", "nan", "double key", "infinite", "huge id", "odd kinds", "bare"],
)
def test_what_no_handler_may_like_is_let_in_and_kept_byte_for_byte(
    gateway: Gateway, redis: Redis, body: bytes
) -> None:
    assert gateway.post("english_bot", body).status_code == 200
    assert [each.body for each in stored(redis)] == [body]


def test_press_of_a_button_takes_the_fast_lane(gateway: Gateway, redis: Redis) -> None:
    press = {"id": "1", "from": {"id": 42}, "message": {"chat": {"id": 42}}, "data": "x"}
    gateway.post("english_bot", {"update_id": 31, "callback_query": press})
    gateway.post("english_bot", {**UPDATE, "update_id": 32})
    press_entry, message_entry = sorted(stored(redis), key=lambda each: each.update_id)
    assert (press_entry.kind, message_entry.kind) == ("callback_query", "message")
    assert press_entry.partition == message_entry.partition
    assert redis.xlen(stream_name(press_entry.partition, "fast")) == 1
    assert press_entry.trace != message_entry.trace


def _raw(gateway: Gateway, head: str, *parts: bytes) -> bytes:
    """Send a request as written, its parts apart, and return all that comes back."""
    lines = f"{head}\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: {SHARED_SECRET}\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(f"{lines}Connection: close\r\n".encode() + parts[0])
        for part in parts[1:]:
            time.sleep(0.05)
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65536), b""))


POST = "POST /webhook/english_bot/ HTTP/1.1"


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([b"\r\n"], 422),
        ([b"Content-Length: 0\r\n\r\n"], 422),
        ([b"Content-Length: 15\r\n\r\n", b'{"update', b'_id":1}'], 200),
        ([b"Transfer-Encoding: chunked\r\n\r\n", b'F\r\n{"update_id":1}\r\n', b"0\r\n\r\n"], 200),
        ([b"Expect: 100-continue\r\nContent-Length: 15\r\n\r\n", b'{"update_id":1}'], 200),
        ([b"Content-Length: 99999999999999999999999\r\n\r\n"], 400),
        ([b"Content-Length: 2000000\r\n\r\n", b"{"], 413),
    ],
    ids=[
        "no length",
        "nothing",
        "in parts",
        "chunked",
        "expect",
        "overflow",
        "announced too large",
    ],
)
def test_bodies_that_come_in_unusual_ways(
    gateway: Gateway, redis: Redis, parts: list[bytes], status: int
) -> None:
    answer = _raw(gateway, POST, *parts).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert len(stored(redis)) == (status == 200)


def test_both_secrets_are_right_while_one_follows_the_other(gateway: Gateway) -> None:
    def post(secret: str) -> int:
        return gateway.post("vocabulary_bot", UPDATE, secret=secret).status_code

    gateway.write_env({**ENV, "BOT_WEBHOOK_SECRET_NEXT_2": "the-next-secret"})
    assert (post("the-next-secret"), post(OWN_SECRET), post(SHARED_SECRET)) == (200, 200, 401)
    gateway.write_env({**ENV, "BOT_WEBHOOK_SECRET_2": "the-next-secret"})
    wait_until(lambda: post(OWN_SECRET) == 401, what="the old secret is wrong")
    assert post("the-next-secret") == 200


def test_shared_secret_gives_way_to_a_bots_own(gateway: Gateway) -> None:
    gateway.write_env({**ENV, "BOT_WEBHOOK_SECRET_NEXT_1": "own-from-now-on"})
    assert gateway.post("english_bot", UPDATE, secret="own-from-now-on").status_code == 200
    assert gateway.post("english_bot", UPDATE).status_code == 200


def test_full_stream_is_answered_503_and_takes_updates_when_there_is_room(
    own_gateway: Gateway, redis: Redis
) -> None:
    own_gateway.launch(QUEUE_HIGH_MARK="2").wait_for_port(own_gateway.port)
    for number in (1, 2):
        assert own_gateway.post("english_bot", {**UPDATE, "update_id": number}).status_code == 200
    refused = own_gateway.post("english_bot", {**UPDATE, "update_id": 3})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert refused.json()["error"]["code"] == "queue_full"
    assert own_gateway.post("english_bot", {**UPDATE, "update_id": 2}).status_code == 200
    press = {"id": "1", "from": {"id": 42}, "message": UPDATE["message"]}
    other_lane = {"update_id": 4, "callback_query": press}
    assert own_gateway.post("english_bot", other_lane).status_code == 200
    redis.flushdb()
    assert own_gateway.post("english_bot", {**UPDATE, "update_id": 3}).status_code == 200
    shown = own_gateway.http.get("/metrics").text
    for outcome, number in (("stored", 4), ("duplicate", 1), ("queue_full", 1)):
        assert f'requests_total{{bot="english_bot",outcome="{outcome}"}} {number}.0' in shown
    assert "engage_gateway_append_seconds_count 6.0" in shown
    assert "engage_gateway_redis_connected 1.0" in shown
    assert "process_resident_memory_bytes" in shown


def test_trace_leads_from_the_log_to_the_entry_and_the_text_stays_out(
    own_gateway: Gateway, redis: Redis
) -> None:
    own_gateway.launch(LOG_LEVEL="DEBUG").wait_for_port(own_gateway.port)
    own_gateway.post("english_bot", UPDATE)
    (envelope,) = stored(redis)
    assert own_gateway.program is not None
    assert f"english_bot: update 900000001 is stored [{envelope.trace}]" in (
        own_gateway.program.output
    )
    assert "привет" not in own_gateway.program.output


def test_thousand_bots_are_served_each_by_its_own_secret(
    own_gateway: Gateway, redis: Redis
) -> None:
    many = {
        f"{name}_{number}": value
        for number in range(1, 1001)
        for name, value in {
            "BOT_NAME": f"bot_{number}",
            "BOT_TOKEN": f"7000000001:SIM{'e' * 40}",
            "BOT_WEBHOOK_SECRET": f"secret-of-{number}",
        }.items()
    }
    own_gateway.write_env(many)
    own_gateway.start()
    for number in range(1, 1001, 37):
        assert (
            own_gateway.post(f"bot_{number}", UPDATE, secret=f"secret-of-{number}").status_code,
            own_gateway.post(f"bot_{number}", UPDATE, secret="secret-of-5000").status_code,
        ) == (200, 401)
    assert len(stored(redis)) == len(range(1, 1001, 37))
