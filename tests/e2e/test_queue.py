"""`engagectl queue` upon the running stack: it is found, and a letter is answered after all."""

import json
import time
from typing import Any

import httpx2
import pytest
from redis import Redis

from tests.e2e.learner import Learner
from tests.services import wait_until
from tests.stack import StackCopy
from utils.update_envelope import UpdateEnvelope, dead_stream_name

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
_STRANGER = 7_222_333_444


def _park(stack: StackCopy, person_id: int, update_id: int) -> str:
    """Park somebody's /start as the bots do; return the letter's id."""
    status = stack.engagectl("dev", "status", "--json").document
    urls = {service["name"]: service["url"] for service in status["services"]}
    person = {"id": person_id, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    chat = {"id": person_id, "type": "private", "first_name": "Ann"}
    message = {"message_id": 1, "date": int(time.time()), "text": "/start", "chat": chat,
               "from": person}  # fmt: skip
    update = {"update_id": update_id, "message": message}
    envelope = UpdateEnvelope.wrap(
        bot_name="english_bot", update=update, body=json.dumps(update).encode(), origin="gateway"
    )
    fields: dict[Any, Any] = {
        **envelope.fields(), "reason": "failed", "error": "ValueError", "attempts": "5",
        "lane": "chat", "entry": "1-0", "parked_at": f"{time.time():.6f}",
    }  # fmt: skip
    with Redis.from_url(urls["redis"]) as redis:
        entry: Any = redis.xadd(dead_stream_name(envelope.partition), fields)
    return f"{envelope.partition}/{entry.decode()}"


def test_the_running_stacks_queue_is_found_and_owned(running_stack: StackCopy):
    stats = running_stack.engagectl("queue", "stats", "--json")
    assert stats.code == 0, stats.err
    assert len(stats.document["owners"]) == 1
    assert all(each["owner"] for each in stats.document["partitions"])


def test_a_replayed_letter_is_answered(running_stack: StackCopy):
    learner = Learner(running_stack.simulator_url, "english_bot", name="Ann", language="en")
    learner.say("/start")
    before = len(learner.messages())
    letter = _park(running_stack, learner.id, 1_999_000_001)
    replayed = running_stack.engagectl("queue", "dead", "replay", letter)
    assert replayed.code == 0, replayed.err
    wait_until(lambda: len(learner.messages()) > before, what="the bot answers the letter")
    learner.close()


def test_an_opened_letter_is_answered_on_the_chat_page(running_stack: StackCopy):
    letter = _park(running_stack, _STRANGER, 1_999_000_002)
    opened = running_stack.engagectl("queue", "dead", "open", letter, "--no-browser", "--json")
    assert opened.code == 0, opened.err
    address = f"{running_stack.simulator_url}/sim/history"
    who = {"user_id": _STRANGER, "bot": "english_bot"}

    def answered() -> bool:
        messages = httpx2.get(address, params=who).json()["messages"]
        return any(not message["outgoing"] for message in messages)

    wait_until(answered, what="the bot answers the opened letter")
    assert running_stack.engagectl("queue", "dead", "drop", letter, "--yes").code == 0


def test_broadcasts_are_asked_of_the_stacks_core(running_stack: StackCopy):
    shown = running_stack.engagectl("queue", "broadcasts", "--json")
    assert shown.code == 0, shown.err
    assert shown.document == {"broadcasts": []}
