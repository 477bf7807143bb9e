"""What becomes of an answer: judged once, or refused kindly."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from engageai_core.accounts.models import Learner
from engageai_core.engagement.models import Streak
from engageai_core.learning.models import Answer, Step
from tests.engageai_core.learning.answering import right, wrong
from tests.engageai_core.school import BotClient, School, make_learner

pytestmark = pytest.mark.django_db


def test_a_second_tap_on_the_same_button_is_stale_and_changes_nothing(
    school: School, bot: BotClient
) -> None:
    step = bot.begin("lesson")["next"]
    first = bot.answer(step["step_id"], **right(step))
    second = bot.answer(step["step_id"], **right(step))
    assert second["outcome"] == "stale"
    assert second["next"] == first["next"]
    assert Answer.objects.count() == 1


def test_a_foreign_step_is_stale(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    stranger = make_learner(telegram_id=2002)
    other = BotClient(stranger, settings.INTERNAL_BOTS["1"])
    other_step = other.begin("lesson")["next"]
    assert bot.answer(other_step["step_id"], **right(other_step))["next"] == step
    assert not Answer.objects.exists()


def test_the_same_key_gets_the_first_reply_again(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    first = bot.answer(step["step_id"], **right(step), idempotency_key="1:77")
    again = bot.answer(step["step_id"], **right(step), idempotency_key="1:77")
    assert again == first
    assert Answer.objects.count() == 1


def test_typed_text_goes_to_the_current_step(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    reply = bot.answer(None, text="IS")
    assert reply["verdict"]["correct"] is True
    assert reply["next"]["position"] == step["position"] + 1


def test_nothing_is_open_before_the_first_activity(db: None, bot: BotClient) -> None:
    assert bot.answer(None, text="hello")["outcome"] == "nothing_open"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": "a" * 10_000}, "too long"),
        ({"text": "   "}, "no answer"),
        ({"text": "😀🔥"}, "no words"),
        ({"text": "perhaps"}, "no such option"),
        ({"choice": "zz"}, "no such option"),
        ({"order": ["a", "b"]}, "choose one of the options"),
        ({"pairs": [["a", "b"]]}, "choose one of the options"),
        ({}, "no answer"),
    ],
)
def test_what_can_be_no_answer_is_refused_kindly_and_the_step_stays(
    school: School, bot: BotClient, given: dict[str, object], said: str
) -> None:
    step = bot.begin("lesson")["next"]
    reply = bot.answer(step["step_id"], **given)
    assert reply["outcome"] == "invalid"
    assert said in reply["message"]
    assert reply["next"] == step
    assert reply["verdict"] is None
    assert not Answer.objects.exists()


def test_a_slip_of_the_pen_is_right_with_a_note(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    gap = bot.answer(step["step_id"], **right(step))["next"]
    verdict = bot.answer(gap["step_id"], text="libary")["verdict"]
    assert verdict["correct"] is True
    assert verdict["score"] == 0.9
    assert verdict["feedback"] == "Watch the spelling: library. Because it is so."


def test_some_right_pairs_are_some_of_the_score(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    while step["kind"] != "match":
        step = bot.answer(step["step_id"], **right(step))["next"]
    (a, one), (b, two), (c, three) = right(step)["pairs"]
    verdict = bot.answer(step["step_id"], pairs=[[a, one], [b, three], [c, two]])["verdict"]
    assert verdict["correct"] is False
    assert verdict["score"] == 0.333
    assert verdict["feedback"].startswith("Right pairs: 1 of 3.")
    assert "cat – кошка" in verdict["right_answer"]


def test_an_answer_is_written_once(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    bot.answer(step["step_id"], **wrong(step))
    answer = Answer.objects.get()
    answer.correct = True
    with pytest.raises(TypeError, match="append-only"):
        answer.save()


def test_a_step_takes_a_constant_number_of_queries(
    school: School, bot: BotClient, django_assert_max_num_queries: object
) -> None:
    step = bot.begin("lesson")["next"]
    counts = []
    while step and len(counts) < 5:
        given = right(step)
        with django_assert_max_num_queries(40) as captured:  # type: ignore[operator]
            step = bot.answer(step["step_id"], **given)["next"]
        counts.append(len(captured.captured_queries))
    assert len(set(counts[1:])) == 1, counts


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_judged_once(tmp_path: Path) -> None:
    school = School(tmp_path / "content")
    school.open_doors()
    learner = make_learner()
    bot = BotClient(learner, settings.INTERNAL_BOTS["1"])
    step = bot.begin("lesson")["next"]
    given, start = right(step), Barrier(4)

    def tap(_: int) -> str:
        start.wait()
        try:
            return str(bot.answer(step["step_id"], **given)["outcome"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(tap, range(4)))
    assert outcomes == ["judged", "stale", "stale", "stale"]
    assert Answer.objects.count() == 1
    assert Streak.objects.get(learner=learner).total_xp == 10
    assert Step.objects.filter(answered_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_open_one_activity(tmp_path: Path) -> None:
    school = School(tmp_path / "content")
    school.open_doors()
    bot = BotClient(make_learner(), settings.INTERNAL_BOTS["1"])
    start = Barrier(3)

    def begin(_: int) -> str:
        start.wait()
        try:
            return str(bot.begin("lesson")["next"]["step_id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(begin, range(3)))) == 1
    assert Learner.objects.get().activities.count() == 1


def test_a_learner_who_leaves_takes_everything_with_them(
    school: School, bot: BotClient, learner: Learner
) -> None:
    for kind in ("placement", "lesson", "review"):
        step = bot.begin(kind)["next"]
        bot.answer(step["step_id"], **wrong(step))
    learner.delete()
    assert not Answer.objects.exists()
    assert not Step.objects.exists()


def test_a_change_of_language_shows_with_the_next_reply(
    school: School, bot: BotClient, learner: Learner
) -> None:
    step = bot.begin("lesson")["next"]
    Learner.objects.filter(pk=learner.pk).update(language="ru")
    reply = bot.answer(step["step_id"], **wrong(step))
    assert reply["verdict"]["feedback"] == "Потому что так."
    assert reply["next"]["hint"] == "Там книги."
    assert reply["next"]["instruction"] == "Напишите, что должно стоять на месте пропуска."
