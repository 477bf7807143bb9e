"""`engagectl queue stats`: what waits, who owns it, what is dead, and what endangers it."""

import time

from redis import Redis

from tests.engagectl.queue_scene import QueueScene, message, press
from utils.update_envelope import LANES, OWNERS_KEY, PARTITIONS, UNSURE_KEY, lease_key


def _own(redis: Redis, partition: int, owner: str = "host-1") -> None:
    redis.set(lease_key(partition), f"3:{owner}", px=6000)
    redis.zadd(OWNERS_KEY, {owner: (time.time() + 6) * 1000})


def test_what_waits_and_what_is_being_handled_is_counted_by_lane(queue: QueueScene):
    taken = queue.envelope()
    queue.append(taken)
    queue.take(taken)
    queue.append(queue.envelope())
    queue.append(queue.envelope(update={"callback_query": press()}))
    _own(queue.redis, taken.partition)
    document = queue.run("queue", "stats", "--json").document
    partition = document["partitions"][taken.partition]
    assert partition["owner"] == "3:host-1"
    assert 0 < partition["lease_s"] <= 6
    assert (partition["lanes"]["chat"]["waiting"], partition["lanes"]["chat"]["pending"]) == (1, 1)
    assert partition["lanes"]["fast"]["waiting"] == 1
    assert partition["lanes"]["push"] == {"waiting": 0, "pending": 0, "oldest_s": None}
    assert document["totals"]["lanes"]["chat"]["waiting"] == 1
    assert document["warnings"] == []


def test_the_document_has_its_agreed_shape(queue: QueueScene):
    queue.redis.xadd(UNSURE_KEY, {"call": "sendMessage"})
    document = queue.run("queue", "stats", "--json").document
    assert set(document) == {
        "address", "redis", "owners", "unsure_calls", "totals", "partitions", "warnings",
    }  # fmt: skip
    assert set(document["redis"]) == {
        "version", "used_memory", "max_memory", "eviction", "append_only",
    }  # fmt: skip
    assert document["redis"]["append_only"] is True
    assert document["unsure_calls"] == 1
    assert [each["partition"] for each in document["partitions"]] == list(range(PARTITIONS))
    for each in document["partitions"]:
        assert set(each) == {"partition", "owner", "lease_s", "lanes", "dead"}
        assert set(each["lanes"]) == set(LANES)
    assert set(document["totals"]) == {"lanes", "dead", "dead_letters"}


def test_the_oldest_entrys_age_is_told(queue: QueueScene):
    envelope = queue.envelope()
    minute_ago = int((time.time() - 60) * 1000)
    queue.redis.xadd(envelope.stream, envelope.fields(), id=f"{minute_ago}-0")
    queue.append(queue.envelope())
    lane = queue.run("queue", "stats", "--json").document["totals"]["lanes"]["chat"]
    assert 60 <= lane["oldest_s"] < 90


def test_dead_letters_are_counted_by_reason(queue: QueueScene):
    queue.park(queue.envelope())
    queue.park(queue.envelope(), reason="expired")
    queue.park(queue.envelope(chat=333), reason="expired")
    totals = queue.run("queue", "stats", "--json").document["totals"]
    assert totals["dead"] == {"failed": 1, "expired": 2}
    assert totals["dead_letters"] == 3


def test_many_dead_letters_are_all_counted(queue: QueueScene):
    for _ in range(450):
        queue.park(queue.envelope())
    assert queue.run("queue", "stats", "--json").document["totals"]["dead_letters"] == 450


def test_a_queue_without_a_bots_process_is_warned_of(queue: QueueScene):
    queue.append(queue.envelope())
    (warning,) = queue.run("queue", "stats", "--json").document["warnings"]
    assert "no bots process is alive" in warning


def test_partitions_that_nobody_owns_are_warned_of(queue: QueueScene):
    envelope = queue.envelope()
    queue.append(envelope)
    _own(queue.redis, (envelope.partition + 1) % PARTITIONS)
    (warning,) = queue.run("queue", "stats", "--json").document["warnings"]
    assert warning.endswith(f"nobody owns now: {envelope.partition}")


def test_a_process_that_stopped_saying_it_lives_is_not_counted(queue: QueueScene):
    queue.redis.zadd(OWNERS_KEY, {"gone": (time.time() - 1) * 1000, "here": 1e13})
    owners = queue.run("queue", "stats", "--json").document["owners"]
    assert [each["owner"] for each in owners] == ["here"]


def test_a_redis_that_forgets_is_warned_of(queue: QueueScene):
    queue.redis.config_set("appendonly", "no")
    queue.redis.config_set("maxmemory", "1gb")
    queue.redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        warnings = queue.run("queue", "stats", "--json").document["warnings"]
    finally:
        queue.redis.config_set("maxmemory-policy", "noeviction")
        queue.redis.config_set("maxmemory", "0")
        queue.redis.config_set("appendonly", "yes")
    assert "--appendonly yes" in warnings[0]
    assert "noeviction" in warnings[1]


def test_the_table_shows_only_where_something_is(queue: QueueScene):
    envelope = queue.envelope(update={"message": message(100)})
    queue.append(envelope)
    done = queue.run("queue", "stats")
    rows = [line for line in done.out.splitlines() if line.startswith("│")]
    assert len(rows) == 1
    assert "nobody" in rows[0]
    assert "chat     1 waiting" in done.out
    assert "warning: 1 entries wait" in done.err
    assert done.code == 0


def test_an_empty_queue_is_told_in_a_few_lines(queue: QueueScene):
    done = queue.run("queue", "stats")
    assert done.code == 0
    assert len(done.out.splitlines()) == 6
    assert "dead     0" in done.out


def test_a_redis_that_is_away_is_three_lines_and_no_password(queue: QueueScene):
    queue.monkeypatch.setenv("REDIS_URL", "redis://:hidden@127.0.0.1:1/0")
    done = queue.run("queue", "stats", "--json")
    assert done.code == 1
    assert done.out == ""
    assert "127.0.0.1:1/0" in done.err
    assert "hidden" not in done.err
    assert done.err.splitlines()[2].startswith("  do:  ")


def test_an_address_that_is_none_is_refused(queue: QueueScene):
    queue.monkeypatch.setenv("REDIS_URL", "127.0.0.1:6379")
    done = queue.run("queue", "stats")
    assert done.code == 1
    assert "REDIS_URL is no address" in done.err
