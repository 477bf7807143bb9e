"""Pushes: sent as asked, and their outcome told to the core exactly once, whatever is away."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bots.engine.core_client import CoreClient
from bots.engine.core_connections import CoreConnections
from bots.engine.core_errors import CoreUnavailableError
from bots.engine.pushing import OutcomeReporter
from tests.bots_engine.http_fakes import ScriptedCore
from tests.bots_engine.world import World
from tests.services import wait_until
from utils.update_envelope import UpdateEnvelope

BLOCKED = "Forbidden: bot was blocked by the user"
_keys = itertools.count(1)


def _push(world: World, bot: str, text: str, **more: Any) -> None:
    content = {"bot_name": bot, "chat_id": 100, "text": text, "key": f"t{next(_keys)}", **more}
    key = f"core-{bot}-".ljust(48, "c")
    answer = world.http.post("/internal/message", headers={"X-Internal-Key": key}, json=content)
    assert answer.status_code == 202, answer.text


def _wait_for_outcomes(world: World, number: int, *, seconds: float = 15) -> list[dict[str, Any]]:
    wait_until(
        lambda: len(world.core.outcomes) >= number, seconds=seconds, what=f"{number} outcomes"
    )
    wait_until(lambda: world.queued() == 0, what="the pushes are out of the queue")
    return world.core.outcomes


def _metric(world: World, name: str) -> float:
    lines = (line.rpartition(" ") for line in world.http.get("/metrics").text.splitlines())
    return next(float(value) for shown, _, value in lines if shown == name)


def test_push_is_sent_as_asked_and_its_outcome_told(world: World) -> None:
    world.add_bot("push_bot")
    rows = [
        [{"text": "Начать", "callback_data": "go:lesson"}],
        [{"text": "Сайт", "url": "https://example.org/a"}],
    ]
    _push(world, "push_bot", "Пора <b>учить</b>", buttons=rows, silent=True, push_id=7)
    _push(world, "push_bot", "loud", chat_id=200, push_id=8)
    outcomes = _wait_for_outcomes(world, 2)
    assert sorted(outcomes, key=lambda one: one["push_id"]) == [
        {"push_id": 7, "outcome": "sent"},
        {"push_id": 8, "outcome": "sent"},
    ]
    sent = {body["text"]: body for name, body in world.telegram.calls if name == "sendMessage"}
    silent, loud = sent["Пора <b>учить</b>"], sent["loud"]
    assert silent["parse_mode"] == "HTML"
    assert json.loads(silent["reply_markup"])["inline_keyboard"] == rows
    assert silent["disable_notification"] == "true"
    assert "disable_notification" not in loud
    assert world.core.keys == {"core-push_bot-".ljust(48, "c")}


def test_what_can_never_be_sent_is_told_and_who_blocked_the_bot_is_marked(world: World) -> None:
    world.add_bot("push_bot")
    refused = "Bad Request: chat not found"
    world.telegram.refuse_next("sendMessage", 403, description=BLOCKED)
    _push(world, "push_bot", "one", push_id=1)
    _wait_for_outcomes(world, 1)
    world.telegram.refuse_next("sendMessage", 400, description=refused)
    _push(world, "push_bot", "two", push_id=2)
    outcomes = _wait_for_outcomes(world, 2)
    assert [one["outcome"] for one in outcomes] == ["blocked", "failed"]
    assert [BLOCKED in outcomes[0]["error"], refused in outcomes[1]["error"]] == [True, True]
    assert world.core.blocked == {"100": True}
    assert world.dead_letters() == []
    assert _metric(world, 'engage_bots_pushes_total{outcome="blocked"}') == 1


def test_what_telegram_cannot_take_now_is_sent_later(world: World) -> None:
    world.add_bot("push_bot")
    world.telegram.refuse_next("sendMessage", 502, description="Bad Gateway")
    world.telegram.refuse_next("sendMessage", 429, retry_after=1)
    _push(world, "push_bot", "later", push_id=3, bulk=True)
    assert _wait_for_outcomes(world, 1) == [{"push_id": 3, "outcome": "sent"}]
    assert world.telegram.texts == ["later"]


def test_push_without_a_number_is_sent_and_nothing_told(world: World) -> None:
    world.add_bot("push_bot")
    _push(world, "push_bot", "hello")
    world.wait_for_texts("hello")
    wait_until(lambda: world.queued() == 0, what="the push is out of the queue")
    assert world.core.outcome_posts == 0


def test_outcome_is_told_once_the_core_is_back_and_the_push_stays_queued_until_then(
    world: World,
) -> None:
    world.add_bot("push_bot")
    world.core.is_down = True
    _push(world, "push_bot", "hello", push_id=9)
    wait_until(lambda: world.core.outcome_posts >= 2, what="the outcome was told in vain")
    assert world.queued() == 1
    world.core.is_down = False
    assert _wait_for_outcomes(world, 1) == [{"push_id": 9, "outcome": "sent"}]
    assert world.telegram.texts == ["hello"]


def test_outcome_of_a_push_in_hand_when_the_process_dies_is_told_by_the_next(
    stopped_world: World,
) -> None:
    world = stopped_world
    world.add_bot("push_bot")
    world.start()
    world.core.is_down = True
    _push(world, "push_bot", "hello", push_id=11)
    wait_until(lambda: world.core.outcome_posts >= 1, what="it was sent and the core is down")
    world.kill()
    world.core.is_down = False
    world.start()
    assert _wait_for_outcomes(world, 1, seconds=30) == [{"push_id": 11, "outcome": "sent"}]
    assert world.telegram.texts == ["hello"]


def test_replies_come_at_once_while_a_broadcast_runs(world: World) -> None:
    world.add_bot("echo_bot")
    for number in range(100):
        _push(
            world,
            "echo_bot",
            f"bulk {number}",
            chat_id=1000 + number,
            bulk=True,
            push_id=number + 1,
        )
    for number in range(20):
        world.say("echo_bot", f"n{number}", chat=5000 + number)
    world.wait_for_texts(*(f"Ann: n{number}" for number in range(20)))
    texts = list(world.telegram.texts)
    last_reply = max(texts.index(f"Ann: n{number}") for number in range(20))
    assert sum(text.startswith("bulk") for text in texts[:last_reply]) < 100
    outcomes = _wait_for_outcomes(world, 100, seconds=60)
    assert sorted(one["push_id"] for one in outcomes) == list(range(1, 101))
    assert {one["outcome"] for one in outcomes} == {"sent"}
    assert world.core.outcome_posts < 50, "they are told together"
    assert _metric(world, 'engage_bots_pace_wait_seconds_sum{sending="reply"}') == 0
    assert _metric(world, 'engage_bots_pace_wait_seconds_sum{sending="bulk"}') > 0


def test_learner_who_blocks_the_bot_is_marked_when_a_reply_is_refused(world: World) -> None:
    world.add_bot("echo_bot")
    world.telegram.refuse_next("sendMessage", 403, description=BLOCKED)
    world.say("echo_bot", "hello", chat=321)
    wait_until(lambda: world.core.blocked == {"321": True}, what="the core was told")
    assert world.dead_letters() == []


def test_push_that_is_given_up_is_told_as_failed(world: World) -> None:
    world.add_bot("push_bot")
    content = {"bot_name": "push_bot", "chat_id": 100, "text": "late", "key": "k", "push_id": 12}
    body = json.dumps(content).encode()
    push = UpdateEnvelope.push(bot_name="push_bot", chat_id=100, key="late", body=body)
    world.append(replace(push, received_at=push.received_at - 2 * 86_400))
    (outcome,) = _wait_for_outcomes(world, 1)
    assert (outcome["push_id"], outcome["outcome"]) == (12, "failed")
    assert [letter[b"kind"] for letter in world.dead_letters()] == [b"push"]
    assert world.telegram.texts == []


# ------------------------------------------------------------------- the reporter
@pytest.fixture(scope="module")
def scripted_core() -> Iterator[ScriptedCore]:
    """The far side."""
    core = ScriptedCore()
    core.start()
    yield core
    core.stop()


@pytest.fixture
async def client(scripted_core: ScriptedCore) -> AsyncIterator[CoreClient]:
    """A bot's way to it."""
    scripted_core.forget()
    async with CoreConnections(scripted_core.url) as connections:
        yield CoreClient(connections, key="k" * 40)


