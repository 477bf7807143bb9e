"""Every table of content and learning opens in the admin."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from engageai_core.curriculum.models import Lesson, Task, Word
from engageai_core.learning.models import Answer, WordCard
from engageai_core.placement.models import PlacementTest
from tests.engageai_core.learning.answering import right, wrong
from tests.engageai_core.school import BotClient, School

pytestmark = pytest.mark.django_db
APPS = ("curriculum", "placement", "learning")
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in APPS),
    key=lambda model: model.__name__,
)


@pytest.fixture
def teacher(school: School, bot: BotClient) -> Client:
    """A superuser, in a school where something of everything has happened."""
    for kind in ("placement", "lesson", "review"):
        step = bot.begin(kind)["next"]
        step = bot.answer(step["step_id"], **wrong(step))["next"]
        bot.answer(step["step_id"], **right(step))
    client = Client()
    client.force_login(User.objects.create(username="t", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_search_and_page_open(teacher: Client, model: Any) -> None:
    root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model._default_manager.first()
    assert row is not None
    assert teacher.get(root).status_code == 200
    assert teacher.get(root, {"q": "a"}).status_code == 200
    assert teacher.get(f"{root}{row.pk}/change/").status_code == 200


def test_all_tables_are_registered() -> None:
    assert {model.__name__ for model in MODELS} == {
        "Activity", "Answer", "ContentFile", "ContentLoad", "Lesson", "LessonDecision",
        "PlacementItem", "PlacementQuestion", "PlacementTest", "ReviewLog", "Step", "Task", "Word",
        "WordCard",
    }  # fmt: skip


def test_answers_and_results_cannot_be_rewritten(teacher: Client) -> None:
    answer, test = Answer.objects.first(), PlacementTest.objects.first()
    assert answer is not None
    assert test is not None
    changed = {"correct": "on", "score": "1"}
    assert teacher.post(f"/admin/learning/answer/{answer.pk}/change/", changed).status_code == 403
    url = f"/admin/placement/placementtest/{test.pk}/change/"
    assert teacher.post(url, {"level": "C2"}).status_code == 403
    assert teacher.get("/admin/learning/answer/add/").status_code == 403


def test_a_teacher_adds_a_word_for_a_learner(teacher: Client) -> None:
    fields = {
        "word": "kettle", "part_of_speech": "noun", "level": "A2", "ipa": "/ˈketl/",
        "translation": "чайник", "example": "The kettle is hot.",
        "example_translation": "Чайник горячий.", "position": "0",
    }  # fmt: skip
    assert teacher.post("/admin/curriculum/word/add/", fields).status_code == 302
    assert Word.objects.get(word="kettle").source is None


def test_a_task_that_breaks_the_rules_is_refused_with_the_reason(teacher: Client) -> None:
    task = Task.objects.filter(kind="choice").first()
    assert task is not None
    fields = {
        "lesson": task.lesson_id, "slug": task.slug, "position": 1, "skill": "grammar",
        "kind": "choice", "text": "She ___ here.", "options": '["is", "are"]',
        "answers": '["was"]', "tiles": "[]", "pairs": "[]", "why_ru": "Да", "why_en": "Yes",
    }  # fmt: skip
    url = f"/admin/curriculum/task/{task.pk}/change/"
    refused = teacher.post(url, fields)
    assert refused.status_code == 200
    assert "is not among the options" in refused.content.decode()
    assert teacher.post(url, {**fields, "answers": '["is"]'}).status_code == 302
    task.refresh_from_db()
    assert task.text == "She ___ here."


def test_a_word_in_use_is_not_deleted(teacher: Client) -> None:
    card = WordCard.objects.first()
    assert card is not None
    teacher.post(f"/admin/curriculum/word/{card.word_id}/delete/", {"post": "yes"})
    assert Word.objects.filter(pk=card.word_id).exists()
    assert Lesson.objects.count() == 3
