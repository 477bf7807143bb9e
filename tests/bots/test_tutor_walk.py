"""A learner's way through the tutor, in both languages, as the chat shows it."""

import json
from collections.abc import Callable

import pytest

from tests.bots.fake_core import FakeCore
from tests.bots.fake_telegram import FakeTelegram
from tests.bots.person import Person, buttons_of

Meet = Callable[..., Person]


async def _answer_questions(person: Person, *, goal: str, none: str, yes: str) -> None:
    await person.say("/start")
    await person.tap(goal)
    await person.tap("15")
    await person.tap(none)
    await person.tap(yes)


@pytest.mark.parametrize(
    ("language_code", "answers", "offer"),
    [
        ("ru", ("Поездки", "Не напоминать", "Да · Москва"), "Узнать свой уровень"),
        ("en", ("Travel", "No reminders", "Yes · Moscow"), "Find my level"),
    ],
)
async def test_the_welcome_asks_in_one_message_and_ends_with_the_offer(
    meet: Meet,
    core: FakeCore,
    telegram: FakeTelegram,
    language_code: str,
    answers: tuple[str, str, str],
    offer: str,
) -> None:
    person = meet("english_bot", language_code=language_code)
    goal, none, yes = answers
    await _answer_questions(person, goal=goal, none=none, yes=yes)
    assert core.learner is not None
    assert core.learner["goal"] == "travel"
    assert core.learner["minutes_per_day"] == 15
    assert core.learner["reminder_hour"] is None
    assert core.learner["onboarding_step"] == "placement_offer"
    assert any(offer in label for label in person.labels)
    assert len(telegram.messages) == 2, "each question stands in the place of the one before"


async def test_the_language_is_switched_in_place_at_any_question(
    meet: Meet, core: FakeCore, telegram: FakeTelegram
) -> None:
    person = meet("english_bot")
    assert "Для чего вам английский?" in await person.say("/start")
    assert "What do you need English for?" in await person.tap("English")
    assert core.learner is not None
    assert core.learner["language"] == "en"
    assert json.loads(telegram.menus[-1]["commands"])[0]["description"] == "Today’s lesson"
    assert "Для чего вам английский?" in await person.tap("Русский")


async def test_the_questions_can_be_answered_by_typing(meet: Meet, core: FakeCore) -> None:
    person = meet("english_bot")
    await person.say("/start")
    assert "Сколько минут" in await person.say("работа")
    assert "Выберите, пожалуйста, кнопку" in await person.say("много")
    assert "Когда напоминать" in await person.say("10")
    assert "У вас сейчас" in await person.say("19:00")
    assert core.learner is not None
    assert (core.learner["goal"], core.learner["reminder_hour"]) == ("work", 19)


async def test_another_time_zone_is_chosen_by_its_clock(meet: Meet, core: FakeCore) -> None:
    person = meet("english_bot")
    await _answer_questions(person, goal="Поездки", none="19:00", yes="Нет, другое время")
    await person.tap("Владивосток")
    assert core.learner is not None
    assert core.learner["timezone"] == "Asia/Vladivostok"


async def test_a_beginner_goes_on_without_a_test(meet: Meet, core: FakeCore) -> None:
    person = meet("english_bot")
    await _answer_questions(person, goal="Поездки", none="19:00", yes="Да")
    await person.tap("с нуля")
    assert core.learner is not None
    assert core.learner["level"] == "A1"
    assert "am < are" in await person.tap("Начать урок")


async def test_the_placement_shows_no_verdict_and_ends_with_levels(
    meet: Meet, core: FakeCore
) -> None:
    person = meet("english_bot")
    await _answer_questions(person, goal="Поездки", none="19:00", yes="Да")
    assert "🎯 1 из ~3" in await person.tap("Узнать свой уровень")
    after_choice = await person.tap("are")
    assert "👉 are" in after_choice
    assert "✅" not in after_choice
    assert "❌" not in after_choice
    assert "🎯 3 из ~3" in await person.tap("Не знаю")
    result = await person.say("is your brother at school")
    assert "Ваш уровень: A2" in result
    assert "A2 ██████░░  70%" in result
    assert person.labels[0] == "📘 Начать урок"
    assert core.answers[1]["dont_know"] is True


