"""What an operator does with a running stack: the scripted learner, a new bot, its webhook."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.learner import Learner, text_of
from tests.stack import StackCopy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackCopy]:
    """A stack of this module's own: its tests change the bots."""
    copy = StackCopy(tmp_path_factory.mktemp("operator") / "copy")
    started = copy.up("--redis", "bundled")
    assert started.code == 0, started.err
    yield copy
    copy.down()


def test_the_scripted_learner_is_answered_at_every_step(stack: StackCopy):
    smoke = stack.engagectl("dev", "smoke", "--json", seconds=200)
    assert smoke.code == 0, smoke.err
    assert smoke.document["ok"]
    assert set(smoke.document["parts"]) >= {"onboarding", "placement", "lesson", "review"}
    assert all(step["ok"] for step in smoke.document["steps"])


def test_a_new_bot_answers_without_a_restart_and_its_keys_match(stack: StackCopy):
    added = stack.engagectl("bots", "add", "grammar_bot", "--template", "blank")
    assert added.code == 0, added.err
    assert (stack.root / "bots" / "grammar_bot" / "handlers").is_dir()
    assert stack.engagectl("env", "check", "--json").code == 0
    learner = Learner(stack.simulator_url, "grammar_bot", name="Нина")
    assert text_of(learner.say("/start"))
    learner.close()
    listed = stack.engagectl("bots", "list", "--json")
    assert listed.code == 0
    assert "grammar_bot" in listed.out
    token = _setting(stack.root / "bots" / "grammar_bot" / ".env", "BOT_TOKEN")
    assert token not in listed.out + added.out + added.err


def test_a_bot_of_a_bad_name_is_refused_and_nothing_is_left(stack: StackCopy):
    refused = stack.engagectl("bots", "add", "secrets")
    assert refused.code == 1
    assert "standard module" in refused.err
    assert not (stack.root / "bots" / "secrets").exists()


def test_a_broken_bot_is_reported_and_the_others_serve(stack: StackCopy):
    folder = stack.root / "bots" / "broken_bot"
    (folder / "handlers").mkdir(parents=True)
    (folder / "handlers" / "__init__.py").write_text("raise RuntimeError('not today')\n")
    (folder / "config.py").write_text("")
    time.sleep(2.5)
    learner = Learner(stack.simulator_url, "english_bot", name="Олег")
    assert text_of(learner.say("/start"))
    health = learner.http.get(f"{stack.url(8002)}/health/ready").json()
    assert health["bots"]["broken_bot"].startswith("failed")
    assert health["bots"]["english_bot"] == "serving"
    learner.close()


def test_webhooks_can_be_read_deleted_and_set_again(stack: StackCopy):
    assert "english_bot" in stack.engagectl("webhook", "info", "--json").out
    assert stack.engagectl("webhook", "delete", "vocabulary_bot").code == 0
    restored = stack.engagectl("webhook", "set", "vocabulary_bot", "--url", stack.gateway_url)
    assert restored.code == 0, restored.err
    learner = Learner(stack.simulator_url, "vocabulary_bot", name="Рита")
    assert text_of(learner.say("/start"))
    learner.close()


def test_a_misspelt_setting_is_named_with_the_right_one(stack: StackCopy):
    path = stack.root / "bots" / ".env"
    good = path.read_text()
    path.write_text(good + "CORE_API_ULR=http://x\n")
    checked = stack.engagectl("env", "check")
    path.write_text(good)
    assert checked.code == 3
    assert "CORE_API_URL" in checked.out + checked.err


def _setting(path: Path, name: str) -> str:
    lines = path.read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))
