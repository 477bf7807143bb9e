"""`/feedback` reaches the core word for word, also in the middle of a task, which goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.bots.fake_core import FakeCore
from tests.bots.person import Person

Meet = Callable[..., Person]


@pytest.mark.parametrize("bot", ["english_bot", "vocabulary_bot"])
async def test_feedback_is_handed_over_as_it_was_written(
    meet: Meet, core: FakeCore, bot: str
) -> None:
    core.settle()
    said = await meet(bot).say("/feedback  Задания <b>слишком</b> простые & короткие\nправда ")
    assert core.feedback == ["Задания <b>слишком</b> простые & короткие\nправда"]
    assert "Спасибо" in said


@pytest.mark.parametrize("bot", ["english_bot", "vocabulary_bot"])
@pytest.mark.parametrize("text", ["/feedback", "/feedback   "])
async def test_the_command_alone_explains_itself(
    meet: Meet, core: FakeCore, bot: str, text: str
) -> None:
    core.settle()
    assert "/feedback задания слишком простые" in await meet(bot).say(text)
    assert core.feedback == []


async def test_feedback_in_the_middle_of_a_lesson_is_no_answer(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    await person.say("/Feedback is")
    assert (core.feedback, core.answers) == (["is"], [])
    await person.tap("Продолжить")
    assert "✅" in await person.tap("is")


async def test_feedback_that_does_not_fit_is_not_cut_but_asked_for_shorter(
    meet: Meet, core: FakeCore
) -> None:
    core.settle(language="en")
    person = meet("english_bot")
    assert "4000 characters fit" in await person.say("/feedback " + "a" * 4001)
    await person.say("/feedback " + "a" * 4000)
    assert core.feedback == ["a" * 4000]


@pytest.mark.parametrize(
    ("status", "expected"), [("kicked", True), ("left", True), ("member", False)]
)
async def test_a_person_who_blocks_the_bot_or_lets_it_in_again_is_told_to_the_core(
    meet: Meet, core: FakeCore, status: str, expected: bool
) -> None:
    core.settle()
    await meet("english_bot").deliver({"my_chat_member": _change(status)})
    assert core.is_blocked is expected


async def test_a_group_that_throws_the_bot_out_is_no_learner(meet: Meet, core: FakeCore) -> None:
    core.settle()
    change = {**_change("kicked"), "chat": {"id": -100, "type": "supergroup", "title": "Class"}}
    await meet("english_bot").deliver({"my_chat_member": change})
    assert core.is_blocked is None


def _change(status: str) -> dict[str, Any]:
    bot = {"id": 700, "is_bot": True, "first_name": "Bot"}
    until = {"until_date": 0} if status == "kicked" else {}
    return {
        "chat": {"id": 501, "type": "private", "first_name": "Аня"},
        "from": {"id": 501, "is_bot": False, "first_name": "Аня"},
        "date": 1,
        "old_chat_member": {"status": "member", "user": bot},
        "new_chat_member": {"status": status, "user": bot, **until},
    }
