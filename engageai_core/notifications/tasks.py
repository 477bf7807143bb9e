"""What the worker does about messages to learners."""

from celery import shared_task

from engageai_core.notifications.selectors import standing_broadcast_ids
from engageai_core.notifications.services.broadcasts import broadcast_advance
from engageai_core.notifications.services.pushes import pushes_send_waiting, pushes_take_back
from engageai_core.notifications.waking import ADVANCE_BROADCAST, SEND_WAITING_PUSHES


@shared_task(name=SEND_WAITING_PUSHES)
def send_waiting_pushes() -> int:
    """Give the bots what waits for them; return how many pushes."""
    return pushes_send_waiting()


@shared_task(name=ADVANCE_BROADCAST)
def advance_broadcast(broadcast_id: int) -> None:
    """Advance a running broadcast, and come again as long as it runs."""
    pause = broadcast_advance(broadcast_id=broadcast_id)
    if pause is not None:
        advance_broadcast.apply_async((broadcast_id,), countdown=pause)


@shared_task(name="notifications.look_after_pushes")
def look_after_pushes() -> None:
    """Pick up what was left lying: silent pushes, single ones that wait, broadcasts that stand."""
    pushes_take_back()
    pushes_send_waiting()
    for broadcast_id in standing_broadcast_ids():
        advance_broadcast.delay(broadcast_id)
