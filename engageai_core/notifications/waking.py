"""Wakes the worker once a change is committed; the scheduler finds whatever it was not told of."""

from django.db import transaction

SEND_WAITING_PUSHES = "notifications.send_waiting_pushes"
ADVANCE_BROADCAST = "notifications.advance_broadcast"


def wake_worker(task: str, *arguments: int) -> None:
    """Have `task` done after the commit; a Redis that does not answer is logged, not raised."""

    def send() -> None:
        # Most processes of the core never send a task; Celery takes a while to import.
        from engageai_core.celery_app import app  # noqa: PLC0415

        app.send_task(task, args=arguments, retry=False)

    transaction.on_commit(send, robust=True)
