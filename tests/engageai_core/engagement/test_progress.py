"""Progress through the API: the numbers, the picture, and who may see them."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from rest_framework.test import APIClient

from engageai_core.accounts.models import Learner
from engageai_core.engagement.services import XP_FOR_RIGHT, reward_answer
from tests.engageai_core.callers import bot_client

_ROOT = "/api/v1/learners/501/"
_PERSON = {"first_name": "Оля", "chat_id": 501, "language_code": "ru"}


@pytest.fixture
def bot(db) -> APIClient:
    client = bot_client(1)
    assert client.put(_ROOT, {**_PERSON, "timezone": "Asia/Tokyo"}).status_code == 201
    return client


def _pay(key: str, *, days_ago: int = 0) -> None:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    learner = Learner.objects.get(telegram_id=501)
    reward_answer(learner=learner, source_key=key, correct=True, kind="gap", at=at)


def test_a_newcomer_has_empty_progress(bot: APIClient):
    progress = bot.get(f"{_ROOT}progress/").json()
    assert progress["level"] is None
    assert progress["accuracy"] is None
    assert (progress["xp"], progress["streak_days"], progress["words_known"]) == (0, 0, 0)
    assert set(progress["skills"].values()) == {0.0}
    assert [day["xp"] for day in progress["days"]] == [0] * 35


def test_the_days_end_with_the_learners_own_today(bot: APIClient):
    _pay("yesterday", days_ago=1)
    _pay("today")
    progress = bot.get(f"{_ROOT}progress/").json()
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    assert progress["days"][-2:] == [
        {"date": (today - timedelta(days=1)).isoformat(), "xp": XP_FOR_RIGHT},
        {"date": today.isoformat(), "xp": XP_FOR_RIGHT},
    ]
    assert (progress["xp"], progress["xp_today"]) == (2 * XP_FOR_RIGHT, XP_FOR_RIGHT)
    assert (progress["streak_days"], progress["longest_streak"]) == (2, 2)


def test_the_daily_goal_grows_with_the_minutes(bot: APIClient):
    goals = []
    for minutes in (5, 30):
        bot.patch(_ROOT, {"minutes_per_day": minutes})
        goals.append(bot.get(f"{_ROOT}progress/").json()["daily_goal_xp"])
    assert goals == [50, 300]


def test_the_picture_is_a_png_of_the_promised_size(bot: APIClient):
    response = bot.get(f"{_ROOT}progress.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(response.content)) as picture:
        picture.verify()
        assert (picture.format, picture.size) == ("PNG", (1080, 1350))


def test_the_picture_changes_with_the_progress_and_the_language(bot: APIClient):
    first = bot.get(f"{_ROOT}progress.png").content
    assert bot.get(f"{_ROOT}progress.png").content == first
    _pay("one")
    second = bot.get(f"{_ROOT}progress.png").content
    bot.patch(_ROOT, {"language": "en"})
    third = bot.get(f"{_ROOT}progress.png").content
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("path", ["progress/", "progress.png"])
def test_a_stranger_bot_sees_neither(bot: APIClient, path: str):
    refused = bot_client(2).get(_ROOT + path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    unknown = bot.get(f"/api/v1/learners/502/{path}")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "learner_not_found")
    nobody = APIClient().get(_ROOT + path)
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "not_authenticated")
