"""The rule that chooses a lesson: pure, and the same for the same inputs."""

import random

from hypothesis import given
from hypothesis import strategies as st

from engageai_core.curriculum.levels import LEVELS
from engageai_core.learning.next_lesson import LessonState, choose_lesson

_STATES = st.lists(
    st.builds(
        LessonState,
        lesson_id=st.integers(1, 10_000),
        level=st.sampled_from(LEVELS),
        position=st.integers(1, 30),
        best_share=st.none() | st.floats(0, 1),
        finished_order=st.integers(0, 100),
    ),
    max_size=12,
    unique_by=lambda state: state.lesson_id,
)


@given(_STATES, st.sampled_from(LEVELS), st.integers())
def test_the_same_inputs_choose_the_same_lesson_in_whatever_order_they_come(
    states: list[LessonState], level: str, seed: int
) -> None:
    mixed = list(states)
    random.Random(seed).shuffle(mixed)
    first, second = choose_lesson(states, level), choose_lesson(mixed, level)
    assert (first is None) == (not states)
    assert first == second


@given(_STATES, st.sampled_from(LEVELS))
def test_a_lesson_is_repeated_only_when_all_were_done(
    states: list[LessonState], level: str
) -> None:
    choice = choose_lesson(states, level)
    unfinished = [state for state in states if state.best_share is None]
    if choice:
        assert (choice.rule == "repeat_weakest") == (not unfinished)
        chosen = next(state for state in states if state.lesson_id == choice.lesson_id)
        if any(state.level == level for state in unfinished):
            assert (choice.rule, chosen.level) == ("at_level", level)


def test_the_nearest_level_above_comes_before_those_below() -> None:
    states = [LessonState(1, "A1", 1), LessonState(2, "C1", 1), LessonState(3, "B2", 5)]
    above = choose_lesson(states, "B1")
    assert above is not None
    assert (above.lesson_id, above.rule) == (3, "above_level")
    below = choose_lesson([LessonState(1, "A1", 1), LessonState(4, "A2", 9)], "B1")
    assert below is not None
    assert (below.lesson_id, below.rule) == (4, "below_level")


def test_of_lessons_that_went_equally_the_one_longest_ago_is_repeated() -> None:
    states = [LessonState(1, "A1", 1, 0.5, 9), LessonState(2, "A1", 2, 0.5, 4)]
    choice = choose_lesson(states, "A1")
    assert choice is not None
    assert choice.lesson_id == 2
