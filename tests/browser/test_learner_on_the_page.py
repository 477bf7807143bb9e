"""A learner goes the whole way through the running stack, on the chat page, as a person would."""

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser.conftest import add_person, keep, say
from tests.stack import StackCopy

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.timeout(300)]

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_PAUSE = "⏸"
_CHECK = "✔"
_NOT_AN_ANSWER = (_PAUSE, "↩", "🤷", "🇬🇧", "🇷🇺")
_TUTOR = "#english_bot"
# Which message asks, what, and by which buttons.
_QUESTION = (
    "(asked => asked ? `${asked.dataset.id} ${asked.innerText}` : '')"
    "([...document.querySelectorAll('.message.bots:has(.key)')].at(-1))"
)
_PICTURE_IS_DRAWN = "[...document.querySelectorAll('.picture img')].at(-1)?.naturalWidth > 300"


@pytest.fixture
def page(chromium: Browser, running_stack: StackCopy) -> Iterator[Page]:
    """The page of the running stack, with a new person in the tutor's chat."""
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="ru-RU")
    errors: list[str] = []

    def note(line: ConsoleMessage) -> None:
        if line.type == "error":
            errors.append(line.text)

    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{running_stack.simulator_url}/{_TUTOR}")
    page.wait_for_selector("body[data-ready]")
    add_person(page, "Мария")
    yield page
    context.close()
    assert errors == []


def test_the_whole_way_in_russian(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    page.click("#start")
    _onboard(page)
    keep(page, "learner-welcome")

    result = _finish(page, "placement")
    assert re.search(r"\b[ABC][12]\b", result)

    _ask(page, "/learn")
    assert "XP" in _finish(page, "lesson")

    _ask(page, "/words")
    assert "XP" in _finish(page, "words")

    say(page, "/progress")
    page.locator(".picture img").last.scroll_into_view_if_needed()
    page.wait_for_function(_PICTURE_IS_DRAWN)
    expect(page.locator(".picture img").last).to_have_attribute("alt", re.compile(".+"))
    keep(page, "learner-progress")

    waits = [_answer_ms(page, "/help") for _ in range(9)]
    with capsys.disabled():
        sys.stdout.write(f"\npage to page, median of 9: {statistics.median(waits):.0f} ms\n")


def test_english_by_a_button(page: Page) -> None:
    add_person(page, "Masha")
    page.click("#start")
    page.click(".key:has-text('English')")
    text = page.locator(".message.bots .text").last
    expect(text).not_to_have_text(_CYRILLIC)
    keep(page, "learner-english")


def _onboard(page: Page) -> None:
    """Answer the welcome's questions by their first buttons until placement is offered."""
    for _ in range(8):
        asked = _asked(page)
        keys = _keys(asked)
        if any("🎯" in key for key in keys):
            _press(page, asked.locator(".key", has_text="🎯"))
            return
        _press(page, asked.locator(".key").first)
    pytest.fail(f"the welcome did not end: {_asked(page).inner_text()}")


def _finish(page: Page, name: str) -> str:
    """Answer steps, no matter how well, until there is none; return the summary."""
    for number in range(120):
        asked = _asked(page)
        keys = _keys(asked)
        if not _is_step(keys) and not _is_step(_keys_once_quiet(page)):
            keep(page, f"learner-{name}-end")
            return asked.locator(".text").inner_text()
        if number == 2:
            keep(page, f"learner-{name}")
        _answer(page, asked, _keys(asked))
    pytest.fail(f"the {name} did not end: {_asked(page).inner_text()}")


def _answer(page: Page, asked: Locator, keys: list[str]) -> None:
    """Take the first answer offered, hand in what is complete, or type where nothing is offered."""
    answers = [number for number, key in enumerate(keys) if not key.startswith(_NOT_AN_ANSWER)]
    ready = [number for number in answers if keys[number].startswith(_CHECK)]
    if answers:
        _press(page, asked.locator(".key").nth((ready or answers)[0]))
    else:
        _changes(page, lambda: say(page, "has"))


def _asked(page: Page) -> Locator:
    """Return the newest message of the bot that has buttons."""
    return page.locator(".message.bots:has(.key)").last


def _is_step(keys: list[str]) -> bool:
    return any(key.startswith(_PAUSE) for key in keys)


def _keys_once_quiet(page: Page) -> list[str]:
    """Between a judged step and the next one no button is there for a moment: look again."""
    _settle(page, seconds=1.5)
    return _keys(_asked(page))


def _settle(page: Page, *, seconds: float) -> None:
    """Wait until the question stands unchanged for so long."""
    seen, since = page.evaluate(_QUESTION), time.monotonic()
    while time.monotonic() - since < seconds:
        page.wait_for_timeout(50)
        if (now := page.evaluate(_QUESTION)) != seen:
            seen, since = now, time.monotonic()


def _keys(asked: Locator) -> list[str]:
    return asked.locator(".key").all_inner_texts()


def _press(page: Page, key: Locator) -> None:
    _changes(page, key.click)


def _ask(page: Page, command: str) -> None:
    _changes(page, lambda: say(page, command))


def _changes(page: Page, act: Callable[[], None]) -> None:
    """Act, then wait until what the bot asks is another thing and no message is under way."""
    before = page.evaluate(_QUESTION)
    act()
    page.wait_for_function(f"before => {_QUESTION} !== before", arg=before)
    _settle(page, seconds=0.25)


def _answer_ms(page: Page, text: str) -> float:
    """Return the milliseconds from sending a message to seeing the answer to it."""
    seen = page.locator(".message.bots").count()
    page.fill("#message", text)
    begun = time.perf_counter()
    page.press("#message", "Enter")
    page.wait_for_function("n => document.querySelectorAll('.message.bots').length > n", arg=seen)
    return (time.perf_counter() - begun) * 1000
