"""What the scheduler has done about the placement test."""

from celery import shared_task

from engageai_core.placement.services import placement_statistics_refresh


@shared_task(name="placement.refresh_item_statistics")
def refresh_item_statistics() -> int:
    """Bring the items' statistics up to date; return how many items have answers."""
    return placement_statistics_refresh()
