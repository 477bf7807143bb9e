"""How the queue stands: what waits, who owns it, what is dead, and what endangers it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from engagectl.queue_connection import QueueConnection
from engagectl.queue_letters import Wanted, letter_heads
from utils.update_envelope import (
    GROUP,
    LANES,
    OWNERS_KEY,
    PARTITIONS,
    UNSURE_KEY,
    lease_key,
    stream_name,
)

_ALMOST_FULL = 0.8
_PARTITION_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lanes = {}
for number = 2, #KEYS do
  local pending = redis.pcall('XPENDING', KEYS[number], ARGV[1])
  local oldest = redis.call('XRANGE', KEYS[number], '-', '+', 'COUNT', 1)
  lanes[number - 1] = {
    redis.call('XLEN', KEYS[number]),
    pending.err and 0 or pending[1],
    oldest[1] and now - tonumber(string.match(oldest[1][1], '^%d+')) or -1,
  }
end
return {redis.call('GET', KEYS[1]) or '', redis.call('PTTL', KEYS[1]), lanes}
"""
"""KEYS: the lease, then the streams. ARGV: the group. Returns the lease's token, its ms left, and
for each stream its length, what is pending and the age in ms of its oldest entry, or -1.
"""


@dataclass(frozen=True)
class LaneStats:
    """One lane of one partition: what nobody took yet, what is being handled, the oldest's age."""

    waiting: int
    pending: int
    oldest_s: float | None


@dataclass(frozen=True)
class PartitionStats:
    """One partition.

    Attributes:
        partition: which.
        owner: the token in its lease, `<number>:<owner>`; None when nobody owns it.
        lease_s: seconds until the lease runs out unless it is renewed.
        lanes: by name.
        dead: letters by reason.
    """

    partition: int
    owner: str | None
    lease_s: float | None
    lanes: dict[str, LaneStats]
    dead: dict[str, int]

    @property
    def held(self) -> int:
        """Entries in its streams."""
        return sum(lane.waiting + lane.pending for lane in self.lanes.values())

    def document(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        lanes = {name: vars(lane) for name, lane in self.lanes.items()}
        return {**vars(self), "lanes": lanes}


@dataclass(frozen=True)
class QueueStats:
    """The whole queue.

    Attributes:
        address: of its Redis, without a password.
        redis: version, used and maximal memory, eviction policy, append-only.
        partitions: every one.
        owners: seconds until each bots process counts as dead unless it says that it lives.
        unsure: outgoing calls that were in flight when their process died and were made again.
        warnings: what endangers the queue, and what to do.
    """

    address: str
    redis: dict[str, Any]
    partitions: list[PartitionStats]
    owners: dict[str, float]
    unsure: int
    warnings: list[str] = field(default_factory=list)

    def totals(self) -> dict[str, Any]:
        """Return the sums over all partitions, and the age of the oldest entry of each lane."""
        dead: Counter[str] = Counter()
        for one in self.partitions:
            dead.update(one.dead)
        lanes = {}
        for name in LANES:
            parts = [one.lanes[name] for one in self.partitions]
            ages = [lane.oldest_s for lane in parts if lane.oldest_s is not None]
            lanes[name] = {
                "waiting": sum(lane.waiting for lane in parts),
                "pending": sum(lane.pending for lane in parts),
                "oldest_s": max(ages, default=None),
            }
        return {"lanes": lanes, "dead": dict(dead), "dead_letters": dead.total()}

    def document(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {
            "address": self.address,
            "redis": self.redis,
            "owners": [{"owner": name, "alive_s": left} for name, left in self.owners.items()],
            "unsure_calls": self.unsure,
            "totals": self.totals(),
            "partitions": [one.document() for one in self.partitions],
            "warnings": self.warnings,
        }


def read_stats(queue: QueueConnection) -> QueueStats:
    """Read how the queue stands."""
    client = queue.client
    partitions, redis = _partitions(client), _redis(client)
    owners = _owners(client)
    unsure: Any = client.xlen(UNSURE_KEY)
    warnings = [*_about_redis(redis), *_about_owners(partitions, owners)]
    return QueueStats(queue.address, redis, partitions, owners, unsure, warnings)


def _partitions(client: Redis) -> list[PartitionStats]:
    script = client.register_script(_PARTITION_SCRIPT)
    with client.pipeline(transaction=False) as pipeline:
        for number in range(PARTITIONS):
            streams = [stream_name(number, lane) for lane in LANES]
            script(keys=[lease_key(number), *streams], args=[GROUP], client=pipeline)
        answers = pipeline.execute()
    dead: list[Counter[str]] = [Counter() for _ in range(PARTITIONS)]
    for letter in letter_heads(client, Wanted()):
        dead[letter.partition][letter.text("reason") or "unknown"] += 1
    return [_partition(number, answer, dead[number]) for number, answer in enumerate(answers)]


def _partition(number: int, answer: Any, dead: Counter[str]) -> PartitionStats:
    token, left, lanes = answer
    owner = token.decode() or None
    found: dict[str, LaneStats] = {
        name: LaneStats(length - pending, pending, _seconds(age) if age >= 0 else None)
        for name, (length, pending, age) in zip(LANES, lanes, strict=True)
    }
    lease_s = _seconds(left) if owner and left >= 0 else None
    return PartitionStats(number, owner, lease_s, found, dict(dead))


def _owners(client: Redis) -> dict[str, float]:
    now: Any = client.time()
    scored: Any = client.zrange(OWNERS_KEY, 0, -1, withscores=True)
    left = {name.decode(): score / 1000 - now[0] - now[1] / 1e6 for name, score in scored}
    return {name: round(seconds, 3) for name, seconds in left.items() if seconds > 0}


def _redis(client: Redis) -> dict[str, Any]:
    try:
        info: Any = client.info()
    except ResponseError:  # a managed server may forbid it
        info = {}
    append_only = info.get("aof_enabled")
    return {
        "version": info.get("redis_version"),
        "used_memory": info.get("used_memory"),
        "max_memory": info.get("maxmemory"),
        "eviction": info.get("maxmemory_policy"),
        "append_only": None if append_only is None else bool(append_only),
    }


def _about_redis(redis: dict[str, Any]) -> list[str]:
    warnings = []
    if redis["append_only"] is False:
        warnings.append(
            "Redis keeps the queue in memory alone: if it dies, accepted updates are lost; "
            "start it with --appendonly yes"
        )
    if redis["max_memory"] and redis["eviction"] != "noeviction":
        warnings.append(
            f"Redis may evict parts of the queue (maxmemory-policy {redis['eviction']}); "
            "set maxmemory-policy noeviction"
        )
    if redis["max_memory"] and redis["used_memory"] > _ALMOST_FULL * redis["max_memory"]:
        share = redis["used_memory"] / redis["max_memory"]
        warnings.append(f"Redis uses {share:.0%} of its maxmemory; raise it before it is full")
    return warnings


def _about_owners(partitions: list[PartitionStats], owners: dict[str, float]) -> list[str]:
    waiting = [one for one in partitions if one.held]
    if waiting and not owners:
        held = sum(one.held for one in waiting)
        return [f"{held} entries wait and no bots process is alive; see: engagectl dev status"]
    orphans = [str(one.partition) for one in waiting if one.owner is None]
    if orphans:
        return [f"entries wait in partitions that nobody owns now: {', '.join(orphans)}"]
    return []


def _seconds(milliseconds: int) -> float:
    return round(max(milliseconds, 0) / 1000, 3)
