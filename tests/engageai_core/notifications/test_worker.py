"""Pushes and broadcasts with a real worker: woken after the commit, and without Redis later."""

from pathlib import Path

import pytest

from engageai_core.celery_app import app
from engageai_core.notifications.models import Broadcast, Push
from engageai_core.notifications.services.broadcasts import broadcast_start
from tests.engageai_core.callers import bot_client
from tests.engageai_core.notifications.fake_bots import FakeBots
from tests.engageai_core.processes import Start, database_settings, start
from tests.engageai_core.school import make_learner
from tests.services import free_port, wait_until

__all__ = ["start"]
pytestmark = pytest.mark.django_db(transaction=True)
_SEND = """
from engageai_core.accounts.models import BotChat
from engageai_core.notifications.services.pushes import push_send
push_send(chat=BotChat.objects.get(), key="k", text="Hi")
"""


def _send(start: Start, redis_url: str) -> str:
    """Send a push from a process of its own; return what it logged."""
    sender = start(
        "engageai_core/manage.py", "shell", "-c", _SEND, **database_settings(), REDIS_URL=redis_url
    )
    assert sender.wait_for_end(seconds=60) == 0, sender.output
    return sender.output


def test_the_worker_sends_what_is_committed(
    start: Start, tmp_path: Path, redis_url: str, bots: FakeBots
):
    make_learner()
    ready = tmp_path / "ready"
    worker = start(
        "-m", "celery", "-A", "engageai_core.celery_app", "worker", "--concurrency", "1",
        **database_settings(), REDIS_URL=redis_url, ENGAGE_READY_FILE=str(ready),
        INTERNAL_BOT_API_PORT=str(bots.port),
    )  # fmt: skip
    wait_until(ready.exists, seconds=60, what="the worker is ready")
    _send(start, redis_url)
    wait_until(lambda: len(bots.messages) == 1, what=f"the push comes:\n{worker.output}")

    broadcast = Broadcast.objects.create(bot_number="1", text_ru="Привет")
    broadcast_start(broadcast=broadcast)
    with app.connection_for_write(url=redis_url) as broker:
        app.send_task("notifications.look_after_pushes", connection=broker)
    wait_until(lambda: len(bots.messages) == 2, what=f"the broadcast comes:\n{worker.output}")
    told = [{"push_id": pk, "outcome": "sent"} for pk in bots.push_ids]
    bot_client().post("/api/v1/pushes/outcomes/", {"outcomes": told})
    wait_until(
        lambda: Broadcast.objects.get().state == Broadcast.State.DONE,
        what="the worker comes again and ends it",
    )


def test_without_redis_the_push_waits_for_the_scheduler(start: Start, bots: FakeBots):
    make_learner()
    logged = _send(start, f"redis://127.0.0.1:{free_port()}/0")
    assert "OperationalError" in logged
    assert Push.objects.get().state == Push.State.WAITING
