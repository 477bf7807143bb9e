"""A lesson as a bot walks a learner through it."""

from typing import Any

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.learning.models import Activity, LessonDecision, Step, WordCard
from tests.engageai_core.learning.answering import right, wrong
from tests.engageai_core.school import BotClient, School

pytestmark = pytest.mark.django_db


def _walk(
    bot: BotClient, step: dict[str, Any] | None, *, miss: frozenset[str] = frozenset()
) -> Any:
    """Answer to the end, missing the kinds in `miss` the first time; return all replies."""
    replies, missed = [], set()
    while step:
        fails = step["kind"] in miss - missed
        missed |= {step["kind"]} if fails else set()
        replies.append(bot.answer(step["step_id"], **(wrong(step) if fails else right(step))))
        step = replies[-1]["next"]
    return replies


def test_right_answers_lead_through_every_kind_to_the_summary(
    school: School, bot: BotClient
) -> None:
    shown = bot.begin("lesson")
    assert shown["intro"]["title"] == "Lesson 1"
    assert "The rule" in shown["intro"]["text"]
    assert "I am here. – Я здесь." in shown["intro"]["text"]
    first = shown["next"]
    assert (first["position"], first["total"]) == (1, 6)
    replies = _walk(bot, first)
    assert [reply["verdict"]["correct"] for reply in replies] == [True] * 6
    assert replies[0]["verdict"]["feedback"] == "Because it is so."
    summary = replies[-1]["summary"]
    assert summary["title"] == "Lesson done: Lesson 1"
    assert summary["xp"] == sum(reply["verdict"]["xp"] for reply in replies) > 0
    assert "Right answers: 6 of 6" in summary["lines"]
    assert summary["next_suggestion"] == "lesson"
    assert bot.current() is None


def test_every_kind_is_asked_in_the_order_of_the_file(school: School, bot: BotClient) -> None:
    _walk(bot, bot.begin("lesson")["next"])
    kinds = list(Step.objects.order_by("position").values_list("kind", flat=True))
    assert kinds == ["choice", "gap", "order", "match", "translate", "read"]


def test_a_miss_comes_back_once_at_the_end(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    reply = bot.answer(step["step_id"], **wrong(step))
    assert reply["verdict"]["right_answer"] == "is"
    assert reply["next"]["total"] == 7
    replies = _walk(bot, reply["next"])
    again = Step.objects.get(position=7)
    assert (again.kind, again.is_repeat) == ("choice", True)
    assert "Right answers: 6 of 7" in replies[-1]["summary"]["lines"]


def test_a_repeated_task_that_is_missed_again_does_not_come_back_for_ever(
    school: School, bot: BotClient
) -> None:
    step, asked = bot.begin("lesson")["next"], 0
    while step:
        step = bot.answer(step["step_id"], **wrong(step))["next"]
        asked += 1
    assert asked == 12


def test_the_key_is_never_shown_before_the_answer(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    assert {"answers", "pairs", "why"} & step.keys() == set()


def test_a_pause_loses_nothing(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    second = bot.answer(step["step_id"], **right(step))["next"]
    bot.pause()
    assert bot.current() is None
    assert bot.answer(second["step_id"], text="library")["outcome"] == "nothing_open"
    taken_up = bot.begin("lesson")
    assert taken_up["resumed"] is True
    assert taken_up["next"] == second


def test_another_activity_pauses_the_open_one(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    assert bot.begin("review")["activity"] == "review"
    assert bot.answer(step["step_id"], **right(step))["outcome"] == "stale"
    assert bot.begin("lesson")["next"] == step


def test_a_restart_begins_anew(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    bot.answer(step["step_id"], **right(step))
    anew = bot.begin("lesson", restart=True)
    assert anew["resumed"] is False
    assert anew["next"]["position"] == 1
    assert Activity.objects.filter(state="abandoned").count() == 1


def test_the_next_lesson_follows_with_its_reason_on_record(
    school: School, bot: BotClient, learner: Learner
) -> None:
    titles = []
    for _ in range(4):
        shown = bot.begin("lesson")
        titles.append(shown["intro"]["title"])
        _walk(bot, shown["next"], miss=frozenset({"gap"} if titles == ["Lesson 1"] else set()))
    assert titles == ["Lesson 1", "Lesson 2", "Lesson 1", "Lesson 1"]
    rules = LessonDecision.objects.order_by("decided_at").values_list("rule", "lesson__slug")
    assert list(rules) == [
        ("at_level", "a1-lesson-1"),
        ("at_level", "a1-lesson-2"),
        ("above_level", "b1-lesson-1"),
        ("repeat_weakest", "a1-lesson-1"),
    ]
    last = LessonDecision.objects.order_by("decided_at").last()
    assert last is not None
    assert last.inputs["level"] == "A1"
    assert last.reason_ru != last.reason_en


def test_a_missed_word_of_the_dictionary_comes_to_the_reviews(
    school: School, bot: BotClient, learner: Learner
) -> None:
    replies = _walk(bot, bot.begin("lesson")["next"], miss=frozenset({"gap"}))
    card = WordCard.objects.get(learner=learner)
    assert (card.word.word, card.origin) == ("library", "mistake")
    assert "Added to your words: library" in replies[-1]["summary"]["lines"]
    assert replies[-1]["summary"]["next_suggestion"] == "review"


def test_a_russian_learner_reads_russian(school: School, bot: BotClient, learner: Learner) -> None:
    Learner.objects.update(language="ru")
    shown = bot.begin("lesson")
    assert shown["intro"]["title"] == "Урок 1"
    assert shown["next"]["instruction"] == "Выберите правильный вариант."
    replies = _walk(bot, shown["next"])
    assert replies[0]["verdict"]["feedback"] == "Потому что так."
    assert replies[-1]["summary"]["title"] == "Урок пройден: Урок 1"


def test_without_lessons_the_learner_is_told_so(db: None, bot: BotClient) -> None:
    shown = bot.begin("lesson")
    assert shown["next"] is None
    assert shown["summary"]["title"] == "No lessons yet"


def test_a_lesson_goes_on_as_it_was_when_its_file_changes_meanwhile(
    school: School, bot: BotClient
) -> None:
    step = bot.begin("lesson")["next"]
    (school.folder / "lessons/a1/one.yaml").unlink()
    school.load()
    reply = bot.answer(step["step_id"], **right(step))
    assert reply["verdict"]["correct"] is True
    assert reply["next"]["kind"] == "gap"
