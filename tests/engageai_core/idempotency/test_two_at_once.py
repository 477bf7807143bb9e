"""Two calls with one key at once: the second waits for the first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from engageai_core.accounts.models import Feedback, Learner
from tests.engageai_core.callers import bot_client
from tests.engageai_core.school import make_learner
from tests.services import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
_PATH = "/api/v1/learners/1001/feedback/"


def _send() -> Any:
    try:
        return bot_client().post(_PATH, {"text": "once"}, headers={"Idempotency-Key": "k"})
    finally:
        connection.close()


def _two_while_the_learner_is_held(then: Callable[[Learner], object]) -> list[Any]:
    """Send twice; neither can commit until `then` was done to the learner."""
    learner = make_learner()
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            held = Learner.objects.select_for_update().get(pk=learner.pk)
            calls: list[Future[Any]] = [threads.submit(_send) for _ in range(2)]
            wait_until(lambda: _waiting() == 2, what="both wait, one for the other")
            then(held)
        return [call.result(timeout=30) for call in calls]


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def test_the_second_gets_the_answer_of_the_first():
    answers = _two_while_the_learner_is_held(Learner.refresh_from_db)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == {"id": Feedback.objects.get().pk}
    assert sorted("Idempotency-Replayed" in answer.headers for answer in answers) == [False, True]


def test_when_the_first_fails_the_second_is_on_its_own():
    answers = _two_while_the_learner_is_held(Learner.delete)
    assert {answer.status_code for answer in answers} <= {404, 500}
    assert not any("Idempotency-Replayed" in answer.headers for answer in answers)
    assert not Feedback.objects.exists()
