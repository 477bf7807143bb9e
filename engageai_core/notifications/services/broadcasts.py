"""Runs broadcasts: starts, stops, makes their pushes and lets out a few at a time."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from engageai_core.accounts.models import Language
from engageai_core.notifications.bots_door import is_known
from engageai_core.notifications.models import Broadcast, Push
from engageai_core.notifications.services.pushes import pushes_claim, pushes_hand_over
from engageai_core.notifications.waking import ADVANCE_BROADCAST, wake_worker

WINDOW = 100
"""Pushes of one broadcast that the bots have at a time: a stop takes effect within seconds."""

PAUSE_SECONDS = 1.0
PAUSE_WHEN_NOT_TAKEN_SECONDS = 5.0
_MADE_AT_ONCE = 5000
_MAKE = """
WITH next AS (
    SELECT chat.id, chat.is_blocked, learner.language
    FROM accounts_botchat chat JOIN accounts_learner learner ON learner.id = chat.learner_id
    WHERE chat.bot_number = %(bot_number)s AND chat.id > %(after)s
    ORDER BY chat.id LIMIT %(limit)s
), made AS (
    INSERT INTO notifications_push
        (chat_id, broadcast_id, key, text, buttons, is_silent, state, error, created_at)
    SELECT id, %(broadcast)s, 'broadcast:' || %(broadcast)s || ':' || id,
        CASE language WHEN 'en' THEN %(text_en)s ELSE %(text_ru)s END,
        '[]', false, 'waiting', '', %(now)s
    FROM next WHERE NOT is_blocked
    ON CONFLICT (key) DO NOTHING
)
SELECT count(*), max(id) FROM next
"""
_logger = logging.getLogger(__name__)


@transaction.atomic
def broadcast_start(*, broadcast: Broadcast) -> bool:
    """Start a draft, or let a stopped one go on; tell whether it runs by this."""
    started = Broadcast.objects.filter(
        pk=broadcast.pk, state__in=[Broadcast.State.DRAFT, Broadcast.State.STOPPED]
    ).update(
        state=Broadcast.State.RUNNING,
        started_at=Coalesce("started_at", timezone.now()),
        finished_at=None,
        advanced_at=None,
    )
    if started:
        wake_worker(ADVANCE_BROADCAST, broadcast.pk)
    return bool(started)


def broadcast_stop(*, broadcast: Broadcast) -> bool:
    """Let nothing more out of a running broadcast; tell whether it stopped by this."""
    return bool(
        Broadcast.objects.filter(pk=broadcast.pk, state=Broadcast.State.RUNNING).update(
            state=Broadcast.State.STOPPED, finished_at=timezone.now()
        )
    )


def broadcast_advance(*, broadcast_id: int) -> float | None:
    """Make the next pushes, let out as many as the window has room for, end what is done.

    Returns the seconds after which to come again, None when there is no need to: the broadcast
    does not run, or someone else has just advanced it.
    """
    with transaction.atomic():
        broadcast = (
            Broadcast.objects.select_for_update(skip_locked=True)
            .filter(pk=broadcast_id, state=Broadcast.State.RUNNING)
            .first()
        )
        now = timezone.now()
        if broadcast is None or _was_just_advanced(broadcast, now):
            return None
        broadcast.advanced_at = now
        claimed = (
            _next_pushes(broadcast) if is_known(broadcast.bot_number) else _bot_gone(broadcast)
        )
        broadcast.save()
    if broadcast.state != Broadcast.State.RUNNING:
        return None
    is_taken = pushes_hand_over(push_ids=claimed)
    return PAUSE_SECONDS if is_taken else PAUSE_WHEN_NOT_TAKEN_SECONDS


def _was_just_advanced(broadcast: Broadcast, now: datetime) -> bool:
    last = broadcast.advanced_at
    return last is not None and last > now - timedelta(seconds=0.9 * PAUSE_SECONDS)


def _bot_gone(broadcast: Broadcast) -> list[int]:
    _logger.warning("broadcast %d stops: its bot is gone", broadcast.pk)
    broadcast.state, broadcast.finished_at = Broadcast.State.STOPPED, broadcast.advanced_at
    return []


def _next_pushes(broadcast: Broadcast) -> list[int]:
    if not broadcast.is_prepared:
        _make_pushes(broadcast)
    queued = broadcast.pushes.filter(state=Push.State.QUEUED).count()
    claimed = pushes_claim(among=broadcast.pushes.all(), limit=max(0, WINDOW - queued))
    is_empty = not queued and not claimed
    if broadcast.is_prepared and is_empty and not _waits(broadcast):
        broadcast.state, broadcast.finished_at = Broadcast.State.DONE, broadcast.advanced_at
    return claimed


def _waits(broadcast: Broadcast) -> bool:
    return broadcast.pushes.filter(state=Push.State.WAITING).exists()


def _make_pushes(broadcast: Broadcast) -> None:
    """Make the pushes of the next chats, in the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKE,
            {
                "bot_number": broadcast.bot_number,
                "broadcast": broadcast.pk,
                "after": broadcast.prepared_to,
                "limit": _MADE_AT_ONCE,
                "text_ru": broadcast.text_in(Language.RUSSIAN),
                "text_en": broadcast.text_in(Language.ENGLISH),
                "now": timezone.now(),
            },
        )
        seen, last = cursor.fetchone()
    broadcast.prepared_to = last or broadcast.prepared_to
    broadcast.is_prepared = seen < _MADE_AT_ONCE
