"""Every writing endpoint gives a repeat the first answer."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engageai_core.accounts.models import Learner
from engageai_core.idempotency.models import KeptAnswer
from tests.engageai_core.callers import bot_client
from tests.engageai_core.idempotency.every_write import BODIES, PERSON, Write, every_write
from tests.engageai_core.school import School

pytestmark = pytest.mark.django_db
_WRITES = every_write()
_IDS = [f"{write.method} {write.name}" for write in _WRITES]


def _send(write: Write, body: Any, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return getattr(bot_client(), write.method)(write.path, body, headers=headers)


def test_the_walk_finds_what_there_is():
    assert {(write.name, write.method) for write in _WRITES} == BODIES.keys()


@pytest.mark.parametrize("write", _WRITES, ids=_IDS)
def test_a_repeat_gets_the_first_answer_for_two_statements_more(
    write: Write, school: School, learner: Learner
):
    bot_client().post(f"/api/v1/learners/{learner.telegram_id}/activities/", {"kind": "lesson"})
    with CaptureQueriesContext(connection) as at_first:
        first = _send(write, BODIES[write.name, write.method], "english_bot:7:1")
    assert 200 <= first.status_code < 300, first.content.decode()
    assert "Idempotency-Replayed" not in first.headers
    with CaptureQueriesContext(connection) as at_repeat:
        again = _send(write, {"not": "looked at"}, "english_bot:7:1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert _answer(again) == _answer(first)
    assert _kinds(q for q in at_first if "keptanswer" in q["sql"]) == ["INSERT", "UPDATE"]
    assert _kinds(q for q in at_repeat if "SAVEPOINT" not in q["sql"]) == ["INSERT", "SELECT"]


def _answer(response: Any) -> tuple[Any, ...]:
    return response.status_code, response.content, response.headers.get("Content-Type")


def _kinds(queries: Iterable[dict[str, str]]) -> list[str]:
    return [query["sql"].split()[0] for query in queries]


@pytest.mark.parametrize("write", _WRITES, ids=_IDS)
def test_the_key_of_another_call_is_refused(write: Write, learner: Learner):
    used = {"Idempotency-Key": "k"}
    taken = bot_client().put("/api/v1/learners/5/", {**PERSON, "chat_id": 5}, headers=used)
    assert taken.status_code == 201
    refused = _send(write, BODIES[write.name, write.method], "k")
    assert (refused.status_code, refused.json()["error"]["code"]) == (
        422,
        "idempotency_key_reused",
    )


def test_the_schema_names_the_header_where_something_is_written():
    schema = Client().get("/api/schema/", {"format": "json"}).json()
    calls = {
        (path, method): "Idempotency-Key" in [given["name"] for given in call["parameters"]]
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    }
    writing = {(write.path.replace("1001", "{telegram_id}"), write.method) for write in _WRITES}
    assert {call for call, has_key in calls.items() if has_key} == writing


def test_without_a_key_nothing_is_kept(learner: Learner):
    for _ in range(2):
        answered = bot_client().post("/api/v1/learners/1001/feedback/", {"text": "a"})
        assert answered.status_code == 201
    assert learner.feedback.count() == 2
    assert not KeptAnswer.objects.exists()
