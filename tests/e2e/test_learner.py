"""A learner goes the whole way through the running stack, and is never met with silence."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.learner import Learner, buttons, is_step, text_of
from tests.stack import StackCopy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LEVEL = re.compile(r"\b[ABC][12]\b")

MakeLearner = Callable[..., Learner]


@pytest.fixture
def make_learner(running_stack: StackCopy) -> Iterator[MakeLearner]:
    made: list[Learner] = []

    def make(bot: str = "english_bot", *, language: str = "ru") -> Learner:
        learner = Learner(running_stack.simulator_url, bot, name="Masha", language=language)
        made.append(learner)
        return learner

    yield make
    for learner in made:
        learner.close()


def test_the_whole_way_in_russian(make_learner: MakeLearner):
    learner = make_learner()
    learner.onboard()
    assert _CYRILLIC.search(text_of(learner.messages()))

    learner.tap(learner.last_with_buttons(), "go:placement")
    assert is_step(learner.last_with_buttons())
    result = learner.finish_activity()
    assert _LEVEL.search(result["text"])

    learner.say("/learn")
    assert is_step(learner.last_with_buttons())
    assert "XP" in learner.finish_activity()["text"]

    learner.say("/words")
    assert is_step(learner.last_with_buttons())
    learner.finish_activity()

    picture = next(m for m in learner.say("/progress") if m["media"])
    assert picture["media"]["kind"] == "photo"
    assert _LEVEL.search(picture["text"])
    drawn = learner.http.get(picture["media"]["url"])
    assert drawn.content.startswith(b"\x89PNG")


def test_english_by_a_button(make_learner: MakeLearner):
    learner = make_learner()
    learner.say("/start")
    message = learner.last_with_buttons()
    (switch,) = [data for data in buttons(message) if data.startswith("l:en")]
    changed = learner.tap(message, switch)
    assert not _CYRILLIC.search(text_of(changed))


def test_an_english_telegram_is_spoken_to_in_english(make_learner: MakeLearner):
    assert not _CYRILLIC.search(text_of(make_learner(language="en").say("/start")))


def test_the_words_bot_teaches_words_too(make_learner: MakeLearner):
    learner = make_learner("vocabulary_bot")
    learner.say("/start")
    learner.say("/words")
    assert is_step(learner.last_with_buttons())


def _in_mid_test(learner: Learner) -> str:
    """Bring the learner to a placement question and return its text."""
    learner.onboard()
    learner.tap(learner.last_with_buttons(), "go:placement")
    question = learner.last_with_buttons()
    assert is_step(question)
    return str(question["text"])


@pytest.mark.parametrize(
    "unexpected",
    [
        pytest.param({"text": "", "sticker": "😀"}, id="sticker"),
        pytest.param({"text": "я " * 2000}, id="4000-characters"),
        pytest.param({"text": "🤷🏽‍♀️🔥"}, id="emoji"),
        pytest.param({"text": "<b>&amp;"}, id="markup"),
        pytest.param({"text": "/nosuchcommand"}, id="unknown-command"),
        pytest.param({"text": "/help"}, id="help"),
        pytest.param({"text": "", "dice": "🎲"}, id="dice"),
        pytest.param({"text": "", "location": {"latitude": 1.0, "longitude": 2.0}}, id="place"),
    ],
)
def test_in_mid_test_anything_is_answered_and_no_progress_is_lost(
    make_learner: MakeLearner, unexpected: dict[str, object]
):
    learner = make_learner()
    _in_mid_test(learner)
    answered = learner.say(**unexpected)
    assert text_of(answered)
    assert "Traceback" not in text_of(answered)
    learner.say("/placement" if not is_step(learner.last_with_buttons()) else "/learn")
    assert learner.finish_activity()


def test_a_file_is_answered_kindly(make_learner: MakeLearner):
    learner = make_learner()
    _in_mid_test(learner)
    assert text_of(learner.send_file("document", "homework.txt", b"my homework"))


def test_an_old_button_changes_nothing(make_learner: MakeLearner):
    learner = make_learner()
    _in_mid_test(learner)
    old = learner.last_with_buttons()
    data = next(d for d in buttons(old) if d.startswith("d:"))
    # A question answered by typing keeps its buttons.
    learner.say("1")
    current = learner.last_with_buttons()
    assert _position(current) == _position(old) + 1
    learner.tap_without_waiting(old, data)
    learner.say("/help")
    steps = [message for message in learner.messages() if is_step(message)]
    assert current["message_id"] <= steps[-1]["message_id"]
    assert _position(steps[-1]) == _position(current)


def test_two_taps_at_once_answer_once(make_learner: MakeLearner):
    learner = make_learner()
    _in_mid_test(learner)
    question = learner.last_with_buttons()
    data = next(d for d in buttons(question) if d.startswith("d:"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: learner.tap_without_waiting(question, data), range(2)))
    # Presses keep their order, beside the messages: when this one is answered, both are done with.
    learner.tap(question, data)
    steps = [message for message in learner.messages() if is_step(message)]
    assert _position(steps[-1]) == _position(question) + 1


def _position(message: dict[str, object]) -> int:
    """Return a step's number from its buttons: `d:<step>:<position>`."""
    data = next(d for d in buttons(message) if d.startswith("d:"))
    return int(data.split(":")[2])