async def test_outcomes_are_told_together_at_most_a_hundred_at_once(
    client: CoreClient, scripted_core: ScriptedCore
) -> None:
    reporter = OutcomeReporter()
    numbers = range(1, 251)
    await asyncio.gather(*(reporter.report(client, number, "sent") for number in numbers))
    assert sorted(one["push_id"] for one in scripted_core.outcomes) == list(numbers)
    assert scripted_core.outcome_posts == 3


async def test_closing_tells_what_was_gathered(
    client: CoreClient, scripted_core: ScriptedCore
) -> None:
    reporter = OutcomeReporter()
    waiting = asyncio.create_task(reporter.report(client, 1, "failed", "e" * 1000))
    await asyncio.sleep(0)
    await reporter.close()
    await waiting
    assert scripted_core.outcomes == [{"push_id": 1, "outcome": "failed", "error": "e" * 200}]


async def test_who_no_longer_waits_takes_no_outcome_with_him(
    client: CoreClient, scripted_core: ScriptedCore
) -> None:
    reporter = OutcomeReporter()
    first = asyncio.create_task(reporter.report(client, 1, "sent"))
    second = asyncio.create_task(reporter.report(client, 2, "sent"))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert [one["push_id"] for one in scripted_core.outcomes] == [1, 2]


async def test_a_silent_core_is_told_to_all_who_wait(
    client: CoreClient, scripted_core: ScriptedCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.engine.core_client.PATIENCE_SECONDS", 0.05)
    scripted_core.is_down = True
    reporter = OutcomeReporter()
    reports = [reporter.report(client, number, "sent") for number in (1, 2)]
    ends = await asyncio.gather(*reports, return_exceptions=True)
    assert [type(end) for end in ends] == [CoreUnavailableError] * 2
