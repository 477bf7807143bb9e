"""The content that ships can be answered by its own keys."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from engageai_core.curriculum.management.commands.load_content import CONTENT_FOLDER
from engageai_core.curriculum.models import PRODUCED_KINDS, Lesson, PlacementItem, Task, Word
from engageai_core.curriculum.services import content_load
from engageai_core.learning.judging import Question, Submission, judge, right_answer
from engageai_core.learning.questions import question_of, word_question

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shipped(db: None) -> None:
    content_load(folder=CONTENT_FOLDER)


def _questions() -> Iterator[tuple[str, Question]]:
    for content in [*Task.objects.select_related("lesson"), *PlacementItem.objects.all()]:
        yield str(content), question_of(content, random.Random(1))


def test_every_key_is_judged_right() -> None:
    checked = 0
    for name, question in _questions():
        if question.kind == "match":
            assert judge(question, Submission(pairs=question.pairs)).correct, name
        for answer in question.answers:
            judged = judge(question, Submission(text=answer))
            assert (judged.correct, judged.slip) == (True, None), f"{name}: {answer}"
        assert right_answer(question), name
        checked += 1
    assert checked > 60


def test_no_wrong_option_is_judged_right() -> None:
    for name, question in _questions():
        wrong = [option for option in question.options if option.text not in question.answers]
        if question.kind in ("choice", "read"):
            assert wrong, name
            for option in wrong:
                assert not judge(question, Submission(choice=option.id)).correct, name


def test_every_meaning_of_a_word_is_accepted() -> None:
    for word in Word.objects.all():
        question = word_question(word)
        for meaning in question.answers:
            assert judge(question, Submission(text=meaning)).correct, str(word)


def test_there_is_enough_of_everything_to_begin_with() -> None:
    items = PlacementItem.objects.values_list("cefr", "skill", "kind")
    levels = Counter(cefr for cefr, _, _ in items)
    assert sum(levels.values()) >= 60
    assert {"A1", "A2", "B1", "B2", "C1"} <= levels.keys()
    produced = sum(kind in PRODUCED_KINDS for _, _, kind in items)
    assert produced >= 0.4 * sum(levels.values())
    assert {"A1", "A2", "B1"} <= set(Lesson.objects.values_list("level", flat=True))
    for lesson in Lesson.objects.all():
        assert len(set(lesson.tasks.values_list("kind", flat=True))) >= 6, lesson.slug
    assert Word.objects.count() >= 100
