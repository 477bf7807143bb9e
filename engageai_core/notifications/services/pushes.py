"""Sends pushes: made once by key, given to the bots, taken back when nothing is heard of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from engageai_core.accounts.models import BotChat
from engageai_core.notifications.bots_door import BotsDoor, Reception
from engageai_core.notifications.models import Broadcast, Push
from engageai_core.notifications.waking import SEND_WAITING_PUSHES, wake_worker

SILENCE = timedelta(minutes=15)
"""How long the bots may say nothing of a push before they are given it again."""

GIVEN_UP_AFTER = timedelta(days=1)
_AT_ONCE = 100


@transaction.atomic
def push_send(
    *, chat: BotChat, key: str, text: str, buttons: Sequence[Any] = (), is_silent: bool = False
) -> Push:
    """Send a message to a learner by the worker, once under its key.

    Args:
        chat: where to; while the learner blocks the bot, the push ends as blocked.
        key: at most 100 characters; a push that has it already is returned and nothing is sent.
        text: Telegram's HTML.
        buttons: rows of buttons, each `{"text", "callback_data" or "url"}`.
        is_silent: whether it comes without a sound.
    """
    push, is_new = Push.objects.get_or_create(
        key=key,
        defaults={"chat": chat, "text": text, "buttons": list(buttons), "is_silent": is_silent},
    )
    if is_new:
        wake_worker(SEND_WAITING_PUSHES)
    return push


def pushes_send_waiting() -> int:
    """Give the bots the single pushes that wait, as long as they take them; return how many."""
    given = 0
    while True:
        claimed = pushes_claim(among=Push.objects.filter(broadcast=None), limit=_AT_ONCE)
        given += len(claimed)
        if not pushes_hand_over(push_ids=claimed) or len(claimed) < _AT_ONCE:
            return given


@transaction.atomic
def pushes_claim(*, among: QuerySet[Push], limit: int) -> list[int]:
    """Take up to `limit` waiting pushes for handing over; those to blocked chats end here."""
    now = timezone.now()
    waiting = (
        among.select_for_update(of=("self",), skip_locked=True)
        .filter(state=Push.State.WAITING)
        .order_by("pk")
        .values_list("pk", "chat__is_blocked")[:limit]
    )
    found = list(waiting)
    blocked = [pk for pk, is_blocked in found if is_blocked]
    if blocked:
        Push.objects.filter(pk__in=blocked).update(state=Push.State.BLOCKED, finished_at=now)
    claimed = [pk for pk, is_blocked in found if not is_blocked]
    Push.objects.filter(pk__in=claimed).update(
        state=Push.State.QUEUED, tried_at=now, queued_at=Coalesce("queued_at", now)
    )
    return claimed


def pushes_hand_over(*, push_ids: Sequence[int]) -> bool:
    """Give claimed pushes to the bots in order; tell whether they took them.

    At the first that they do not take now, it and the rest wait again. Should this process die
    in between, the pushes count as queued, and are taken back after the silence.
    """
    pushes = Push.objects.filter(pk__in=push_ids, state=Push.State.QUEUED).select_related("chat")
    left = list(pushes.order_by("pk"))
    with BotsDoor() as door:
        while left:
            reception = door.offer(left[0])
            if reception is Reception.LATER:
                _still_queued(left).update(state=Push.State.WAITING)
                return False
            if reception is not Reception.TAKEN:
                _still_queued(left[:1]).update(
                    state=Push.State.FAILED, error=reception.value, finished_at=timezone.now()
                )
            left.pop(0)
    return True


def pushes_take_back() -> int:
    """Let pushes wait again of which nothing was heard; give up those of a day ago.

    What a stopped broadcast gave away is not sent again. Returns how many were given up.
    """
    now = timezone.now()
    Push.objects.filter(
        Q(broadcast=None) | Q(broadcast__state=Broadcast.State.RUNNING),
        state=Push.State.QUEUED,
        tried_at__lt=now - SILENCE,
    ).update(state=Push.State.WAITING)
    oldest = now - GIVEN_UP_AFTER
    return Push.objects.filter(
        Q(queued_at__lt=oldest) | Q(broadcast=None, created_at__lt=oldest),
        state__in=Push.UNFINISHED,
    ).update(
        state=Push.State.FAILED,
        error="the bots did not say within a day what became of it",
        finished_at=now,
    )


def _still_queued(pushes: Sequence[Push]) -> QuerySet[Push]:
    """Leave out those whose outcome came meanwhile."""
    return Push.objects.filter(pk__in=[push.pk for push in pushes], state=Push.State.QUEUED)
