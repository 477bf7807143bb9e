"""Bots written for other libraries work against the simulator as they stand."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.services import free_port
from tests.simulator_process import SimulatorProcess

_BOTS = Path(__file__).parent / "bots"
_SECONDS = 30.0


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    running = SimulatorProcess(tmp_path_factory.mktemp("strangers"))
    running.start()
    yield running
    running.stop()


@dataclass
class Talk:
    """A person who talks to a stranger's bot."""

    http: httpx2.Client
    who: dict[str, Any]

    def say(self, text: str) -> dict[str, Any]:
        """Say something and return the bot's next message."""
        sent = self.http.post("/sim/send", json={**self.who, "text": text}).json()
        return self.answer(sent["version"])

    def answer(self, after: int) -> dict[str, Any]:
        """Return what the bot writes or changes next after a version."""
        while True:
            query = {**self.who, "after": after, "wait": _SECONDS}
            seen = self.http.get("/sim/history", params=query).json()
            assert seen["version"] > after, "the bot did not answer"
            for message in seen["messages"]:
                if not message["outgoing"]:
                    return dict(message)
            after = seen["version"]


@pytest.fixture(params=["ptb_bot", "telebot_bot"])
def script(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["webhook", "getUpdates"])
def talk(
    simulator: SimulatorProcess, script: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Talk]:
    port = free_port() if request.param == "webhook" else 0
    username = f"{script}_{request.param}"
    with httpx2.Client(base_url=simulator.url, timeout=60) as http:
        bot = http.post("/sim/bots", json={"username": username}).json()
        user = http.post("/sim/users", json={"first_name": "Ann"}).json()
        log = (tmp_path / "bot.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, str(_BOTS / f"{script}.py"), simulator.url, str(port)],
            stdin=subprocess.PIPE, stdout=log, stderr=log,
            env={"PATH": os.environ["PATH"]},  # noqa: TID251 (handed on to a child)
        )  # fmt: skip
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(bot["token"].encode() + b"\n")
        yield Talk(http, {"user_id": user["id"], "bot": username})
        process.kill()
        process.wait()
        log.close()


@pytest.mark.timeout(120)
def test_a_foreign_bot_does_what_its_author_meant(talk: Talk) -> None:
    assert talk.say("hello, bot")["text"] == "hello, bot"
    _presses_a_button(talk)
    _receives_a_picture(talk)
    _sends_a_file(talk)


def _presses_a_button(talk: Talk) -> None:
    asked = talk.say("/ask")
    assert asked["text"] == "Sure?"
    assert [entity["type"] for entity in asked["entities"]] == ["bold"]
    assert asked["inline_keyboard"] == [[{"text": "Yes", "callback_data": "yes"}]]
    press = {**talk.who, "message_id": asked["message_id"], "data": "yes", "wait": _SECONDS}
    tapped = talk.http.post("/sim/tap", json=press).json()
    assert tapped["answer"]["text"] == "Noted"
    edited = talk.answer(asked["version"])
    assert edited["message_id"] == asked["message_id"]
    assert edited["text"] == "You chose yes"
    assert edited["inline_keyboard"] is None


def _receives_a_picture(talk: Talk) -> None:
    picture = talk.say("/picture")
    assert (picture["kind"], picture["text"]) == ("photo", "a picture")
    assert (picture["media"]["width"], picture["media"]["height"]) == (2, 3)
    shown = talk.http.get(picture["media"]["url"])
    assert shown.content.startswith(b"\x89PNG")


def _sends_a_file(talk: Talk) -> None:
    who = {name: str(value) for name, value in talk.who.items()}
    sent = talk.http.post(
        "/sim/send", data=who, files={"document": ("notes.txt", b"some notes", "text/plain")}
    ).json()
    assert sent["media"]["file_name"] == "notes.txt"
    assert talk.answer(sent["version"])["text"] == "10 bytes: some notes"
