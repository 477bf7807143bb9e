"""What the scheduler has done about engagement."""

from celery import shared_task

from engageai_core.engagement.services import streaks_settle


@shared_task(name="engagement.settle_streaks")
def settle_streaks() -> int:
    """End the streaks that were broken; return how many."""
    return streaks_settle()
