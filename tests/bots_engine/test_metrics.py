"""`/metrics` tells of every hop, and of what waits and what failed."""

from tests.bots_engine.world import World
from tests.services import wait_until


def _figures(world: World) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in world.http.get("/metrics").text.splitlines())
    return {name: float(value) for name, _, value in lines if name and not name.startswith("#")}


def test_each_hop_and_the_queue_are_counted(world: World) -> None:
    world.add_bot("echo_bot")
    before = _figures(world)
    world.say("echo_bot", "hello")
    world.put("echo_bot", {"message": "no message"})
    world.wait_for_texts("Ann: hello")
    wait_until(lambda: world.queued() == 0, what="both are settled")
    after = _figures(world)
    grown = {name for name, value in after.items() if value > before.get(name, 0.0)}
    assert {
        'engage_bots_updates_total{bot="echo_bot",outcome="handled"}',
        'engage_bots_updates_total{bot="echo_bot",outcome="parked: unfit"}',
        'engage_bots_sends_total{outcome="sent"}',
        "engage_bots_wait_seconds_count",
        "engage_bots_handler_seconds_count",
        "engage_bots_core_call_seconds_count",
        "engage_bots_telegram_call_seconds_count",
    } <= grown
    assert after["engage_queue_dead_letters"] == 1
    assert after["engage_queue_owners"] == 1
    assert after['engage_queue_entries{lane="chat"}'] == 0
    assert after['engage_queue_oldest_seconds{lane="chat"}'] == 0
    assert after['engage_bots_entries_in_flight{lane="chat"}'] == 0


def test_the_age_of_what_waits_is_told(world: World) -> None:
    world.add_bot("echo_bot")
    world.core.is_down = True
    world.say("echo_bot", "hello")
    wait_until(
        lambda: _figures(world)['engage_queue_oldest_seconds{lane="chat"}'] > 0.5,
        what="the entry that waits for the core grows old",
    )
    world.core.is_down = False
    world.wait_for_texts("Ann: hello", seconds=30)
