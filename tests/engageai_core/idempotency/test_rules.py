"""What is kept under a key, for whom, and for how long."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from engageai_core.accounts.models import Feedback, Learner
from engageai_core.idempotency.models import KeptAnswer
from engageai_core.idempotency.tasks import forget_old_answers
from tests.engageai_core.callers import bot_client

pytestmark = pytest.mark.django_db
_ROOT = "/api/v1/learners/77/"
_PERSON = {"first_name": "Аня", "chat_id": 77}


def _give(text: str, key: str, bot: int = 1):
    return bot_client(bot).post(
        f"{_ROOT}feedback/", {"text": text}, headers={"Idempotency-Key": key}
    )


def test_a_repeat_has_no_effect():
    bot_client().put(_ROOT, _PERSON)
    first, again = _give("one", "k"), _give("another", "k")
    assert first.json() == again.json()
    assert list(Feedback.objects.values_list("text", flat=True)) == ["one"]


def test_a_refusal_is_not_kept():
    assert _give("one", "k").json()["error"]["code"] == "learner_not_found"
    bot_client().put(_ROOT, _PERSON)
    assert _give("", "k").status_code == 400
    assert _give("one", "k").status_code == 201
    assert "Idempotency-Replayed" in _give("one", "k").headers


def test_keys_of_two_bots_are_two_keys():
    for bot in (1, 2):
        bot_client(bot).put(_ROOT, _PERSON)
    assert _give("one", "k", bot=1).json() != _give("two", "k", bot=2).json()
    assert set(Feedback.objects.values_list("text", flat=True)) == {"one", "two"}


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 201, "ключ".encode().decode("latin-1")])
def test_a_key_that_cannot_be_one_is_refused(key: str):
    bot_client().put(_ROOT, _PERSON)
    refused = _give("one", key)
    assert refused.status_code == 400
    assert list(refused.json()["error"]["fields"]) == ["Idempotency-Key"]
    assert not Feedback.objects.exists()


def test_the_longest_key_works():
    bot_client().put(_ROOT, _PERSON)
    assert _give("one", "k" * 200).status_code == 201


def test_who_may_not_call_learns_nothing_from_a_key():
    bot_client().put(_ROOT, _PERSON)
    _give("one", "k")
    stranger = bot_client()
    stranger.credentials(HTTP_X_INTERNAL_KEY="wrong")
    answer = stranger.post(f"{_ROOT}feedback/", {"text": "one"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401


@override_settings(ROOT_URLCONF="tests.engageai_core.idempotency.failing_urls")
@pytest.mark.parametrize(("path", "status"), [("fails", 500), ("refuses", 409)])
def test_a_failure_after_an_effect_takes_the_effect_and_the_key_with_it(path: str, status: int):
    learner = Learner.objects.create(telegram_id=77, first_name="Аня")
    answer = bot_client().post(f"/{path}/", {}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == status
    assert not learner.feedback.exists()
    assert not KeptAnswer.objects.exists()


def test_answers_are_forgotten_after_three_days_in_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engageai_core.idempotency.services._BATCH", 10)
    now = timezone.now()
    KeptAnswer.objects.bulk_create(
        KeptAnswer(bot_number="1", key=f"{hours}", created_at=now - timedelta(hours=hours))
        for hours in range(48, 98)
    )
    assert forget_old_answers() == 26
    assert KeptAnswer.objects.count() == 24
    assert forget_old_answers() == 0
