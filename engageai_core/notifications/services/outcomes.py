"""Keeps what the bots tell about pushes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from engageai_core.accounts.models import BotChat
from engageai_core.common.authentication import InternalBot
from engageai_core.common.metrics import push_outcomes
from engageai_core.notifications.models import Push

_LONGEST_ERROR = 300


@transaction.atomic
def outcomes_record(*, bot: InternalBot, outcomes: Sequence[Mapping[str, Any]]) -> int:
    """Give pushes their outcome; return how many got it now.

    The first outcome stays. A push that is unknown, another bot's, or has its outcome is passed
    over, so that a repeated call is harmless. A learner who blocked the bot is marked.
    """
    told: dict[int, Mapping[str, Any]] = {}
    for outcome in outcomes:
        told.setdefault(outcome["push_id"], outcome)
    pushes = list(
        Push.objects.select_for_update(of=("self",))
        .filter(pk__in=told, chat__bot_number=bot.number, state__in=Push.UNFINISHED)
        .order_by("pk")
    )
    now = timezone.now()
    for push in pushes:
        push.state = told[push.pk]["outcome"]
        push.error = told[push.pk].get("error", "")[:_LONGEST_ERROR]
        push.finished_at = now
    Push.objects.bulk_update(pushes, ["state", "error", "finished_at"])
    blocked = [push.chat_id for push in pushes if push.state == Push.State.BLOCKED]
    if blocked:
        BotChat.objects.filter(pk__in=blocked).update(is_blocked=True, updated_at=now)
    transaction.on_commit(lambda: _count(pushes))
    return len(pushes)


def _count(pushes: Sequence[Push]) -> None:
    for outcome, number in Counter(push.state for push in pushes).items():
        push_outcomes.labels(outcome).inc(number)
