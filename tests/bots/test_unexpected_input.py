"""Whatever a learner sends, there is an answer, and nothing that was done is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.bots.fake_core import FakeCore
from tests.bots.fake_telegram import FakeTelegram
from tests.bots.person import Person, buttons_of, shown

Meet = Callable[..., Person]

STICKER = {
    "sticker": {
        "file_id": "s",
        "file_unique_id": "s",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
}
PHOTO = {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]}
VOICE = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}
MEDIA: list[dict[str, Any]] = [STICKER, PHOTO, VOICE]


@pytest.mark.parametrize("bot", ["english_bot", "vocabulary_bot"])
@pytest.mark.parametrize("content", MEDIA, ids=["sticker", "photo", "voice"])
async def test_media_gets_a_kind_answer_and_the_way_on(
    meet: Meet, core: FakeCore, bot: str, content: dict[str, Any]
) -> None:
    core.settle()
    person = meet(bot)
    assert "Спасибо!" in await person.send(content)
    assert await person.tap("Продолжить")


async def test_media_in_the_middle_of_a_test_loses_nothing(meet: Meet, core: FakeCore) -> None:
    person = meet("english_bot")
    core.settle(level=None, onboarding_step="placement_offer")
    await person.say("/start")
    await person.tap("Узнать свой уровень")
    await person.tap("is")
    await person.send(STICKER)
    assert "2 из ~3" in await person.tap("Продолжить")


async def test_media_among_the_first_questions_leads_back_to_the_question(meet: Meet) -> None:
    person = meet("english_bot")
    await person.say("/start")
    await person.tap("Работа")
    await person.send(VOICE)
    assert "Сколько минут в день" in await person.tap("Продолжить")


@pytest.mark.parametrize("text", ["a" * 10_000, "🙂", "<b>&amp;</i>", "{0} {name}", "\u202eabc"])
async def test_any_text_gets_an_answer_in_and_out_of_a_task(
    meet: Meet, core: FakeCore, text: str
) -> None:
    core.settle()
    person = meet("english_bot")
    assert "Чем займёмся?" in await person.say(text)
    await person.say("/learn")
    assert await person.say(text)
    assert core.open == "lesson"


async def test_an_answer_that_is_too_long_leaves_the_step_open(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    assert "Слишком длинно" in await person.say("a" * 10_000)
    assert core.answers == []
    assert "✅" in await person.tap("is")


async def test_two_taps_at_once_count_once(
    meet: Meet, core: FakeCore, telegram: FakeTelegram
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    await person.tap("is", times=2)
    assert len(core.answers) == 1
    assert telegram.notices == [None, "На этот вопрос вы уже ответили 🙂"]
    assert "We ___ from Kazan." in person.last["text"], "the next question is not put twice"


@pytest.mark.parametrize("label", ["is", "Не знаю", "Пауза"])
async def test_a_tap_is_acknowledged_before_anything_else_is_sent(
    meet: Meet, core: FakeCore, telegram: FakeTelegram, label: str
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    telegram.calls.clear()
    await person.tap(label)
    assert telegram.calls[0] == "answerCallbackQuery"
    assert telegram.calls.count("answerCallbackQuery") == 1


async def test_english_typed_to_a_card_is_not_judged_but_offered_to_be_added(
    meet: Meet, core: FakeCore
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/words")
    assert "Или это новое слово" in await person.say("journey")
    assert core.answers == []
    assert "Записано" in await person.tap("Добавить «journey»")
    assert core.open == "review"


async def test_a_button_far_above_brings_the_current_question_again(
    meet: Meet, core: FakeCore, telegram: FakeTelegram
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    old = dict(person.last)
    await person.tap("is")
    await person.say("are")
    await person.press(old, buttons_of(old)[0]["callback_data"])
    assert telegram.notices[-1] == "Этот вопрос уже закрыт 🙂"
    assert "Составьте предложение." in person.last["text"]
    assert len(core.answers) == 2


async def test_a_button_of_a_paused_question_leads_on(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    question = dict(person.last)
    await person.say("/stop")
    await person.press(question, buttons_of(question)[0]["callback_data"])
    assert core.answers == []
    assert "Продолжаем с того же места" in await person.tap("Начать урок")


@pytest.mark.parametrize("data", ["x", "c:", "t:a:b:c", "go:nowhere", "c:::::", "s:goal:fly:start"])
async def test_a_button_that_nobody_knows_is_answered(
    meet: Meet, core: FakeCore, telegram: FakeTelegram, data: str
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/help")
    await person.press(person.last, data)
    assert len(telegram.notices) == 1
    assert not person.last["text"].startswith("Что я умею")


async def test_a_button_of_a_message_too_old_to_be_seen_works(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    unseen = {"message_id": person.last["message_id"], "date": 0, "chat": person.last["chat"]}
    data = buttons_of(person.last)[0]["callback_data"]
    await person.press(unseen, data)
    assert len(core.answers) == 1
    assert "We ___ from Kazan." in person.last["text"]


async def test_a_deleted_question_is_answered_in_a_new_message(
    meet: Meet, core: FakeCore, telegram: FakeTelegram
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    question = telegram.messages.pop(person.last["message_id"])
    await person.press(question, buttons_of(question)[0]["callback_data"])
    chat = person.below(0)
    assert "✅" in chat
    assert "We ___ from Kazan." in chat


@pytest.mark.parametrize(
    "command",
    ["/help", "/words", "/progress", "/level", "/settings", "/language", "/start", "/nix"],
)
async def test_a_command_in_the_middle_of_a_test_works_and_the_test_goes_on(
    meet: Meet, core: FakeCore, command: str
) -> None:
    core.settle(level=None, onboarding_step="placement_offer")
    person = meet("english_bot")
    await person.say("/start")
    await person.tap("Узнать свой уровень")
    await person.tap("is")
    assert await person.say(command)
    core.open = "placement"
    await person.say("/stop")
    assert "2 из ~3" in await person.tap("Продолжить")


async def test_an_edited_answer_is_asked_for_anew(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    before = person.last["message_id"]
    edited = {**person.last, "from": {"id": 501, "is_bot": False, "first_name": "Аня"}}
    await person.deliver({"edited_message": {**edited, "edit_date": 1, "text": "is"}})
    assert "новым сообщением" in person.below(before)
    assert core.answers == []


async def test_an_answer_to_an_earlier_question_of_the_welcome_changes_nothing(
    meet: Meet, core: FakeCore
) -> None:
    person = meet("english_bot")
    await person.say("/start")
    first = dict(person.last)
    await person.tap("Работа")
    await person.press(first, buttons_of(first)[0]["callback_data"])
    assert core.learner is not None
    assert core.learner["goal"] == "work"
    assert "Сколько минут в день" in shown(person.last)


async def test_a_single_english_word_outside_a_task_can_be_added(
    meet: Meet, core: FakeCore
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("journey")
    assert "Записано" in await person.tap("Добавить «journey»")


async def test_a_name_with_markup_is_shown_as_it_is(meet: Meet, core: FakeCore) -> None:
    core.settle(first_name="<b>A & B")
    person = meet("english_bot")
    assert "<b>A & B, рад вас видеть!" in await person.say("/start")


async def test_an_update_handled_again_is_judged_once(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    message = dict(person.last)
    query = {
        "id": "1",
        "from": {"id": 501, "is_bot": False, "first_name": "Аня"},
        "chat_instance": "1",
        "message": message,
        "data": buttons_of(message)[0]["callback_data"],
    }
    for _ in range(2):
        await person.deliver({"update_id": 77, "callback_query": query})
    assert len(core.answers) == 1