async def test_a_lesson_is_walked_by_buttons_and_by_typing(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    assert "После we ставим are & точка." in await person.say("/learn")
    judged = await person.tap("is")
    assert "✅" in judged
    assert "Потому что <так> & точка." in judged
    assert "+10 XP" in judged
    assert "❌ Не совсем.\nПравильно: are" in await person.say("is")
    for tile in ("is", "your", "brother", "at"):
        await person.tap(tile)
    assert "Ваш ответ: is your brother at school" in await person.tap("school")
    assert "✅" in await person.tap("Проверить")
    await person.tap("I'm")
    assert "✅" in (await person.tap("they're")) + (await person.tap("Проверить"))
    assert "✅" in await person.say("I am not tired.")
    assert "1. She is in London at the moment, of course" in person.last["text"]
    assert "Урок пройден" in await person.say("1")
    assert core.answers[-1]["choice"] == "a"
    assert person.labels[0] == "🗂 Повторить слова"


async def test_an_answered_question_keeps_its_text_and_loses_its_buttons(
    meet: Meet, core: FakeCore, telegram: FakeTelegram
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    question = person.last["message_id"]
    await person.tap("are")
    left = telegram.messages[question]
    assert "My sister ___ a doctor." in left["text"]
    assert "👉 are" in left["text"]
    assert "reply_markup" not in left


async def test_the_last_pick_is_undone(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    await person.tap("is")
    await person.say("are")
    await person.tap("brother")
    assert "Ваш ответ: brother is" in await person.tap("is")
    assert "Ваш ответ: brother\n" in await person.tap("Убрать")
    assert "Ваш ответ" not in await person.tap("Убрать")
    assert not any("Проверить" in label for label in person.labels)


async def test_an_undone_match_takes_the_pair_back_that_made_itself(
    meet: Meet, core: FakeCore
) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    await person.tap("is")
    await person.say("are")
    await person.say("is your brother at school")
    await person.tap("she's")
    assert "she is — they're" in await person.tap("I'm")
    undone = await person.tap("Убрать")
    assert "I am — she's" in undone
    assert "👉 they are — ?" in undone


async def test_words_are_reviewed_by_rating_and_by_typing(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    front = await person.say("/words")
    assert "окно" not in front
    assert "окно" in await person.tap("Показать")
    rated = await person.tap("Помню")
    assert "👉 🙂 Помню" in rated
    assert "Верно" not in rated
    assert "✅" in await person.say("хлеб")
    assert core.answers[0]["rating"] == "good"
    assert core.answers[1]["text"] == "хлеб"


async def test_the_progress_is_a_picture_with_three_lines(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/progress")
    assert person.last["photo"]
    assert person.last["caption"].split("\n") == [
        "🏅 Уровень: A2 · серия: 3 дня",
        "⭐ Сегодня 20 из 50 XP · всего 340",
        "🗂 В памяти: 21 слово · пора повторить: 2",
    ]


async def test_every_setting_is_changed_and_shown(meet: Meet, core: FakeCore) -> None:
    core.settle(reminder_hour=20)
    person = meet("english_bot")
    assert "Напоминание: 20:00" in await person.say("/settings")
    await person.tap("Напоминание")
    assert "Напоминание: выключено" in await person.tap("Не напоминать")
    await person.tap("Ваше время")
    assert "(Омск)" in await person.tap("Омск")
    await person.tap("Минуты")
    assert "В день: 30 мин" in await person.tap("30")
    await person.tap("Цель")
    assert "Цель: 🎓 Учёба" in await person.tap("Учёба")


async def test_a_known_learner_is_welcomed_back(meet: Meet, core: FakeCore) -> None:
    core.settle()
    person = meet("english_bot")
    welcome = await person.say("/start from_the_web")
    assert "Аня, рад вас видеть!" in welcome
    assert "2 слова ждут повторения" in welcome


async def test_a_pause_keeps_the_place(meet: Meet, core: FakeCore, telegram: FakeTelegram) -> None:
    core.settle()
    person = meet("english_bot")
    await person.say("/learn")
    await person.tap("is")
    question = person.last["message_id"]
    assert "Пауза" in await person.tap("Пауза")
    assert not buttons_of(telegram.messages[question])
    resumed = await person.tap("Продолжить")
    assert "Продолжаем с того же места" in resumed
    assert "We ___ from Kazan." in resumed


async def test_the_level_is_told_with_its_meaning_and_can_be_tested_again(
    meet: Meet, core: FakeCore
) -> None:
    core.settle()
    person = meet("english_bot")
    assert "Ваш уровень: A2" in await person.say("/level")
    assert "🎯 1 из ~3" in await person.tap("заново")
