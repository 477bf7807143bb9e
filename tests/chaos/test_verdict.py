"""The count finds what is planted: losses, doubles, disorder, calls known to be unsure."""

from dataclasses import dataclass, field

import pytest

from engagectl.chaos.plan import Effect, LoadPlan, PlannedChat, PlannedUpdate
from engagectl.chaos.verdict import Evidence, UnsureCall, Verdict, judge

# Two chats of one bot: texts 1 and 4, presses 2 and 5 in the first; text 3 in the second.
PLAN = LoadPlan(
    chats=(PlannedChat(bot=0, person=0), PlannedChat(bot=0, person=1)),
    updates=(
        PlannedUpdate(1, chat=0, kind="text", effects=1),
        PlannedUpdate(2, chat=0, kind="press", effects=2),
        PlannedUpdate(3, chat=1, kind="text", effects=1),
        PlannedUpdate(4, chat=0, kind="text", effects=2),
        PlannedUpdate(5, chat=0, kind="press", effects=1),
    ),
)
ALL = [(1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (5, 1)]


@dataclass
class Outcome:
    """What the load has left; everything as it should be until a test spoils it."""

    rows: list[tuple[int, int]] = field(default_factory=lambda: list(ALL))
    answers: list[tuple[int, int]] = field(default_factory=lambda: list(ALL))
    unsure: dict[UnsureCall, int] = field(default_factory=dict)

    def judged(self) -> Verdict:
        def effects(keys: list[tuple[int, int]]) -> list[Effect]:
            return [Effect(number, part, 1000 + number) for number, part in keys]

        return judge(PLAN, Evidence(effects(self.rows), effects(self.answers), self.unsure))


def test_a_load_that_left_all_it_should_holds():
    verdict = Outcome().judged()
    assert verdict.holds
    assert verdict == Verdict(5, [], [], [], [])


@pytest.mark.parametrize("what", ["rows", "answers"])
@pytest.mark.parametrize("missing", ALL)
def test_whatever_is_missing_is_a_loss(what, missing):
    outcome = Outcome()
    getattr(outcome, what).remove(missing)
    verdict = outcome.judged()
    assert verdict.lost == [f"{missing[0]}.{missing[1]} {what[:-1]}"]
    assert (verdict.answered, verdict.holds) == (4, False)


def test_an_update_that_left_nothing_is_one_loss():
    outcome = Outcome(
        [each for each in ALL if each[0] != 4], [each for each in ALL if each[0] != 4]
    )
    verdict = outcome.judged()
    assert verdict.lost == ["4.1 row, 4.1 answer, 4.2 row, 4.2 answer"]


@pytest.mark.parametrize("what", ["rows", "answers"])
@pytest.mark.parametrize("again", ALL)
def test_whatever_comes_twice_is_a_double(what, again):
    outcome = Outcome()
    kept = getattr(outcome, what)
    kept.insert(kept.index(again) + 1, again)
    verdict = outcome.judged()
    assert verdict.doubled == [f"{again[0]}.{again[1]} {what[:-1]}"]
    assert (verdict.out_of_order, verdict.holds) == ([], False)


def test_an_effect_that_nothing_was_to_have_is_a_double():
    outcome = Outcome(rows=[*ALL, (1, 2), (99, 1)])
    assert outcome.judged().doubled == ["1.2 row", "99.1 row"]


@pytest.mark.parametrize(
    ("again", "call"),
    [((4, 2), "SendMessage#2"), ((2, 1), "EditMessageText#1"), ((2, 2), "SendMessage#1")],
)
def test_a_call_known_to_have_been_in_flight_is_counted_apart(again, call):
    outcome = Outcome(answers=[*ALL, again], unsure={UnsureCall(0, 1000 + again[0], call): 1})
    verdict = outcome.judged()
    assert verdict.in_flight_twice == [f"{again[0]}.{again[1]} answer"]
    assert (verdict.doubled, verdict.holds) == ([], True)


@pytest.mark.parametrize(
    "other",
    [
        UnsureCall(0, 1004, "SendMessage#1"),
        UnsureCall(0, 1003, "SendMessage#2"),
        UnsureCall(1, 1004, "SendMessage#2"),
    ],
    ids=["another call", "another update", "another bot"],
)
def test_an_unsure_call_excuses_no_other(other):
    verdict = Outcome(answers=[*ALL, (4, 2)], unsure={other: 1}).judged()
    assert (verdict.doubled, verdict.in_flight_twice) == (["4.2 answer"], [])


def test_an_unsure_call_excuses_as_many_as_it_was_made_again():
    call = UnsureCall(0, 1001, "SendMessage#1")
    verdict = Outcome(answers=[*ALL, (1, 1), (1, 1)], unsure={call: 1}).judged()
    assert (verdict.in_flight_twice, verdict.doubled) == (["1.1 answer"], ["1.1 answer"])


def test_an_unsure_call_excuses_no_row():
    call = UnsureCall(0, 1001, "SendMessage#1")
    assert Outcome(rows=[*ALL, (1, 1)], unsure={call: 1}).judged().doubled == ["1.1 row"]


def test_a_row_or_an_answer_after_a_later_one_of_its_chat_and_lane_is_out_of_order():
    swapped = [(4, 1), (4, 2), (1, 1), (2, 1), (2, 2), (3, 1), (5, 1)]
    verdict = Outcome(rows=swapped).judged()
    assert verdict.out_of_order == ["1.1 row after 4.2"]
    assert not verdict.holds
    parts = [(1, 1), (2, 2), (2, 1), (3, 1), (4, 1), (4, 2), (5, 1)]
    assert Outcome(answers=parts).judged().out_of_order == ["2.1 answer after 2.2"]


def test_chats_and_lanes_keep_no_order_between_them():
    mixed = [(3, 1), (2, 1), (2, 2), (5, 1), (1, 1), (4, 1), (4, 2)]
    assert Outcome(rows=mixed, answers=mixed).judged().holds


def test_a_repeat_is_a_double_and_no_disorder():
    verdict = Outcome(answers=[*ALL, (1, 1)]).judged()
    assert (verdict.doubled, verdict.out_of_order) == (["1.1 answer"], [])
