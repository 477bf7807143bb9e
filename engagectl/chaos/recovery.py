"""How long it takes until learners are answered again after a fault."""

import asyncio
import time

from engagectl.chaos.crowd import Crowd
from engagectl.chaos.queue_evidence import QueueEvidence
from engagectl.chaos.record import CallRecord

MOST_SECONDS = 15.0
"""What a fault may take to be recovered from."""

GIVE_UP_SECONDS = 60.0
_FRESH_SECONDS = 2.0
_LOOK_SECONDS = 0.1


async def await_recovery(
    since: float, *, crowd: Crowd, record: CallRecord, queue: QueueEvidence
) -> float | None:
    """Return the seconds from the monotonic time `since` until all is well, None when it is not.

    Well: every bot has answered a probe that was sent now, and nothing has waited in the queue
    for longer than two seconds.
    """
    asked = await crowd.probe()
    while time.monotonic() - since < GIVE_UP_SECONDS:
        if asked <= record.probes:
            oldest = await queue.oldest_seconds()
            if oldest is not None and oldest < _FRESH_SECONDS:
                return round(time.monotonic() - since, 2)
        await asyncio.sleep(_LOOK_SECONDS)
    return None
