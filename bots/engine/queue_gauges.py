"""What waits in the queue and what failed, looked up in Redis when the metrics are asked for."""

import time
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

from bots.engine.redis_access import PROMPT_SECONDS, QueueError, RedisAccess
from utils.update_envelope import (
    LANES,
    OWNERS_KEY,
    PARTITIONS,
    UNSURE_KEY,
    dead_stream_name,
    stream_name,
)


class QueueGauges:
    """The queue in numbers; every bots process tells the same ones."""

    def __init__(self, redis: RedisAccess, registry: CollectorRegistry) -> None:
        """Read from `redis`; show in `registry`."""
        self._redis = redis
        self._depth = Gauge(
            "engage_queue_entries",
            "Entries that wait or are being handled, by lane.",
            ["lane"],
            registry=registry,
        )
        self._lag = Gauge(
            "engage_queue_oldest_seconds",
            "Age of the oldest entry of a lane; 0 when it is empty.",
            ["lane"],
            registry=registry,
        )
        self._dead = Gauge("engage_queue_dead_letters", "Updates given up.", registry=registry)
        self._unsure = Gauge(
            "engage_queue_unsure_calls",
            "Calls listed as perhaps made twice.",
            registry=registry,
        )
        self._owners = Gauge("engage_queue_owners", "Bots processes alive.", registry=registry)

    async def refresh(self) -> None:
        """Look everything up; what was seen last stays when Redis does not answer."""
        pipeline = self._redis.pipeline()
        for lane in LANES:
            for partition in range(PARTITIONS):
                pipeline.xlen(stream_name(partition, lane))
                pipeline.xrange(stream_name(partition, lane), count=1)
        for partition in range(PARTITIONS):
            pipeline.xlen(dead_stream_name(partition))
        pipeline.xlen(UNSURE_KEY)
        pipeline.zcard(OWNERS_KEY)
        try:
            answers = await self._redis.run(pipeline.execute(), seconds=PROMPT_SECONDS)
        except QueueError:
            return
        self._show(list(answers))

    def _show(self, answers: list[Any]) -> None:
        now = time.time()
        for number, lane in enumerate(LANES):
            of_lane = answers[2 * PARTITIONS * number : 2 * PARTITIONS * (number + 1)]
            self._depth.labels(lane).set(sum(of_lane[::2]))
            ages = [now - _appended_at(oldest[0][0]) for oldest in of_lane[1::2] if oldest]
            self._lag.labels(lane).set(max([*ages, 0.0]))
        rest = answers[2 * PARTITIONS * len(LANES) :]
        self._dead.set(sum(rest[:PARTITIONS]))
        self._unsure.set(rest[PARTITIONS])
        self._owners.set(rest[PARTITIONS + 1])


def _appended_at(entry_id: bytes) -> float:
    """Return the Unix time in seconds that an entry's id tells."""
    return int(entry_id.partition(b"-")[0]) / 1000
