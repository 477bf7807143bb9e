"""The scripted learner finds the answer to whatever buttons a step shows."""

import pytest

from engagectl.simulated_person import Button
from engagectl.smoke import SmokeReport, SmokeStep, choose_button


def _buttons(*data: str) -> list[Button]:
    return [Button(1, "↩️" if each == "t:undo" else each, each) for each in data]


@pytest.mark.parametrize(
    ("shown", "chosen"),
    [
        (("c:s:1:a", "c:s:1:b", "d:s:1", "go:pause"), "c:s:1:a"),
        (("t:s:1:0", "t:s:1:1", "d:s:1", "go:pause"), "t:s:1:0"),
        (("t:s:1:01", "t:undo", "k:s:1:0", "d:s:1"), "t:s:1:01"),
        (("t:undo", "k:s:1:012", "d:s:1", "go:pause"), "k:s:1:012"),
        (("v:s:1", "go:pause"), "v:s:1"),
        (("r:s:1:again", "r:s:1:hard", "r:s:1:good", "r:s:1:easy"), "r:s:1:good"),
    ],
)
def test_a_step_with_buttons_is_answered_by_one(shown: tuple[str, ...], chosen: str):
    button = choose_button(_buttons(*shown))
    assert button is not None
    assert button.data == chosen


def test_a_step_that_wants_text_is_not_answered_by_a_button():
    assert choose_button(_buttons("d:s:1", "go:pause")) is None


def test_one_silent_step_or_one_unfinished_part_is_not_well():
    answered = SmokeStep("lesson", "english_bot", "/learn", "…", 40.0, ok=True)
    silent = SmokeStep("lesson", "english_bot", "/learn", "", None, ok=False)
    assert SmokeReport([answered], {"lesson": True}).ok
    assert not SmokeReport([answered, silent], {"lesson": True}).ok
    assert not SmokeReport([answered], {"lesson": False}).ok
