"""The core's processes, started the way an operator starts them."""

import json
import re
import secrets
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.celery_app import app
from engageai_core.engagement.models import Streak
from tests.core_environment import ENVIRONMENT
from tests.engageai_core.processes import Start, database_settings, start
from tests.services import REPOSITORY, free_port, wait_until
from utils.internal_auth import HEADER

__all__ = ["start"]
_PRODUCTION = {"ENGAGE_ENV": "production", "DJANGO_SECRET_KEY": secrets.token_urlsafe(60)}
_CELERY = ("-m", "celery", "-A", "engageai_core.celery_app")


def _get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def _serve(start: Start, **changes: str) -> int:
    port = free_port()
    start("-m", "engageai_core.serve", "--port", str(port), **changes).wait_for_port(port)
    return port


def test_the_admin_has_its_styles_without_being_built(start: Start):
    port = _serve(start)
    status, page = _get(port, "/static/unfold/css/styles.css")
    assert (status, len(page) > 10_000) == (200, True)
    assert _get(port, "/health/live")[0] == 200


def test_without_a_database_the_refusal_is_quick_and_in_the_one_shape(start: Start):
    port = _serve(start)
    begun = time.monotonic()
    status, body = _get(port, "/api/v1/learners/5/", **{HEADER: ENVIRONMENT["BOT_SYSTEM_KEY_1"]})
    assert (status, json.loads(body)["error"]["code"]) == (503, "database_unavailable")
    assert _get(port, "/health/ready")[0] == 503
    assert time.monotonic() - begun < 4


def test_manage_py_works_inside_its_folder(start: Start):
    program = start("manage.py", "check", cwd=REPOSITORY / "engageai_core")
    assert program.wait_for_end() == 0, program.output


def test_production_passes_djangos_own_check(start: Start):
    program = start("engageai_core/manage.py", "check", "--deploy", **_PRODUCTION)
    assert program.wait_for_end() == 0, program.output
    assert "no issues" in program.output


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ENGAGE_ENV": "production"}, "DJANGO_SECRET_KEY"),
        ({**_PRODUCTION, "DJANGO_DEBUG": "true"}, "DJANGO_DEBUG"),
        ({**_PRODUCTION, "BOT_SYSTEM_KEY_1": "supersecret111"}, "BOT_SYSTEM_KEY_"),
        ({"BOT_SYSTEM_KEY_2": ENVIRONMENT["BOT_SYSTEM_KEY_1"]}, "BOT_SYSTEM_KEY_"),
        ({"ENGAGE_ENV": "prod"}, "ENGAGE_ENV"),
        ({"DB_PORT": "many"}, "DB_PORT"),
        ({"DEFAULT_TIMEZONE": "Moon/Base"}, "DEFAULT_TIMEZONE"),
    ],
)
@pytest.mark.parametrize("door", ["engageai_core/manage.py check", "-m engageai_core.serve"])
def test_a_wrong_setting_is_refused_by_name_and_without_its_value(
    start: Start, changes: dict[str, str], named: str, door: str
):
    program = start(*door.split(), **changes)
    assert program.wait_for_end() == 1
    assert named in program.output
    assert re.search(r"^  do:  .*engagectl env", program.output, re.MULTILINE)
    assert "Traceback" not in program.output
    for value in (_PRODUCTION["DJANGO_SECRET_KEY"], ENVIRONMENT["BOT_SYSTEM_KEY_1"]):
        assert value not in program.output


def test_a_malformed_env_file_is_refused_with_its_line(start: Start, tmp_path: Path):
    broken = tmp_path / "core.env"
    broken.write_text("DJANGO_DEBUG=false\nno assignment\n", encoding="utf-8")
    program = start("-m", "engageai_core.serve", ENGAGE_CORE_ENV_FILE=str(broken))
    assert program.wait_for_end() == 1
    assert f"{broken}: line 2 is malformed" in program.output


@pytest.mark.django_db(transaction=True)
def test_the_worker_says_it_is_ready_and_does_what_it_is_sent(
    start: Start, tmp_path: Path, redis_url: str
):
    learner = Learner.objects.create(telegram_id=3, first_name="Ира")
    Streak.objects.create(
        learner=learner, current_days=4, longest_days=4, last_active_on="2020-01-01"
    )
    ready = tmp_path / "ready"
    worker = start(
        *_CELERY, "worker", "--concurrency", "1", **database_settings(), REDIS_URL=redis_url,
        ENGAGE_READY_FILE=str(ready),
    )  # fmt: skip
    wait_until(ready.exists, seconds=30, what=f"the worker is ready:\n{worker.output}")
    assert int(ready.read_text()) == worker.process.pid
    with app.connection_for_write(url=redis_url) as broker:
        app.send_task("engagement.settle_streaks", connection=broker)
    wait_until(
        lambda: Streak.objects.get(learner=learner).current_days == 0, what="the streak has ended"
    )


def test_the_scheduler_says_it_is_ready_and_keeps_its_schedule_where_it_is_told(
    start: Start, tmp_path: Path, redis_url: str
):
    ready, schedule = tmp_path / "ready", tmp_path / "made" / "schedule"
    scheduler = start(
        *_CELERY, "beat", "--schedule", str(schedule), REDIS_URL=redis_url,
        ENGAGE_READY_FILE=str(ready),
    )  # fmt: skip
    wait_until(ready.exists, seconds=30, what=f"the scheduler is ready:\n{scheduler.output}")
    assert int(ready.read_text()) == scheduler.process.pid
    assert list(schedule.parent.iterdir())
