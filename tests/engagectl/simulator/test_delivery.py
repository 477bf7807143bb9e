"""Updates reach a webhook as Telegram delivers them, and a polling bot as it asks."""

import json
import threading
import time

import pytest

from tests.engagectl.simulator.conftest import Receiver, Scene
from tests.services import wait_until


def _set_webhook(scene: Scene, receiver: Receiver, **more: object) -> dict[str, object]:
    return scene.call("setWebhook", url=receiver.url, **more)


def _advance(scene: Scene, seconds: float, *, after_attempts: int) -> None:
    """Move the clock once so many deliveries were attempted and the next one is waited for."""

    def attempted() -> bool:
        query = {"bot": scene.bot["username"], "limit": 5000}
        calls = scene.http.get("/sim/calls", params=query).json()["calls"]
        return sum(call["direction"] == "webhook" for call in calls) >= after_attempts

    wait_until(attempted, what=f"{after_attempts} deliveries were attempted")
    scene.http.post("/sim/clock", json={"advance": seconds})


def test_a_webhook_gets_updates_with_its_secret(started: Scene, receiver: Receiver) -> None:
    assert _set_webhook(started, receiver, secret_token="s-1")["description"] == "Webhook was set"
    started.act("send", text="hello")
    [update] = receiver.wait_for(1)
    assert update["message"]["text"] == "hello"
    headers, _ = receiver.received[0]
    assert headers["x-telegram-bot-api-secret-token"] == "s-1"
    assert headers["content-type"] == "application/json"


def test_a_failed_update_comes_again_before_the_chat_s_next(
    started: Scene, receiver: Receiver
) -> None:
    receiver.answers = [(500, {}, b"")]
    _set_webhook(started, receiver)
    started.act("send", text="1")
    started.act("send", text="2")
    texts = [update["message"]["text"] for update in receiver.wait_for(3)]
    assert texts == ["1", "1", "2"]
    info = started.call("getWebhookInfo")["result"]
    assert info["last_error_message"] == (
        "Wrong response from the webhook: 500 Internal Server Error"
    )


def test_retries_wait_longer_each_time(started: Scene, receiver: Receiver) -> None:
    receiver.answers = [(500, {}, b"")] * 3
    _set_webhook(started, receiver)
    started.act("send", text="1")
    receiver.wait_for(2)
    time.sleep(0.3)
    assert len(receiver.received) == 2
    _advance(started, 2, after_attempts=2)
    receiver.wait_for(3)
    time.sleep(0.3)
    assert len(receiver.received) == 3
    _advance(started, 4, after_attempts=3)
    receiver.wait_for(4)


def test_retry_after_is_honoured(started: Scene, receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "5"}, b"")]
    _set_webhook(started, receiver)
    started.act("send", text="1")
    receiver.wait_for(1)
    time.sleep(0.3)
    assert len(receiver.received) == 1
    _advance(started, 5, after_attempts=1)
    receiver.wait_for(2)


def test_an_update_is_dropped_after_a_day(started: Scene, receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "3600"}, b"")] * 30
    _set_webhook(started, receiver)
    started.act("send", text="old")
    for count in range(1, 25):
        _advance(started, 3601, after_attempts=count)
    receiver.answers.clear()
    wait_until(
        lambda: not started.call("getWebhookInfo")["result"]["pending_update_count"],
        what="the update is dropped",
    )
    before = len(receiver.received)
    started.act("send", text="new")
    receiver.wait_for(before + 1)
    assert receiver.received[-1][1]["message"]["text"] == "new"


def test_a_webhook_that_is_gone_for_23_hours_is_removed(started: Scene, receiver: Receiver) -> None:
    receiver.answers = [(410, {"Retry-After": "3600"}, b"")] * 40
    _set_webhook(started, receiver)
    started.act("send", text="1")
    for count in range(1, 25):
        _advance(started, 3601, after_attempts=count)
    wait_until(
        lambda: not started.call("getWebhookInfo")["result"]["url"], what="the webhook is removed"
    )


