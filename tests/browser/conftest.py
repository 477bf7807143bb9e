"""Headless Chromium, a simulator and a small bot, all real processes talking HTTP."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.scripted_bot import ScriptedBot
from tests.requirements_gate import skip_or_fail
from tests.simulator_process import SimulatorProcess

SCREENSHOTS = Path(__file__).parent / "screenshots"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, the system's own.

    A module's and not the session's: Playwright keeps an event loop running in the thread, in
    which neither asynchronous tests nor Django's database can be used.
    """
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        skip_or_fail("no Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def simulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running simulator."""
    simulator = SimulatorProcess(tmp_path_factory.mktemp("simulator") / "state")
    simulator.start()
    yield simulator.url
    simulator.stop()


@pytest.fixture(scope="session")
def tutor(simulator_url: str) -> Iterator[ScriptedBot]:
    """A tutor bot that answers by getUpdates."""
    bot = ScriptedBot(simulator_url, "page_tutor", "Английский каждый день")
    bot.start()
    yield bot
    bot.stop()


@pytest.fixture
def open_page(chromium: Browser, simulator_url: str) -> Iterator[OpenPage]:
    """Open the page as a visitor who has never been here; no script error goes unnoticed."""
    contexts = []
    errors: list[str] = []

    def open_it(address: str = "/#page_tutor", **options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "ru-RU", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(6_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(simulator_url + address)
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: OpenPage, tutor: ScriptedBot) -> Page:
    """The page with a new person in the tutor's empty chat."""
    opened = open_page()
    add_person(opened, "Мария")
    return opened


def add_person(page: Page, name: str, language: str = "ru") -> None:
    """Add a person by the page's own form and write as them."""
    page.click("#person")
    page.click(".menu button:has-text('Добавить'), .menu button:has-text('Add')")
    page.fill("dialog input", name)
    page.select_option("dialog select", language)
    page.click("dialog button.primary")
    page.wait_for_selector(f"#person:has-text('{name}')")


def say(page: Page, text: str) -> None:
    """Type a message and send it by Enter."""
    page.fill("#message", text)
    page.press("#message", "Enter")


def keep(page: Page, name: str) -> None:
    """Keep a screenshot to be looked at."""
    page.wait_for_timeout(350)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
