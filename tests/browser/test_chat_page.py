"""What a person does and sees on the chat page, with a bot that answers over real HTTP."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenPage, add_person, keep, say
from tests.browser.scripted_bot import HOSTILE, ScriptedBot
from tests.services import wait_until

pytestmark = pytest.mark.browser


def test_an_empty_chat_offers_start_and_the_bot_answers(page: Page) -> None:
    expect(page.locator(".greeting")).to_contain_text("Учу английскому")
    page.click("#start")
    expect(page.locator(".message.own .text")).to_have_text("/start")
    expect(page.locator(".message.bots .text")).to_contain_text("Здравствуйте, Мария!")
    expect(page.locator(".message.bots strong")).to_have_text("Здравствуйте, Мария!")


def test_a_message_stands_there_at_once_and_once_only(page: Page) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    page.fill("#message", "привет")
    page.press("#message", "Enter")
    assert page.locator(".message.own", has_text="привет").count() == 1
    expect(page.locator(".message.bots", has_text="Вы написали: привет")).to_be_visible()
    expect(page.locator(".message.own", has_text="привет")).to_have_count(1)
    expect(page.locator(".message.own.pending")).to_have_count(0)


def test_a_pressed_button_edits_the_message_in_place(page: Page) -> None:
    page.click("#start")
    page.click(".key:has-text('Работа')")
    expect(page.locator(".message.bots .text")).to_have_text(re.compile("Цель: work"))
    expect(page.locator(".toast")).to_have_text("Записал!")
    expect(page.locator(".message.bots")).to_have_count(1)
    page.click(".key:has-text('оповещение')")
    expect(page.locator("dialog p")).to_have_text("Это важно")
    page.click("dialog button.primary")
    expect(page.locator("dialog")).to_have_count(0)


def test_a_button_spins_until_the_bot_answers(page: Page) -> None:
    page.click("#start")
    page.click(".key:has-text('Работа')")
    page.click(".key:has-text('Молчать')")
    expect(page.locator(".key:has-text('Молчать')")).to_have_attribute("aria-busy", "true")
    page.click(".key:has-text('оповещение')")
    expect(page.locator("dialog p")).to_have_text("Это важно")
    expect(page.locator(".key:has-text('Молчать')")).to_have_attribute("aria-busy", "true")


def test_formatting_becomes_elements(page: Page) -> None:
    page.click("#start")
    say(page, "/learn")
    text = page.locator(".message.bots .text").last
    expect(text.locator("u")).to_have_text("уже случилось")
    expect(text.locator("blockquote strong")).to_have_text("have lost")
    expect(text.locator("s")).to_have_text("I have lost them yesterday")
    expect(text.locator("pre")).to_have_text("She has lived here since 2019.")
    expect(text.locator("a")).to_have_attribute("href", "https://example.org/rule")
    spoiler = text.locator(".spoiler")
    spoiler.focus()
    spoiler.press("Enter")
    expect(spoiler).to_have_class(re.compile("shown"))


def test_a_rich_message_keeps_its_blocks(page: Page) -> None:
    page.click("#start")
    say(page, "rich")
    rich = page.locator(".message.bots .rich")
    expect(rich.locator("strong")).to_have_text("went")
    expect(rich.locator("li")).to_have_count(2)
    expect(page.locator(".line-last").first).to_contain_text("Past Simple")


def test_what_a_bot_says_elsewhere_is_counted_as_unread(
    page: Page, simulator_url: str, tutor: ScriptedBot
) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    person = page.evaluate("Number(localStorage.getItem('chat.person'))")
    quiet = ScriptedBot(simulator_url, "quiet_bot", "Тихий бот")
    page.reload()
    page.click("[data-bot=quiet_bot]")
    page.click("#start")
    page.click("[data-bot=page_tutor]")
    for text in ("раз", "два"):
        quiet.call("sendMessage", chat_id=person, text=text)
    quiet.stop()
    expect(page.locator("[data-bot=quiet_bot] .unread")).to_have_text("2")
    page.click("[data-bot=quiet_bot]")
    expect(page.locator(".message.bots")).to_have_count(2)
    expect(page.locator("[data-bot=quiet_bot] .unread")).to_have_count(0)


def test_a_photo_loads_says_what_it_is_and_opens_large(page: Page) -> None:
    page.click("#start")
    say(page, "/progress")
    picture = page.locator(".picture img")
    expect(picture).to_have_attribute("alt", re.compile("Ваш прогресс"))
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.picture img').naturalWidth === 640")
    picture.click()
    expect(page.locator(".lightbox img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".lightbox")).to_have_count(0)


def test_markup_in_texts_names_and_buttons_stays_text(page: Page) -> None:
    add_person(page, "<img src=x onerror=alert(1)>")
    page.click("#start")
    say(page, "hostile")
    expect(page.locator(".message.bots .text").last).to_have_text(HOSTILE)
    expect(page.locator(".key").last).to_have_text(HOSTILE[:60])
    expect(page.locator(".pinned")).to_contain_text("<img src=x")
    page.click("#panel-toggle")
    expect(page.locator("#calls summary").first).to_be_visible()
    assert page.locator("#app img, #app script").count() == 0
    assert page.evaluate("document.body.dataset.hacked") is None


def test_a_quiz_takes_one_answer_and_shows_the_right_one(page: Page, tutor: ScriptedBot) -> None:
    page.click("#start")
    say(page, "/words")
    page.click(".choice:has-text('is living')")
    expect(page.locator(".results .right")).to_contain_text("has lived")
    expect(page.locator(".results .wrong")).to_contain_text("is living")
    expect(page.locator(".explanation")).to_contain_text("Present Perfect")
    wait_until(lambda: [2] in _votes(tutor), what="the bot hears of the vote")


def _votes(tutor: ScriptedBot) -> list[list[int]]:
    answers = [update["poll_answer"] for update in tutor.updates if "poll_answer" in update]
    return [answer["option_ids"] for answer in answers]


def test_a_blocked_bot_hears_nothing_until_restarted(page: Page) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    page.click("#chat-menu")
    page.click(".menu button:has-text('Заблокировать')")
    expect(page.locator(".status")).to_have_text("Вы заблокировали бота")
    expect(page.locator("#message")).to_have_count(0)
    page.click("#start")
    expect(page.locator(".message.bots")).to_have_count(2)
    expect(page.locator("#message")).to_be_visible()


def test_the_language_button_switches_and_is_remembered(page: Page) -> None:
    page.click("#language")
    expect(page.locator("#start")).to_have_text("START")
    page.reload()
    expect(page.locator("#start")).to_have_text("START")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("#language")
    expect(page.locator("#start")).to_have_text("НАЧАТЬ")


def test_people_have_chats_of_their_own_and_the_choice_is_remembered(page: Page) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    add_person(page, "Олег", "en")
    expect(page.locator("#start")).to_be_visible()
    page.reload()
    expect(page.locator("#person")).to_contain_text("Олег")
    page.click("#person")
    page.locator(".menu button:has-text('Мария')").last.click()
    expect(page.locator(".message.bots")).to_have_count(1)


def test_a_deep_link_carries_its_payload(open_page: OpenPage, tutor: ScriptedBot) -> None:
    page = open_page("/?bot=page_tutor&start=invite_42")
    expect(page.locator(".message.bots .text").last).to_contain_text("Приглашение: invite_42")


def test_reply_keyboards_come_and_go(page: Page) -> None:
    page.click("#start")
    say(page, "keyboard")
    expect(page.locator("#message")).to_have_attribute("placeholder", "Ваш ответ")
    page.click(".reply-key:has-text('Не знаю')")
    expect(page.locator(".message.bots").last).to_contain_text("Вы написали: Не знаю")
    expect(page.locator(".reply-key:visible")).to_have_count(0)
    say(page, "forced")
    expect(page.locator(".aimed")).to_contain_text("надёжный")
    say(page, "reliable")
    expect(page.locator(".message.own").last.locator(".quote")).to_contain_text("Переведите")


def test_commands_are_offered_while_typing(page: Page) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    page.locator("#message").press_sequentially("/pr")
    expect(page.locator(".command:visible")).to_have_count(1)
    page.press("#message", "Enter")
    expect(page.locator(".message.own .text").last).to_have_text("/progress")
    page.click("#commands")
    expect(page.locator(".command:visible")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".command:visible")).to_have_count(0)


def test_typing_drafts_reactions_and_deletions_are_seen(page: Page) -> None:
    page.click("#start")
    say(page, "typing")
    expect(page.locator(".status")).to_contain_text("печатает…")
    expect(page.locator(".line-last.active")).to_have_text("печатает…")
    expect(page.locator(".line-last.active")).to_have_count(0, timeout=8_000)
    say(page, "draft")
    expect(page.locator(".draft .text")).to_contain_text("I have been here before")
    page.click(".stop-draft")
    expect(page.locator(".draft")).to_have_count(0)
    say(page, "react")
    expect(page.locator(".message.own .reactions")).to_contain_text("🔥")
    say(page, "delete")
    expect(page.locator(".message.bots").last).to_contain_text("Удалено")
    expect(page.locator(".message.own", has_text="delete")).to_have_count(0)


def test_files_are_sent_and_shown(page: Page) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    voice: FilePayload = {
        "name": "voice.ogg",
        "mimeType": "audio/ogg",
        "buffer": b"OggS" + bytes(60),
    }
    page.set_input_files("input[type=file]", voice)
    expect(page.locator(".message.own .player")).to_be_visible()
    expect(page.locator(".message.bots").last).to_contain_text("voice")
    say(page, "things")
    expect(page.locator(".document")).to_contain_text("words.txt")
    expect(page.locator(".dice")).to_be_visible()
    expect(page.locator(".place")).to_contain_text("51.50000")
    expect(page.locator(".contact")).to_contain_text("+442071234567")


def test_faults_and_calls_are_in_the_panel_without_tokens(page: Page, tutor: ScriptedBot) -> None:
    page.click("#start")
    page.wait_for_selector(".key")
    page.click("#panel-toggle")
    expect(page.locator("#calls summary", has_text="sendMessage").first).to_be_visible()
    assert tutor.token not in page.content()
    page.check("[data-fault=server_error]")
    say(page, "привет")
    page.locator("#calls .bad").first.wait_for()
    page.uncheck("[data-fault=server_error]")
    expect(page.locator("[data-fault=server_error]")).not_to_be_checked()


@pytest.mark.parametrize(
    ("look", "options"),
    [
        ("desktop-light", {"color_scheme": "light"}),
        ("desktop-dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 390, "height": 844}, "has_touch": True}),
    ],
)
def test_nothing_is_cut_off_at_any_width(
    open_page: OpenPage, tutor: ScriptedBot, look: str, options: dict[str, object]
) -> None:
    page = open_page("/#page_tutor" if look != "phone" else "/", **options)
    if look == "phone":
        expect(page.locator("#chat")).not_to_be_visible()
        add_person(page, f"Мария {look}")
        keep(page, "phone-list")
        page.click(".chat-line[data-bot=page_tutor]")
    else:
        add_person(page, f"Мария {look}")
    page.click("#start")
    page.wait_for_selector(".key")
    say(page, "/learn")
    expect(page.locator(".code-block")).to_be_visible()
    say(page, "длинное" * 30)
    page.locator(".message.bots", has_text="Вы написали").wait_for()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    assert (
        page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.scroller'))")
        <= 0
    )
    say(page, "/words")
    page.wait_for_selector(".choice")
    keep(page, look)
    if look == "phone":
        page.click(".back")
        expect(page.locator(".chat-line[data-bot=page_tutor]")).to_be_visible()
