"""A message to all learners of a bot: let out a few at a time, seen on its way, stopped at once."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engageai_core.accounts.models import BotChat, Learner
from engageai_core.notifications.models import Broadcast, Push
from engageai_core.notifications.selectors import standing_broadcast_ids
from engageai_core.notifications.services import broadcasts as service
from engageai_core.notifications.services.pushes import SILENCE, push_send, pushes_take_back
from engageai_core.notifications.tasks import send_waiting_pushes
from tests.engageai_core.callers import bot_client
from tests.engageai_core.notifications.fake_bots import FakeBots

pytestmark = pytest.mark.django_db


def _learners(count: int, first: int = 5000, bot_number: str = "1", language: str = "ru") -> None:
    learners = Learner.objects.bulk_create(
        Learner(telegram_id=first + number, first_name="A", language=language)
        for number in range(count)
    )
    BotChat.objects.bulk_create(
        BotChat(learner=one, bot_number=bot_number, bot_name="b", chat_id=one.telegram_id)
        for one in learners
    )


def _running(**fields: Any) -> Broadcast:
    broadcast = Broadcast.objects.create(**{"bot_number": "1", "text_ru": "Привет", **fields})
    assert service.broadcast_start(broadcast=broadcast)
    return broadcast


def _advance(broadcast: Broadcast) -> float | None:
    """Advance as the worker does a second later."""
    Broadcast.objects.update(advanced_at=None)
    return service.broadcast_advance(broadcast_id=broadcast.pk)


def _tell(bots: FakeBots, outcome: str = "sent") -> None:
    told = [{"push_id": pk, "outcome": outcome} for pk in bots.push_ids]
    assert bot_client().post("/api/v1/pushes/outcomes/", {"outcomes": told}).status_code == 200
    bots.messages.clear()


def _progress(broadcast: Broadcast) -> dict[str, Any]:
    out = StringIO()
    call_command("broadcast_progress", str(broadcast.pk), json=True, stdout=out)
    (entry,) = json.loads(out.getvalue())["broadcasts"]
    return dict(entry)


def test_every_learner_of_the_bot_gets_the_text_in_their_language(bots: FakeBots):
    _learners(2)
    _learners(1, first=6000, language="en")
    _learners(1, first=7000, bot_number="2")
    _learners(1, first=8000)
    BotChat.objects.filter(chat_id=8000).update(is_blocked=True)
    _advance(_running(text_en="Hello"))
    assert {(m.body["chat_id"], m.body["text"], m.body["bulk"]) for m in bots.messages} == {
        (5000, "Привет", True),
        (5001, "Привет", True),
        (6000, "Hello", True),
    }


@pytest.mark.parametrize(("ru", "en"), [("", "Hello"), ("Привет", "")])
def test_a_text_that_is_missing_is_replaced_by_the_other(bots: FakeBots, ru: str, en: str):
    _learners(1)
    _learners(1, first=6000, language="en")
    _advance(_running(text_ru=ru, text_en=en))
    assert [message.body["text"] for message in bots.messages] == [ru or en] * 2


def test_at_most_a_window_is_with_the_bots(bots: FakeBots, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service, "_MADE_AT_ONCE", 60)
    _learners(250)
    broadcast = _running()
    given = []
    for _ in range(4):
        _advance(broadcast)
        given.append(len(bots.messages))
    assert given == [60, 100, 100, 100]
    _tell(bots)
    _advance(broadcast)
    assert len(bots.messages) == 100
    assert Push.objects.count() == 250


def test_it_is_done_when_every_push_has_its_outcome(bots: FakeBots):
    _learners(3)
    broadcast = _running()
    assert _advance(broadcast) == service.PAUSE_SECONDS
    assert _advance(broadcast) == service.PAUSE_SECONDS
    _tell(bots)
    assert _advance(broadcast) is None
    broadcast.refresh_from_db()
    assert broadcast.state == Broadcast.State.DONE
    assert broadcast.finished_at is not None
    assert _advance(broadcast) is None
    assert bots.messages == []


def test_without_learners_it_is_done_at_once(bots: FakeBots):
    broadcast = _running()
    assert _advance(broadcast) is None
    assert _progress(broadcast)["state"] == "done"


def test_a_stop_lets_nothing_more_out_and_a_start_goes_on(bots: FakeBots):
    _learners(150)
    broadcast = _running()
    _advance(broadcast)
    assert service.broadcast_stop(broadcast=broadcast)
    assert not service.broadcast_stop(broadcast=broadcast)
    first = set(bots.push_ids)
    _tell(bots)
    assert _advance(broadcast) is None
    assert bots.messages == []
    assert service.broadcast_start(broadcast=broadcast)
    _advance(broadcast)
    assert (len(bots.messages), first & set(bots.push_ids)) == (50, set())


def test_a_learner_who_blocks_the_bot_meanwhile_gets_nothing(bots: FakeBots):
    _learners(101)
    broadcast = _running()
    _advance(broadcast)
    BotChat.objects.filter(chat_id=5100).update(is_blocked=True)
    _tell(bots)
    _advance(broadcast)
    assert bots.messages == []
    assert _progress(broadcast)["blocked"] == 1


def test_bots_that_take_nothing_now_are_asked_more_slowly_and_in_order(bots: FakeBots):
    _learners(5)
    broadcast = _running()
    bots.status = 503
    assert _advance(broadcast) == service.PAUSE_WHEN_NOT_TAKEN_SECONDS
    assert len(bots.messages) == 1
    bots.status = 202
    bots.messages.clear()
    _advance(broadcast)
    assert [message.body["chat_id"] for message in bots.messages] == list(range(5000, 5005))


def test_pushes_of_a_running_broadcast_are_given_again_and_of_a_stopped_one_not(bots: FakeBots):
    _learners(1)
    broadcast = _running()
    _advance(broadcast)
    for expected in (["queued"], ["waiting"]):
        if expected == ["waiting"]:
            service.broadcast_start(broadcast=broadcast)
        else:
            service.broadcast_stop(broadcast=broadcast)
        Push.objects.update(tried_at=timezone.now() - SILENCE)
        pushes_take_back()
        assert list(Push.objects.values_list("state", flat=True)) == expected
    _advance(broadcast)
    assert len({message.body["key"] for message in bots.messages}) == 1
    assert len(bots.messages) == 2


def test_it_stops_when_its_bot_is_gone(bots: FakeBots):
    _learners(2, bot_number="77")
    broadcast = _running(bot_number="77")
    assert _advance(broadcast) is None
    assert _progress(broadcast)["state"] == "stopped"
    assert bots.messages == []


def test_one_broadcast_is_not_advanced_twice_at_once(bots: FakeBots):
    _learners(1)
    broadcast = _running()
    assert service.broadcast_advance(broadcast_id=broadcast.pk) is not None
    assert service.broadcast_advance(broadcast_id=broadcast.pk) is None


def test_a_broadcast_that_nobody_advances_is_found(bots: FakeBots):
    broadcast = _running()
    assert standing_broadcast_ids() == [broadcast.pk]
    Broadcast.objects.update(advanced_at=timezone.now())
    assert standing_broadcast_ids() == []
    Broadcast.objects.update(advanced_at=timezone.now() - timedelta(minutes=1))
    assert standing_broadcast_ids() == [broadcast.pk]
    service.broadcast_stop(broadcast=broadcast)
    assert standing_broadcast_ids() == []


def test_a_single_push_does_not_wait_for_a_broadcast(bots: FakeBots):
    _learners(150)
    _advance(_running())
    chat = BotChat.objects.latest("pk")
    push = push_send(chat=chat, key="reminder", text="Time to learn")
    assert send_waiting_pushes() == 1
    assert bots.push_ids[-1] == push.pk
    assert bots.messages[-1].body["bulk"] is False


def test_progress_tells_how_many_how_fast_and_how_long(bots: FakeBots):
    _learners(120)
    broadcast = _running()
    _advance(broadcast)
    _tell(bots, "sent")
    _advance(broadcast)
    told = _progress(broadcast)
    assert {name: told[name] for name in ("total", "waiting", "queued", "sent", "blocked")} == {
        "total": 120, "waiting": 0, "queued": 20, "sent": 100, "blocked": 0,
    }  # fmt: skip
    assert (told["rate_per_second"], told["eta_seconds"]) == (round(100 / 60, 2), 12)
    lines = StringIO()
    call_command("broadcast_progress", stdout=lines)
    assert "100 sent" in lines.getvalue()
    with pytest.raises(CommandError, match="no broadcast 0"):
        call_command("broadcast_progress", "0")


# ------------------------------------------------------------------------- the admin
_LIST = "/admin/notifications/broadcast/"


def _act(client: Client, action: str, broadcast: Broadcast) -> str:
    chosen = {"action": action, "_selected_action": [broadcast.pk]}
    page = client.post(_LIST, chosen, follow=True)
    broadcast.refresh_from_db()
    return page.content.decode()


def test_a_teacher_writes_sees_starts_and_stops_a_broadcast(admin_client: Client, bots: FakeBots):
    fields = {"bot_number": "1", "text_ru": "Урок <b>сегодня</b>", "text_en": ""}
    assert admin_client.post(f"{_LIST}add/", fields).status_code == 302
    broadcast = Broadcast.objects.get()
    assert broadcast.created_by == User.objects.get()
    page = admin_client.get(f"{_LIST}{broadcast.pk}/change/").content.decode()
    assert "Урок &lt;b&gt;сегодня&lt;/b&gt;" in page
    assert "started" in _act(admin_client, "start", broadcast)
    assert broadcast.state == Broadcast.State.RUNNING
    _learners(2)
    _advance(broadcast)
    assert "0 of 2" in admin_client.get(_LIST).content.decode()
    changed = {**fields, "text_ru": "Другое"}
    admin_client.post(f"{_LIST}{broadcast.pk}/change/", changed)
    assert "nothing done" in _act(admin_client, "start", broadcast)
    assert broadcast.text_ru == "Урок <b>сегодня</b>"
    assert "stopped" in _act(admin_client, "stop", broadcast)
    assert broadcast.state == Broadcast.State.STOPPED


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_number": "1", "text_ru": "", "text_en": ""},
        {"bot_number": "77", "text_ru": "a", "text_en": ""},
        {"bot_number": "1", "text_ru": "x" * 4097, "text_en": ""},
    ],
)
def test_a_broadcast_that_cannot_be_is_refused(admin_client: Client, fields: dict[str, str]):
    assert admin_client.post(f"{_LIST}add/", fields).status_code == 200
    assert not Broadcast.objects.exists()


def test_queries_of_the_list_do_not_grow(admin_client: Client):
    counts = []
    for _ in range(2):
        for _ in range(4):
            Broadcast.objects.create(bot_number="1", text_ru="a")
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(_LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
