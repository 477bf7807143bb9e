"""What the scheduler has done about kept answers."""

from celery import shared_task
from django.utils import timezone

from engageai_core.idempotency.services import KEPT_FOR, answers_forget


@shared_task(name="idempotency.forget_old_answers")
def forget_old_answers() -> int:
    """Remove answers that nobody will ask for again; return how many there were."""
    return answers_forget(before=timezone.now() - KEPT_FOR)
