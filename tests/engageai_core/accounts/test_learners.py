"""Learners: made from the Telegram user, changed by their own answers."""

import pytest

from engageai_core.accounts.models import Learner, LevelChange
from tests.engageai_core.callers import bot_client

pytestmark = pytest.mark.django_db
_ADDRESS = "/api/v1/learners/77/"


def _put(**more):
    return bot_client().put(_ADDRESS, {"first_name": "Иван", "chat_id": 77, **more})


def _patch(**changes):
    return bot_client().patch(_ADDRESS, changes)


@pytest.mark.parametrize(
    ("language_code", "language"),
    [("ru", "ru"), ("uk", "ru"), ("kk", "ru"), ("", "ru"), ("en", "en"), ("de-DE", "en")],
)
def test_the_language_follows_telegram(language_code: str, language: str):
    response = _put(language_code=language_code)
    assert response.status_code == 201
    assert response.json()["language"] == language


def test_a_second_meeting_refreshes_the_name_and_keeps_the_rest():
    _put(language_code="ru")
    _patch(language="en")
    again = _put(first_name="Ваня", language_code="ru")
    assert again.status_code == 200
    assert (again.json()["first_name"], again.json()["language"]) == ("Ваня", "en")
    assert Learner.objects.count() == 1


def test_the_welcome_goes_on_with_each_answer():
    assert _put().json()["onboarding_step"] == "goal"
    answers = [
        ({"goal": "travel"}, "minutes"),
        ({"minutes_per_day": 10}, "reminder"),
        ({"reminder_hour": None}, "timezone"),
        ({"timezone": "Asia/Yekaterinburg"}, "placement_offer"),
    ]
    assert [_patch(**answer).json()["onboarding_step"] for answer, _ in answers] == [
        step for _, step in answers
    ]


def test_a_setting_changed_later_does_not_move_the_welcome():
    _put()
    _patch(goal="work")
    assert _patch(goal="exam").json()["onboarding_step"] == "minutes"


def test_ending_the_welcome_without_a_level_means_a_beginner():
    _put()
    learner = _patch(onboarding_step="done").json()
    assert (learner["level"], learner["onboarding_step"]) == ("A1", "done")
    assert LevelChange.objects.get().reason == "said to be a beginner"


@pytest.mark.parametrize(
    "change",
    [
        {"language": "de"},
        {"goal": "world domination"},
        {"minutes_per_day": 7},
        {"reminder_hour": 24},
        {"reminder_hour": -1},
        {"timezone": "Europe/Atlantis"},
        {"timezone": "../../etc/passwd"},
        {"desired_retention": 0.99},
        {"onboarding_step": "later"},
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_changes(change):
    before = _put().json()
    response = _patch(**change)
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == list(change)
    assert bot_client().get(_ADDRESS).json() == before


def test_large_telegram_ids_fit():
    address = "/api/v1/learners/7999999999999/"
    made = bot_client().put(address, {"first_name": "🙂", "chat_id": 7999999999999})
    assert made.status_code == 201


def test_a_newcomer_has_nothing_yet():
    learner = _put().json()
    assert {name: learner[name] for name in ("xp", "streak_days", "due_words")} == {
        "xp": 0,
        "streak_days": 0,
        "due_words": 0,
    }
    assert learner["level"] is None
    assert learner["open_activity"] is None
