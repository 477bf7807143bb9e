"""A learner's way through the words bot, in both languages, as the chat shows it."""

from collections.abc import Callable

import pytest

from tests.bots.fake_core import FakeCore
from tests.bots.person import Person

Meet = Callable[..., Person]


@pytest.mark.parametrize(
    ("language_code", "hello", "due", "switch"),
    [
        ("ru", "Я храню ваши английские слова", "пора повторить: 2 слова", "English"),
        ("de", "I keep your English words", "due now: 2 words", "Русский"),
    ],
)
async def test_the_greeting_counts_the_deck_and_offers_the_other_language(
    meet: Meet, language_code: str, hello: str, due: str, switch: str
) -> None:
    person = meet("vocabulary_bot", language_code=language_code)
    greeting = await person.say("/start")
    assert hello in greeting
    assert due in greeting
    assert hello not in await person.tap(switch)


async def test_a_word_that_is_sent_is_explained_and_added_once(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    added = await person.say("journey")
    assert "Записано" in added
    assert "поездка, путешествие" in added
    assert "уже есть" in await person.say("Journey")
    assert core.words == ["journey"]


async def test_a_word_that_the_dictionary_lacks_is_named(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    assert "нет слова «qwerty»" in await person.say("qwerty")


async def test_what_is_no_english_word_is_met_with_a_hint(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    for text in ("привет", "<b>", "🙂🙂🙂", "a" * 10_000, "one two three four five six"):
        assert "Я знаю английские слова" in await person.say(text)


async def test_an_english_word_in_the_middle_of_a_review_is_added_and_the_card_comes_again(
    meet: Meet, core: FakeCore
) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    assert "window" in await person.say("/words")
    answer = await person.say("journey")
    assert "Записано" in answer
    assert "window" in answer
    assert core.answers == []
    assert "❌" in await person.say("дверь")


async def test_a_plus_adds_a_word_anywhere(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    await person.say("/words")
    assert "Записано" in await person.say("+ journey")
    assert "уже есть" in await person.say("/add journey")
    assert "/add journey" in await person.say("/add")


async def test_a_lesson_open_at_the_tutor_is_left_alone(meet: Meet, core: FakeCore) -> None:
    core.settle()
    await meet("english_bot").say("/learn")
    words = meet("vocabulary_bot")
    assert "Записано" in await words.say("journey")
    assert "Сейчас ничего не начато" in await words.say("/stop")
    assert core.open == "lesson"
    assert core.answers == []


async def test_nothing_due_is_said_with_what_to_do(meet: Meet, core: FakeCore) -> None:
    core.settle()
    core.plans = {}
    person = meet("vocabulary_bot")
    assert "На сегодня слов нет" in await person.say("/words")
    assert person.labels, "a summary leads on"


@pytest.mark.parametrize("command", ["/help", "/settings", "/language", "/progress"])
async def test_every_command_answers(meet: Meet, core: FakeCore, command: str) -> None:
    core.settle()
    person = meet("vocabulary_bot")
    assert await person.say(command)
    assert person.labels
