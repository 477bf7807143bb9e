"""A message to one learner: given to the bots once, kept while they are away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engageai_core.accounts.models import BotChat
from engageai_core.notifications.models import Push
from engageai_core.notifications.services.pushes import GIVEN_UP_AFTER, SILENCE, push_send
from engageai_core.notifications.tasks import look_after_pushes, send_waiting_pushes
from tests.core_environment import ENVIRONMENT
from tests.engageai_core.notifications.fake_bots import FakeBots
from tests.services import free_port

_BUTTONS = [[{"text": "Go", "callback_data": "learn"}]]


def _long_ago(push: Push, **fields: timedelta) -> None:
    """Move times of a push back."""
    now = timezone.now()
    Push.objects.filter(pk=push.pk).update(**{name: now - ago for name, ago in fields.items()})


def _state(push: Push) -> str:
    push.refresh_from_db()
    return push.state


def test_the_bots_get_it_with_the_key_of_the_bot(bots: FakeBots, chat: BotChat):
    push = push_send(chat=chat, key="reminder:1", text="<b>Hi</b>", buttons=_BUTTONS)
    assert send_waiting_pushes() == 1
    (message,) = bots.messages
    assert message.key == ENVIRONMENT["BOT_SYSTEM_KEY_1"]
    assert message.body == {
        "bot_name": "english_bot",
        "chat_id": chat.chat_id,
        "text": "<b>Hi</b>",
        "key": "reminder:1",
        "buttons": _BUTTONS,
        "silent": False,
        "bulk": False,
        "push_id": push.pk,
    }
    assert _state(push) == Push.State.QUEUED
    assert send_waiting_pushes() == 0


def test_the_same_key_is_one_push(bots: FakeBots, chat: BotChat):
    first = push_send(chat=chat, key="k", text="one", is_silent=True)
    assert push_send(chat=chat, key="k", text="two") == first
    send_waiting_pushes()
    assert [message.body["text"] for message in bots.messages] == ["one"]
    assert "buttons" not in bots.messages[0].body


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_what_the_bots_do_not_take_now_waits_in_order(bots: FakeBots, chat: BotChat, status: int):
    pushes = [push_send(chat=chat, key=str(number), text="Hi") for number in range(3)]
    bots.status = status
    send_waiting_pushes()
    assert bots.push_ids == [pushes[0].pk]
    assert {_state(push) for push in pushes} == {Push.State.WAITING}
    bots.status = 202
    look_after_pushes()
    assert bots.push_ids[1:] == [push.pk for push in pushes]
    assert {_state(push) for push in pushes} == {Push.State.QUEUED}


def test_bots_that_are_away_are_asked_again(settings, chat: BotChat):
    settings.INTERNAL_BOT_API_URL = f"http://127.0.0.1:{free_port()}"
    push = push_send(chat=chat, key="k", text="Hi")
    send_waiting_pushes()
    assert _state(push) == Push.State.WAITING


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_message_that_the_bots_cannot_use_fails_and_holds_nothing_up(
    bots: FakeBots, chat: BotChat, status: int
):
    push = push_send(chat=chat, key="k", text="Hi")
    bots.status = status
    assert send_waiting_pushes() == 1
    assert _state(push) == Push.State.FAILED
    assert push.error == "the bots cannot use the message"
    assert push.finished_at is not None


def test_a_learner_who_blocked_the_bot_gets_nothing(bots: FakeBots, chat: BotChat):
    BotChat.objects.update(is_blocked=True)
    push = push_send(chat=chat, key="k", text="Hi")
    assert send_waiting_pushes() == 0
    assert (_state(push), bots.messages) == (Push.State.BLOCKED, [])


def test_a_push_of_a_bot_that_is_gone_fails(bots: FakeBots, chat: BotChat):
    BotChat.objects.update(bot_number="77")
    push = push_send(chat=chat, key="k", text="Hi")
    send_waiting_pushes()
    assert (_state(push), push.error, bots.messages) == (Push.State.FAILED, "the bot is gone", [])


def test_a_push_of_which_nothing_is_heard_is_given_again_under_its_key(
    bots: FakeBots, chat: BotChat
):
    push = push_send(chat=chat, key="k", text="Hi")
    send_waiting_pushes()
    look_after_pushes()
    assert len(bots.messages) == 1
    _long_ago(push, tried_at=SILENCE, queued_at=SILENCE)
    look_after_pushes()
    assert [message.body["key"] for message in bots.messages] == ["k", "k"]
    assert _state(push) == Push.State.QUEUED
    push.refresh_from_db()
    assert push.queued_at < push.tried_at


@pytest.mark.parametrize("times", [{"created_at": GIVEN_UP_AFTER}, {"queued_at": GIVEN_UP_AFTER}])
@pytest.mark.parametrize("state", [Push.State.WAITING, Push.State.QUEUED])
def test_after_a_day_it_is_given_up(
    bots: FakeBots, chat: BotChat, times: dict[str, timedelta], state: str
):
    push = push_send(chat=chat, key="k", text="Hi")
    Push.objects.update(state=state)
    _long_ago(push, **times)
    look_after_pushes()
    assert (_state(push), bots.messages) == (Push.State.FAILED, [])
    assert "within a day" in push.error


def test_many_are_given_with_one_claim_a_hundred(
    bots: FakeBots, chat: BotChat, django_assert_max_num_queries
):
    for number in range(150):
        push_send(chat=chat, key=str(number), text="Hi")
    with django_assert_max_num_queries(14):
        assert send_waiting_pushes() == 150
    assert bots.push_ids == sorted(bots.push_ids)
    assert len(bots.messages) == 150
