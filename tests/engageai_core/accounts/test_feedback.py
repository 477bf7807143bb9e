"""What learners tell the teacher, and whether they blocked the bot."""

import pytest
from django.test import Client
from django.urls import reverse

from engageai_core.accounts.models import BotChat, Feedback
from tests.engageai_core.callers import bot_client

pytestmark = pytest.mark.django_db
_ROOT = "/api/v1/learners/77/"
_PERSON = {"first_name": "Аня", "chat_id": 77}


@pytest.fixture(autouse=True)
def _a_learner_of_both_bots():
    for bot in (1, 2):
        bot_client(bot).put(_ROOT, _PERSON)


def _give(text: object, bot: int = 1):
    return bot_client(bot).post(f"{_ROOT}feedback/", {"text": text})


def test_feedback_is_kept_as_it_came_with_the_bot_it_came_by():
    given = _give("Спасибо 🙂\n<b>Ещё</b>", bot=2)
    feedback = Feedback.objects.get()
    assert (given.status_code, given.json()) == (201, {"id": feedback.pk})
    assert (feedback.text, feedback.bot_number) == ("Спасибо 🙂\n<b>Ещё</b>", "2")
    assert feedback.learner.telegram_id == 77


def test_the_same_words_twice_are_two():
    assert _give("Hi").json() != _give("Hi").json()
    assert Feedback.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, None, ["a"], {}, "a\x00b"])
def test_what_is_no_text_is_refused(text: object):
    refused = _give(text)
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["text"])
    assert not Feedback.objects.exists()


def test_the_longest_text_fits():
    assert _give("я" * 4000).status_code == 201


def test_the_teacher_reads_feedback_and_cannot_rewrite_it(admin_client: Client):
    _give("Слишком легко")
    _give("Too hard", bot=2)
    page = reverse("admin:accounts_feedback_changelist")
    assert "Слишком легко" in admin_client.get(page).content.decode()
    one_bot = admin_client.get(page, {"bot_number": "2"}).content.decode()
    assert "Too hard" in one_bot
    assert "Слишком легко" not in one_bot
    found = admin_client.get(page, {"q": "легко"}).content.decode()
    assert "Too hard" not in found
    kept = Feedback.objects.first()
    assert kept is not None
    change = reverse("admin:accounts_feedback_change", args=[kept.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"text": "Praise"}).status_code == 403


def _blocked() -> dict[str, bool]:
    return dict(BotChat.objects.values_list("bot_number", "is_blocked"))


def test_a_block_concerns_the_calling_bot_alone_and_ends_when_it_is_lifted():
    answer = bot_client(1).patch(f"{_ROOT}chat/", {"is_blocked": True})
    assert (answer.status_code, answer.json()) == (200, {"is_blocked": True})
    assert _blocked() == {"1": True, "2": False}
    bot_client(1).patch(f"{_ROOT}chat/", {"is_blocked": False})
    assert _blocked() == {"1": False, "2": False}


def test_whoever_starts_the_bot_again_has_unblocked_it():
    bot_client(1).patch(f"{_ROOT}chat/", {"is_blocked": True})
    bot_client(1).put(_ROOT, _PERSON)
    assert _blocked() == {"1": False, "2": False}


@pytest.mark.parametrize("body", [{}, {"is_blocked": None}, {"is_blocked": "perhaps"}, []])
def test_a_state_that_says_nothing_is_refused(body: object):
    assert bot_client(1).patch(f"{_ROOT}chat/", body).status_code == 400
    assert _blocked() == {"1": False, "2": False}
