"""The queue as the count needs it: its oldest entry, repeated calls, dead letters."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from engagectl.chaos.verdict import UnsureCall
from utils.update_envelope import (
    LANES,
    PARTITIONS,
    UNSURE_KEY,
    dead_stream_name,
    stream_name,
)

_ANSWER_SECONDS = 1.0
_VISIBLE_STEP = re.compile(r"(?P<name>SendMessage|EditMessageText):[^#]*#(?P<nth>\d+)")


class QueueEvidence:
    """Redis, only read."""

    def __init__(self, redis_url: str) -> None:
        """Look at the Redis at `redis_url`, connecting when asked."""
        self._redis = Redis.from_url(
            redis_url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS
        )

    async def oldest_seconds(self) -> float | None:
        """Return the age of the oldest entry not settled, 0 without any, None without Redis."""
        pipeline = self._redis.pipeline(transaction=False)
        for partition in range(PARTITIONS):
            for lane in LANES:
                pipeline.xrange(stream_name(partition, lane), count=1)
        try:
            first = [entries[0][0] for entries in await pipeline.execute() if entries]
        except (RedisError, OSError):
            return None
        if not first:
            return 0.0
        return time.time() - min(int(entry_id.split(b"-")[0]) for entry_id in first) / 1000

    async def unsure_calls(self, bots: Sequence[str]) -> Counter[UnsureCall]:
        """Count the visible calls that were made again although they may have been made."""
        entries: Any = await self._redis.xrange(UNSURE_KEY)
        places = {name.encode(): place for place, name in enumerate(bots)}
        return Counter(
            UnsureCall(places[fields[b"bot"]], int(fields[b"update_id"]), call)
            for _, fields in entries
            if fields[b"bot"] in places and (call := _visible_call(fields[b"step"].decode()))
        )

    async def dead_letters(self) -> list[str]:
        """Return a line for each dead letter: whose it is, and why it is dead."""
        lines = []
        for partition in range(PARTITIONS):
            letters: Any = await self._redis.xrange(dead_stream_name(partition))
            for _, fields in letters:
                shown = {name.decode(): value.decode() for name, value in fields.items()}
                lines.append(
                    f"{shown['bot']} update {shown['id']}: {shown.get('reason', '')}: "
                    f"{shown.get('error', '')[:200]}"
                )
        return lines

    async def close(self) -> None:
        """Close the connection."""
        await self._redis.aclose()


def _visible_call(step: str) -> str:
    """Return `SendMessage#1` of `SendMessage:<chat>#1`, nothing for a call that nobody sees."""
    found = _VISIBLE_STEP.fullmatch(step)
    return f"{found['name']}#{found['nth']}" if found else ""