def test_button_presses_do_not_wait_for_messages(started: Scene, receiver: Receiver) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    sent = started.say(text="?", reply_markup=markup)
    receiver.answers = [(503, {"Retry-After": "600"}, b"")]
    _set_webhook(started, receiver)
    started.act("send", text="stuck")
    receiver.wait_for(1)
    started.act("tap", message_id=sent["message_id"], data="x")
    assert "callback_query" in receiver.wait_for(2)[1]


def test_an_answer_may_carry_a_method(started: Scene, receiver: Receiver) -> None:
    reply = {"method": "sendMessage", "chat_id": started.user["id"], "text": "from the answer"}
    body = json.dumps(reply).encode()
    receiver.answers = [(200, {"Content-Type": "application/json"}, body)]
    _set_webhook(started, receiver)
    sent = started.act("send", text="hi")
    [answer] = started.history(after=sent["version"], wait=10)["messages"]
    assert answer["text"] == "from the answer"


def test_faults_of_the_webhook_can_be_staged(started: Scene, receiver: Receiver) -> None:
    _set_webhook(started, receiver)
    for kind in ("webhook_outage", "duplicate_update"):
        fault = {"kind": kind, "bot": started.bot["username"]}
        assert started.http.post("/sim/faults", json=fault).status_code == 200
    started.act("send", text="1")
    first, second = receiver.wait_for(2)
    assert first == second
    calls = started.http.get("/sim/calls", params={"bot": started.bot["username"]}).json()["calls"]
    deliveries = [call for call in calls if call["direction"] == "webhook"]
    assert [call["description"] for call in deliveries][:1] == ["Connection refused"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"url": "http://example.com/x"}, "bad webhook: An HTTPS URL must be provided"),
        ({"url": "https://example.com:1234/x"}, "bad webhook: Webhook can be set up only on"),
        ({"url": "https://example.com/x", "secret_token": "a b"}, "secret token contains"),
        ({"url": "https://example.com/x", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
def test_a_wrong_webhook_is_refused(scene: Scene, given: dict[str, str], why: str) -> None:
    refused = scene.call("setWebhook", **given)
    assert refused["description"].startswith(f"Bad Request: {why}")


def test_allowed_updates_and_dropping(started: Scene) -> None:
    started.act("send", text="1")
    assert started.call("deleteWebhook", drop_pending_updates=True)["ok"]
    assert started.call("getUpdates", allowed_updates=["callback_query"])["result"] == []
    started.act("send", text="2")
    assert started.call("getUpdates", allowed_updates=[])["result"] == []
    started.act("send", text="3")
    [update] = started.updates()
    assert update["message"]["text"] == "3"


def test_a_poll_answers_as_soon_as_something_comes(started: Scene) -> None:
    threading.Timer(0.2, lambda: started.act("send", text="soon")).start()
    begun = time.monotonic()
    [update] = started.call("getUpdates", timeout=10)["result"]
    assert update["message"]["text"] == "soon"
    assert time.monotonic() - begun < 5


def test_updates_come_until_their_offset_confirms_them(started: Scene) -> None:
    for text in "123":
        started.act("send", text=text)
    first = started.call("getUpdates", limit=2)["result"]
    assert [update["message"]["text"] for update in first] == ["1", "2"]
    rest = started.call("getUpdates", offset=first[1]["update_id"])["result"]
    assert [update["message"]["text"] for update in rest] == ["2", "3"]
    last = started.call("getUpdates", offset=-1)["result"]
    assert [update["message"]["text"] for update in last] == ["3"]
    assert last[0]["update_id"] == first[0]["update_id"] + 2


def test_polling_conflicts_with_a_webhook_and_with_another_poll(
    started: Scene, receiver: Receiver
) -> None:
    answers: list[dict[str, object]] = []
    poller = threading.Thread(target=lambda: answers.append(started.call("getUpdates", timeout=20)))
    poller.start()
    time.sleep(0.3)
    started.call("getUpdates", timeout=0)
    poller.join(5)
    assert answers[0]["error_code"] == 409
    _set_webhook(started, receiver)
    refused = started.call("getUpdates")
    assert refused["description"].startswith("Conflict: can't use getUpdates method while webhook")
