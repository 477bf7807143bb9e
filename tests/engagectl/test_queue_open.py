"""`engagectl queue dead open`: a failed update meets the same handlers again, in the simulator."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engagectl.stack.state import ServiceState, StackState, started_at
from tests.engagectl.queue_scene import WORDS, QueueScene, environment, message, press
from tests.engagectl.simulator.conftest import Receiver
from tests.services import REPOSITORY
from tests.simulator_process import SimulatorProcess
from utils.update_envelope import UpdateEnvelope

BOT = "english_bot"
PERSON = 7_123_456_789


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    running = SimulatorProcess(tmp_path_factory.mktemp("simulator"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clone")
    for package in ("engagectl", "utils"):
        skipped = shutil.ignore_patterns("__pycache__", "page")
        shutil.copytree(REPOSITORY / package, root / package, ignore=skipped)
    (root / ".engage" / "run").mkdir(parents=True)
    (root / "bots").mkdir()
    return root


class Stack:
    """A clone in which a stack runs, as far as other commands can tell: simulator and a webhook."""

    def __init__(self, root: Path, simulator: SimulatorProcess, queue: QueueScene) -> None:
        self.root = root
        self.queue = queue
        self.http = httpx2.Client(base_url=simulator.url)
        own = os.getpid()
        state = StackState("ready", "test", own, started_at(own))
        state.services = [ServiceState("simulator", "running", True, own, url=simulator.url)]
        (root / ".engage" / "run" / "state.json").write_text(json.dumps(asdict(state)))
        self.receiver = Receiver()
        self.token = self.http.post("/sim/bots", json={"username": BOT}).json()["token"]
        self._call("setWebhook", url=self.receiver.url, drop_pending_updates=True)

    def close(self) -> None:
        self._call("deleteWebhook", drop_pending_updates=True)
        self.receiver.close()
        self.http.close()

    def _call(self, method: str, **parameters: Any) -> Any:
        return self.http.post(f"/bot{self.token}/{method}", json=parameters).json()

    def open(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `queue dead open` in the clone."""
        return subprocess.run(
            [sys.executable, "-m", "engagectl", "queue", "dead", "open", *arguments],
            cwd=self.root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            env={**environment(self.queue.url), "PYTHONPATH": str(self.root)},
        )  # fmt: skip

    def letter(self, **update: Any) -> str:
        """Park an update of the person; return the letter's id."""
        return self.queue.park(self.queue.envelope(BOT, update))

    def history(self) -> Any:
        """The person's chat with the bot."""
        return self.http.get("/sim/history", params={"user_id": PERSON, "bot": BOT}).json()

    def answer(self, query_id: str) -> Any:
        """Answer a pressed button as the bot does."""
        return self._call("answerCallbackQuery", callback_query_id=query_id)


@pytest.fixture
def stack(clone: Path, simulator: SimulatorProcess, queue: QueueScene) -> Iterator[Stack]:
    running = Stack(clone, simulator, queue)
    yield running
    running.close()


def test_a_message_reaches_the_bot_anew_without_its_senders_name(stack: Stack):
    letter = stack.letter(message=message(PERSON))
    done = stack.open(letter, "--json")
    assert done.returncode == 0, done.stderr
    opened = json.loads(done.stdout)
    (update,) = stack.receiver.wait_for(1)
    assert update["update_id"] == opened["update_id"]
    assert update["message"]["text"] == WORDS
    assert update["message"]["chat"]["id"] == update["message"]["from"]["id"] == PERSON
    assert "Ann" not in json.dumps(update)
    assert "ann_k" not in json.dumps(update)
    assert opened["page"].endswith(f"/?person={PERSON}#{BOT}")


def test_the_chat_page_shows_the_message_and_the_letter_stays(stack: Stack):
    letter = stack.letter(message=message(PERSON, "shown here"))
    assert stack.open(letter).returncode == 0
    shown = stack.history()["messages"][-1]
    assert (shown["text"], shown["outgoing"]) == ("shown here", True)
    assert stack.queue.letters() == [letter]


def test_a_press_can_be_answered_and_its_message_stands_in_the_chat(stack: Stack):
    assert stack.open(stack.letter(callback_query=press(PERSON))).returncode == 0
    (update,) = stack.receiver.wait_for(1)
    query = update["callback_query"]
    assert query["data"] == "pick:2"
    assert stack.answer(query["id"])["ok"]
    shown = stack.history()["messages"][-1]
    assert (shown["message_id"], shown["outgoing"]) == (query["message"]["message_id"], False)


def test_opening_twice_delivers_two_updates_of_one_person(stack: Stack):
    letter = stack.letter(message=message(PERSON))
    for _ in range(2):
        assert stack.open(letter).returncode == 0
    first, second = stack.receiver.wait_for(2)
    assert first["update_id"] != second["update_id"]
    people = [person["id"] for person in stack.http.get("/sim/users").json()]
    assert people.count(PERSON) == 1


def test_a_message_that_cannot_be_drawn_is_delivered_all_the_same(stack: Stack):
    odd = {**message(PERSON), "reply_markup": 5, "photo": [7], "text": None}
    done = stack.open(stack.letter(message=odd))
    assert done.returncode == 0, done.stderr
    (update,) = stack.receiver.wait_for(1)
    assert update["message"]["photo"] == [7]
    assert stack.history()["version"] >= 0


def test_a_letter_can_come_from_a_file(stack: Stack, tmp_path: Path):
    letter = stack.letter(message=message(PERSON, "/start now"))
    file = tmp_path / "letter.json"
    file.write_text(stack.queue.run("queue", "dead", "show", letter, "--json").out)
    done = stack.open("--file", str(file))
    assert done.returncode == 0, done.stderr
    (update,) = stack.receiver.wait_for(1)
    assert update["message"]["text"] == "/start •••"


def test_a_file_that_holds_no_letter_is_refused(stack: Stack, tmp_path: Path):
    file = tmp_path / "other.json"
    file.write_text('{"bot": "english_bot"}')
    done = stack.open("--file", str(file))
    assert done.returncode == 1
    assert "holds no dead letter" in done.stderr


def test_a_missing_file_is_refused(stack: Stack):
    done = stack.open("--file", "nowhere.json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "update",
    [
        {"message": {**message(), "chat": {"id": -100123, "type": "supergroup", "title": "x"}}},
        {"poll": {"id": "1", "question": "?"}},
    ],
)
def test_what_belongs_to_no_private_chat_is_refused(stack: Stack, update: dict[str, Any]):
    done = stack.open(stack.letter(**update))
    assert done.returncode == 1
    assert "private chat" in done.stderr


def test_a_message_to_a_learner_is_refused(stack: Stack):
    push = UpdateEnvelope.push(bot_name=BOT, chat_id=PERSON, key="k", body=b'{"text": "Hi"}')
    done = stack.open(stack.queue.park(push))
    assert done.returncode == 1
    assert "message to a learner" in done.stderr


def test_a_bot_that_the_stack_does_not_have_is_named(stack: Stack):
    letter = stack.queue.park(stack.queue.envelope("far_bot", {"message": message(PERSON)}))
    done = stack.open(letter)
    assert done.returncode == 1
    assert "far_bot" in done.stderr
    assert "engagectl bots add" in done.stderr


def test_without_a_stack_the_mend_is_to_start_one(stack: Stack):
    (stack.root / ".engage" / "run" / "state.json").unlink()
    done = stack.open(stack.letter(message=message(PERSON)))
    assert done.returncode == 1
    assert "engagectl dev up" in done.stderr
