"""Words come back: reviews as a bot walks a learner through them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.models import Word
from engageai_core.learning.judging import Submission
from engageai_core.learning.memory import Grade
from engageai_core.learning.models import ReviewLog, WordCard
from engageai_core.learning.services.activities import activity_start
from engageai_core.learning.services.answers import AnswerRequest, answer_submit
from engageai_core.learning.services.cards import word_card_review
from tests.engageai_core.school import BotClient, School
from tests.engageai_core.school import word as word_entry

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _session(
    learner: Learner, at: datetime, **given: Any
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Review to the end, answering each card alike; yield each step with its reply."""
    step = activity_start(learner=learner, kind="review", restart=False, at=at)["next"]
    while step:
        request = AnswerRequest(Submission(**given), step["step_id"])
        reply = answer_submit(learner=learner, request=request, at=at)
        yield step, reply
        step = reply["next"]


def _words(learner: Learner, at: datetime, **given: Any) -> list[str]:
    return [step["card"]["word"] for step, _ in _session(learner, at, **given)]


def test_a_first_session_brings_new_words_of_the_level(school: School, bot: BotClient) -> None:
    shown = bot.begin("review")
    assert shown["intro"] == {"title": "Words", "text": "Today: 5 new words."}
    step = shown["next"]
    assert (step["kind"], step["input"], step["total"]) == ("card", "rating", 5)
    assert step["text"] == "library  /ˈwɜːd/"
    assert step["card"]["translation"] == "дом, здание"
    reply = bot.answer(step["step_id"], rating="good")
    assert reply["verdict"]["correct"] is True
    assert reply["verdict"]["feedback"].startswith("The word comes back in 4 days.")
    assert reply["verdict"]["right_answer"] == "дом, здание"


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        ({"text": "Здание"}, Grade.GOOD),
        ({"text": "дом, здание"}, Grade.GOOD),
        ({"text": "зданние"}, Grade.HARD),
        ({"text": "кошка"}, Grade.AGAIN),
        ({"dont_know": True}, Grade.AGAIN),
        ({"rating": "easy"}, Grade.EASY),
    ],
)
def test_the_grade_follows_from_the_rating_or_from_what_was_typed(
    school: School, learner: Learner, given: dict[str, Any], grade: Grade
) -> None:
    next(_session(learner, MONDAY, **given))
    log = ReviewLog.objects.get()
    assert log.grade == grade
    assert log.typed is ("text" in given)


def test_a_forgotten_word_comes_once_more_in_the_session(school: School, learner: Learner) -> None:
    words = _words(learner, MONDAY, rating="again")
    assert len(words) == 10
    assert words[:5] == words[5:]


def test_new_words_are_rationed_by_the_day(school: School, learner: Learner) -> None:
    assert len(_words(learner, MONDAY, rating="good")) == 5
    evening = activity_start(learner=learner, kind="review", restart=False, at=MONDAY)
    assert evening["next"] is None
    assert evening["summary"]["text"] == "Nothing to repeat now. The next words come back on 03/06."
    assert len(_words(learner, MONDAY + timedelta(days=1), rating="good")) == 5


def test_more_minutes_bring_more_words(school: School, learner: Learner) -> None:
    Learner.objects.update(minutes_per_day=20)
    learner.refresh_from_db()
    assert len(_words(learner, MONDAY, rating="good")) == 10


def test_due_words_come_before_new_ones_and_the_nearly_forgotten_first(
    school: School, learner: Learner
) -> None:
    strong, weak = Word.objects.order_by("position")[:2]
    for word, grade in ((strong, Grade.EASY), (weak, Grade.AGAIN)):
        word_card_review(learner=learner, word=word, grade=grade, typed=False, at=MONDAY)
    later = MONDAY + timedelta(days=40)
    assert _words(learner, later, rating="good")[:2] == [weak.word, strong.word]


def test_a_review_after_midnight_belongs_to_the_evening_before(
    school: School, learner: Learner
) -> None:
    word = Word.objects.order_by("position")[0]
    after_midnight = datetime(2026, 3, 3, 1, tzinfo=UTC)
    card = word_card_review(
        learner=learner, word=word, grade=Grade.GOOD, typed=False, at=after_midnight
    )
    assert str(card.reviewed_on) == "2026-03-02"


def test_the_learners_retention_sets_the_interval(school: School, learner: Learner) -> None:
    word, other = Word.objects.order_by("position")[:2]
    seldom = word_card_review(learner=learner, word=word, grade=Grade.EASY, typed=False, at=MONDAY)
    learner.desired_retention = 0.92
    often = word_card_review(learner=learner, word=other, grade=Grade.EASY, typed=False, at=MONDAY)
    assert often.due_on < seldom.due_on


def test_a_lapse_is_counted_and_every_review_is_logged(school: School, learner: Learner) -> None:
    word = Word.objects.order_by("position")[0]
    at = MONDAY
    for grade in (Grade.GOOD, Grade.AGAIN, Grade.GOOD):
        card = word_card_review(learner=learner, word=word, grade=grade, typed=False, at=at)
        at += timedelta(days=5)
    assert (card.reviews, card.lapses) == (3, 1)
    chances = list(
        ReviewLog.objects.order_by("reviewed_at").values_list("retrievability", flat=True)
    )
    assert chances[0] == 0
    assert 0.5 < chances[1] < 1


def test_the_summary_counts_and_says_when_words_come_back(school: School, learner: Learner) -> None:
    _, reply = list(_session(learner, MONDAY, rating="good"))[-1]
    assert reply["summary"]["lines"][0] == "Remembered: 5 of 5"
    assert reply["summary"]["text"] == "The next words come back on 03/06."
    assert WordCard.objects.count() == 5


def test_what_is_no_answer_to_a_card_is_refused(school: School, bot: BotClient) -> None:
    step = bot.begin("review")["next"]
    reply = bot.answer(step["step_id"], choice="a")
    assert reply["outcome"] == "invalid"
    assert "Again, Hard, Good or Easy" in reply["message"]


def test_without_new_words_at_the_level_the_nearest_level_gives_them(
    school: School, learner: Learner
) -> None:
    school.write("words/b2.yaml", {"words": [word_entry("notion", level="B2")]})
    school.load()
    learner.level = "B1"
    learner.save()
    words = _words(learner, MONDAY, rating="good")
    assert words[0] == "notion"
    assert len(words) == 5
