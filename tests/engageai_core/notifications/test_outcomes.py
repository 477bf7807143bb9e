"""What the bots tell about pushes: taken once, from the bot whose pushes they are."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from engageai_core.accounts.models import BotChat
from engageai_core.notifications.models import Push
from tests.engageai_core.callers import bot_client
from tests.engageai_core.school import make_learner

_PATH = "/api/v1/pushes/outcomes/"


def _push(chat: BotChat, key: str, state: str = Push.State.QUEUED) -> Push:
    return Push.objects.create(chat=chat, key=key, text="Hi", state=state)


def _tell(*outcomes: dict[str, Any], bot: int = 1) -> Any:
    return bot_client(bot).post(_PATH, {"outcomes": list(outcomes)})


def _states() -> list[tuple[str, str]]:
    return list(Push.objects.order_by("pk").values_list("state", "error"))


def test_each_push_gets_its_outcome(chat: BotChat):
    other = make_learner(telegram_id=1002).chats.get()
    one, two, three = _push(chat, "1"), _push(other, "2"), _push(chat, "3")
    answer = _tell(
        {"push_id": one.pk, "outcome": "sent"},
        {"push_id": two.pk, "outcome": "blocked", "error": "Forbidden: bot was blocked"},
        {"push_id": three.pk, "outcome": "failed", "error": "Bad Request: " + "x" * 400},
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": 3})
    (sent, blocked, failed) = _states()
    assert (sent, blocked) == (("sent", ""), ("blocked", "Forbidden: bot was blocked"))
    assert (failed[0], len(failed[1])) == ("failed", 300)
    assert not Push.objects.filter(finished_at=None).exists()
    assert list(BotChat.objects.filter(is_blocked=True)) == [other]


def test_the_first_outcome_stays(chat: BotChat):
    push = _push(chat, "1")
    sent = {"push_id": push.pk, "outcome": "sent"}
    assert _tell(sent, {"push_id": push.pk, "outcome": "failed"}).json() == {"accepted": 1}
    assert _tell(sent).json() == {"accepted": 0}
    assert _tell({"push_id": push.pk, "outcome": "blocked"}).json() == {"accepted": 0}
    assert _states() == [("sent", "")]
    assert not BotChat.objects.filter(is_blocked=True).exists()


def test_an_outcome_that_comes_while_the_push_is_thought_to_wait_counts(chat: BotChat):
    push = _push(chat, "1", Push.State.WAITING)
    assert _tell({"push_id": push.pk, "outcome": "sent"}).json() == {"accepted": 1}


def test_a_push_given_up_stays_failed(chat: BotChat):
    push = _push(chat, "1", Push.State.FAILED)
    assert _tell({"push_id": push.pk, "outcome": "sent"}).json() == {"accepted": 0}
    assert _states() == [("failed", "")]


def test_another_bots_pushes_and_unknown_ones_are_passed_over(chat: BotChat):
    mine, unknown = _push(chat, "1"), {"push_id": 2**63 - 1, "outcome": "sent"}
    foreign = {"push_id": mine.pk, "outcome": "blocked"}
    answer = _tell(foreign, unknown, bot=2)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 0})
    assert _states() == [("queued", "")]
    assert not BotChat.objects.filter(is_blocked=True).exists()
    known = {"push_id": mine.pk, "outcome": "sent"}
    assert _tell(unknown, known).json() == {"accepted": 1}


@pytest.mark.parametrize(
    "outcome",
    [
        {"outcome": "sent"},
        {"push_id": 0, "outcome": "sent"},
        {"push_id": 2**63, "outcome": "sent"},
        {"push_id": 1, "outcome": "queued"},
        {"push_id": 1, "outcome": "sent", "error": "x" * 4001},
        5,
    ],
)
def test_what_is_no_outcome_is_refused_by_its_place(chat: BotChat, outcome: Any):
    refused = _tell({"push_id": 1, "outcome": "sent"}, outcome)
    assert refused.status_code == 400
    assert all(name.startswith("outcomes.1") for name in refused.json()["error"]["fields"])


def test_too_many_at_once_are_refused(chat: BotChat):
    outcomes = [{"push_id": number + 1, "outcome": "sent"} for number in range(501)]
    assert _tell(*outcomes).status_code == 400
    assert _tell(*outcomes[1:]).status_code == 200


def test_queries_do_not_grow_with_the_number(chat: BotChat, django_assert_num_queries):
    for count in (2, 60):
        pushes = [_push(chat, f"{count}:{number}") for number in range(count)]
        told = [
            {"push_id": push.pk, "outcome": ("sent", "blocked")[push.pk % 2]} for push in pushes
        ]
        # The savepoint's two, the pushes locked, the pushes written, the chats marked.
        with django_assert_num_queries(5):
            assert _tell(*told).json() == {"accepted": count}


def _counted(outcome: str) -> float:
    page = Client().get("/metrics").content.decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "engage_core_push_outcomes_total" and sample.labels["outcome"] == outcome
    )


def test_outcomes_are_counted_once(chat: BotChat, django_capture_on_commit_callbacks):
    sent = {"push_id": _push(chat, "1").pk, "outcome": "sent"}
    before = _counted("sent")
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            _tell(sent)
    assert _counted("sent") == before + 1
