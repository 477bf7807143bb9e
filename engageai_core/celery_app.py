"""The Celery application: `python -m celery -A engageai_core.celery_app worker` (or `beat`)."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import PersistentScheduler
from celery.signals import beat_init, setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engageai_core.settings")  # noqa: TID251

app = Celery("engageai_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "placement-statistics": {
        "task": "placement.refresh_item_statistics",
        "schedule": 24 * 3600.0,
    },
    "forget-old-answers": {"task": "idempotency.forget_old_answers", "schedule": 3600.0},
    "look-after-pushes": {"task": "notifications.look_after_pushes", "schedule": 15.0},
    "settle-streaks": {"task": "engagement.settle_streaks", "schedule": 3600.0},
}


class StateFolderScheduler(PersistentScheduler):
    """Celery's own scheduler, which also makes the folder of its schedule file."""

    def setup_schedule(self) -> None:
        """Open the schedule file."""
        schedule_file = Path(self.schedule_filename)  # type: ignore[attr-defined]
        schedule_file.parent.mkdir(parents=True, exist_ok=True)
        super().setup_schedule()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery leaves logging alone when this signal has a receiver; settings set it up."""


@worker_ready.connect
@beat_init.connect
def _say_ready(**_: Any) -> None:
    """Write the process number to the file ENGAGE_READY_FILE names, if it names one."""
    ready_file = os.environ.get("ENGAGE_READY_FILE")  # noqa: TID251 (told by the supervisor)
    if ready_file:
        Path(ready_file).write_text(str(os.getpid()), encoding="utf-8")
