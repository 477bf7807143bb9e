"""How broadcasts stand."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from engageai_core.notifications.models import Broadcast, Push

_RATE_OVER = timedelta(minutes=1)
_STANDS_AFTER = timedelta(seconds=10)
_FINAL = (Push.State.SENT, Push.State.BLOCKED, Push.State.FAILED)


@dataclass(frozen=True)
class Progress:
    """How far a broadcast is.

    Attributes:
        total: pushes made so far; all there will be once `is_prepared`.
        rate_per_second: outcomes within the last minute.
        eta_seconds: until the last outcome at this rate; None when nothing moves.
    """

    is_prepared: bool
    total: int
    waiting: int
    queued: int
    sent: int
    blocked: int
    failed: int
    rate_per_second: float
    eta_seconds: int | None

    @classmethod
    def of(cls, broadcast: Any) -> Self:
        """Read it from a broadcast that came with its counts (`broadcasts_with_progress`)."""
        counts = {state: getattr(broadcast, f"pushes_{state}") for state in Push.State.values}
        rate = broadcast.pushes_lately / _RATE_OVER.total_seconds()
        left = counts[Push.State.WAITING] + counts[Push.State.QUEUED]
        return cls(
            is_prepared=broadcast.is_prepared,
            total=sum(counts.values()),
            rate_per_second=round(rate, 2),
            eta_seconds=round(left / rate) if rate else None,
            **counts,
        )

    @property
    def share_done(self) -> float:
        """The share of pushes that have their outcome, 0 to 1."""
        return (self.sent + self.blocked + self.failed) / self.total if self.total else 0.0


def broadcasts_with_progress(broadcasts: QuerySet[Broadcast]) -> QuerySet[Any]:
    """Add the counts of pushes, from which Progress is read, in the same one query."""
    counts = {
        f"pushes_{state}": Count("pushes", filter=Q(pushes__state=state))
        for state in Push.State.values
    }
    lately = Q(pushes__finished_at__gt=timezone.now() - _RATE_OVER, pushes__state__in=_FINAL)
    return broadcasts.annotate(**counts, pushes_lately=Count("pushes", filter=lately))


def standing_broadcast_ids() -> list[int]:
    """Return the running broadcasts that nobody has advanced for a while."""
    moved = Q(advanced_at__gt=timezone.now() - _STANDS_AFTER)
    running = Broadcast.objects.filter(state=Broadcast.State.RUNNING).exclude(moved)
    return list(running.values_list("pk", flat=True))
