"""`engagectl queue dead`: letters listed, shown without words, replayed once, dropped."""

import json
import os
import pty
import subprocess
import sys

import pytest
from redis import Redis

from tests.engagectl.queue_scene import WORDS, QueueScene, environment, message, press
from tests.services import REPOSITORY
from utils.update_envelope import dead_stream_name


def _on_a_terminal(redis_url: str, *arguments: str, answer: bytes = b"") -> tuple[int, str]:
    """Run engagectl on a terminal of its own; return its exit code and what it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "engagectl", *arguments],
        cwd=REPOSITORY, env=environment(redis_url), stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, answer)
    written = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    return process.wait(), written.decode()


# ---------------------------------------------------------------------- listing
def test_letters_are_listed_the_last_parked_first(queue: QueueScene):
    ids = [
        queue.park(queue.envelope(chat=chat), letter_id=f"{9 + chat}-0") for chat in (1, 2, 3, 4)
    ]
    document = queue.run("queue", "dead", "list", "--json").document
    assert [letter["id"] for letter in document["letters"]] == ids[::-1]
    assert document["more"] is False


def test_a_listed_letter_has_its_agreed_shape(queue: QueueScene):
    envelope = queue.envelope()
    queue.park(envelope)
    (letter,) = queue.run("queue", "dead", "list", "--json").document["letters"]
    assert set(letter) == {
        "id", "bot", "update_id", "chat", "kind", "lane", "reason", "error", "attempts", "origin",
        "trace", "entry", "received_at", "parked_at", "body_bytes",
    }  # fmt: skip
    assert letter["trace"] == envelope.trace
    assert letter["body_bytes"] == len(envelope.body)
    assert letter["attempts"] == 5
    assert (letter["bot"], letter["chat"], letter["lane"]) == ("english_bot", 100, "chat")


def test_letters_are_chosen_by_bot_reason_and_time(queue: QueueScene):
    queue.park(queue.envelope())
    wanted = queue.park(queue.envelope("vocabulary_bot"), reason="expired")
    queue.park(queue.envelope("vocabulary_bot"))
    chosen = queue.run(
        "queue", "dead", "list", "--json", "--bot", "vocabulary_bot", "--reason", "expired",
        "--since", "1h",
    )  # fmt: skip
    assert [letter["id"] for letter in chosen.document["letters"]] == [wanted]
    later = queue.run("queue", "dead", "list", "--json", "--since", "2999-01-01")
    assert later.document["letters"] == []


def test_a_limit_tells_that_there_are_more(queue: QueueScene):
    for _ in range(3):
        queue.park(queue.envelope())
    document = queue.run("queue", "dead", "list", "--json", "--limit", "2").document
    assert len(document["letters"]) == 2
    assert document["more"] is True


def test_the_list_holds_no_word_of_a_learner_and_no_control_character(queue: QueueScene):
    queue.park(queue.envelope(), error="ValueError: \x1b[2J [/bold] " + "x" * 80)
    done = queue.run("queue", "dead", "list")
    assert done.code == 0
    assert "[/bold]" in done.out
    assert "…" in done.out
    assert "\x1b" not in done.out
    assert WORDS not in done.out


def test_an_unknown_bot_gets_a_suggestion(queue: QueueScene):
    queue.park(queue.envelope())
    done = queue.run("queue", "dead", "list", "--bot", "englsh_bot")
    assert done.code == 1
    assert "did you mean english_bot?" in done.err


def test_a_known_bot_without_letters_is_no_error(queue: QueueScene):
    done = queue.run("queue", "dead", "list", "--bot", "vocabulary_bot")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--reason", "sloth"),
        ("list", "--since", "yesterday"),
        ("list", "--limit", "0"),
        ("replay",),
        ("replay", "1/2-0", "--all"),
        ("replay", "1/2-0", "--bot", "english_bot"),
        ("drop",),
        ("open",),
        ("open", "1/2-0", "--file", "x.json"),
    ],
)
def test_wrong_usage_is_exit_code_2(queue: QueueScene, arguments: tuple[str, ...]):
    assert queue.run("queue", "dead", *arguments).code == 2


# ---------------------------------------------------------------------- showing
def test_a_letter_is_shown_with_its_structure_and_without_words(queue: QueueScene):
    letter = queue.park(queue.envelope())
    done = queue.run("queue", "dead", "show", letter, "--json")
    shown = done.document["update"]["message"]
    assert shown["text"] == "•• •••••• •••••"
    assert shown["chat"] == {
        "id": 100, "type": "private", "first_name": "•••", "username": "•••••",
    }  # fmt: skip
    assert shown["from"]["language_code"] == "en"
    assert WORDS not in done.out
    assert "Ann" not in done.out


def test_a_command_and_a_buttons_data_are_shown(queue: QueueScene):
    started = queue.park(queue.envelope(update={"message": message(text="/start word 😀")}))
    pressed = queue.park(queue.envelope(update={"callback_query": press()}))
    first = queue.run("queue", "dead", "show", started, "--json").document
    assert first["update"]["message"]["text"] == "/start •••• ••"
    second = queue.run("queue", "dead", "show", pressed, "--json").document["update"]
    assert second["callback_query"]["data"] == "pick:2"
    assert second["callback_query"]["message"]["text"] == "••••• ••••"


def test_what_is_nobodys_structure_is_blanked(queue: QueueScene):
    odd = {
        "message": {
            **message(),
            "web_app_data": {"data": "typed", "button_text": "Go"},
            "contact": {"phone_number": "+123", "first_name": "Zoe", "user_id": 5},
            "location": {"latitude": 55.7, "longitude": 37.6},
            "new_thing": ["said", {"deep": "said"}],
        }
    }
    letter = queue.park(queue.envelope(update=odd))
    shown = queue.run("queue", "dead", "show", letter, "--json").document["update"]["message"]
    assert shown["web_app_data"] == {"data": "•••••", "button_text": "••"}
    assert shown["contact"] == {"phone_number": "••••", "first_name": "•••", "user_id": 5}
    assert shown["location"] == {"latitude": 0, "longitude": 0}
    assert shown["new_thing"] == ["••••", {"deep": "••••"}]


def test_a_beginning_of_the_id_is_enough(queue: QueueScene):
    letter = queue.park(queue.envelope())
    shown = queue.run("queue", "dead", "show", letter[:12], "--json").document
    assert shown["id"] == letter


def test_an_id_that_fits_several_letters_is_refused(queue: QueueScene):
    first = queue.park(queue.envelope())
    queue.park(queue.envelope())
    done = queue.run("queue", "dead", "show", first[:6])
    assert done.code == 1
    assert "2 dead letters begin with" in done.err


@pytest.mark.parametrize("wrong", ["3/1-0", "99/1732444444444-0", "nonsense", "3/1732-x"])
def test_a_wrong_id_leads_to_the_list(queue: QueueScene, wrong: str):
    done = queue.run("queue", "dead", "show", wrong)
    assert done.code == 1
    assert "queue dead list" in done.err


def test_a_body_that_is_no_json_is_shown_as_nothing(queue: QueueScene):
    envelope = queue.envelope()
    letter = queue.park(envelope, body=b"{broken", reason="unfit")
    document = queue.run("queue", "dead", "show", letter, "--json").document
    assert document["update"] is None
    assert document["body_bytes"] == 7


def test_texts_are_revealed_to_a_terminal_alone(queue: QueueScene):
    letter = queue.park(queue.envelope())
    refused = queue.run("queue", "dead", "show", letter, "--reveal")
    assert refused.code == 1
    assert WORDS not in refused.out + refused.err
    code, written = _on_a_terminal(queue.url, "queue", "dead", "show", letter, "--reveal")
    assert code == 0
    assert WORDS in written


# -------------------------------------------------------------------- replaying
def test_a_letter_goes_back_once(queue: QueueScene):
    envelope = queue.envelope()
    letter = queue.park(envelope)
    first = queue.run("queue", "dead", "replay", letter, "--json")
    assert first.code == 0
    (outcome,) = first.document["letters"]
    assert outcome["outcome"] == "replayed"
    assert outcome["stream"] == envelope.stream
    second = queue.run("queue", "dead", "replay", letter)
    assert second.code == 1
    (queued,) = queue.queued()
    assert (queued.bot_name, queued.update_id, queued.body) == (
        envelope.bot_name, envelope.update_id, envelope.body,
    )  # fmt: skip
    assert (queued.trace, queued.origin) == (envelope.trace, "replay")
    assert queued.received_at > envelope.received_at
    assert queue.letters() == []


def test_a_replayed_update_is_marked_as_seen_and_keeps_what_was_done(queue: QueueScene):
    envelope = queue.envelope()
    queue.redis.set(envelope.duplicate_mark, "1", ex=10)
    queue.redis.hset(envelope.ledger_key, "1", "sent")
    queue.redis.expire(envelope.ledger_key, 10)
    queue.run("queue", "dead", "replay", queue.park(envelope))
    assert queue.redis.ttl(envelope.duplicate_mark) > 24 * 3600
    assert queue.redis.ttl(envelope.ledger_key) > 24 * 3600


def test_a_press_returns_to_its_own_lane(queue: QueueScene):
    envelope = queue.envelope(update={"callback_query": press()})
    queue.run("queue", "dead", "replay", queue.park(envelope))
    assert queue.redis.xlen(envelope.stream) == 1
    assert envelope.stream.endswith(":fast")


def test_all_letters_go_back_in_the_order_they_came(queue: QueueScene):
    envelopes = [queue.envelope() for _ in range(4)]
    ids = [100, 300, 200, 400]
    for envelope, entry in zip(envelopes, ids, strict=True):
        queue.park(envelope, entry=f"{entry}-0")
    done = queue.run("queue", "dead", "replay", "--all", "--yes", "--json")
    assert len(done.document["letters"]) == 4
    order = [envelopes[number].update_id for number in (0, 2, 1, 3)]
    assert [each.update_id for each in queue.queued()] == order


def test_only_the_letters_meant_go_back(queue: QueueScene):
    queue.park(queue.envelope())
    kept = queue.park(queue.envelope("vocabulary_bot"))
    queue.run("queue", "dead", "replay", "--all", "--bot", "english_bot", "--yes")
    assert queue.letters() == [kept]


def test_all_are_replayed_only_when_somebody_agreed(queue: QueueScene):
    letter = queue.park(queue.envelope())
    refused = queue.run("queue", "dead", "replay", "--all")
    assert refused.code == 1
    assert "--yes" in refused.err
    assert queue.letters() == [letter]
    assert queue.queued() == []


def test_replaying_nothing_is_done(queue: QueueScene):
    assert queue.run("queue", "dead", "replay", "--all", "--yes").code == 0


def test_a_letter_that_is_no_update_is_refused_and_stays(queue: QueueScene):
    envelope = queue.envelope()
    letter = queue.park(envelope, chat="nobody")
    done = queue.run("queue", "dead", "replay", letter)
    assert done.code == 1
    assert "refused" in done.out
    assert queue.letters() == [letter]


def test_one_wrong_id_among_many_changes_nothing(queue: QueueScene):
    letter = queue.park(queue.envelope())
    assert queue.run("queue", "dead", "replay", letter, "3/1-0").code == 1
    assert queue.letters() == [letter]


def test_two_who_replay_at_once_put_each_letter_back_once(queue: QueueScene):
    for chat in range(60):
        queue.park(queue.envelope(chat=chat))
    command = [sys.executable, "-m", "engagectl", "queue", "dead", "replay", "--all", "--yes"]
    running = [
        subprocess.Popen(
            command, cwd=REPOSITORY, env=environment(queue.url), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [process.wait() for process in running] == [0, 0]
    updates = [each.update_id for each in queue.queued()]
    assert len(updates) == len(set(updates)) == 60
    assert queue.letters() == []


# --------------------------------------------------------------------- dropping
def test_letters_are_dropped_with_what_was_remembered_of_them(queue: QueueScene):
    envelope = queue.envelope()
    queue.redis.hset(envelope.ledger_key, "1", "sent")
    letter = queue.park(envelope)
    done = queue.run("queue", "dead", "drop", letter, "--yes", "--json")
    assert done.document["letters"][0]["outcome"] == "dropped"
    assert queue.letters() == []
    assert queue.queued() == []
    assert not queue.redis.exists(envelope.ledger_key)


def test_nothing_is_dropped_without_a_terminal_or_yes(queue: QueueScene):
    letter = queue.park(queue.envelope())
    assert queue.run("queue", "dead", "drop", letter).code == 1
    assert queue.letters() == [letter]


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 1), (b"y\n", 0)])
def test_a_terminal_is_asked_before_dropping(queue: QueueScene, answer: bytes, left: int):
    letter = queue.park(queue.envelope())
    _, written = _on_a_terminal(queue.url, "queue", "dead", "drop", letter, answer=answer)
    assert "Drop 1 dead letters for good?" in written
    assert len(queue.letters()) == left


def test_a_letter_without_any_field_can_be_dropped(queue: QueueScene):
    redis: Redis = queue.redis
    redis.xadd(dead_stream_name(5), {"noise": "x"})
    listed = queue.run("queue", "dead", "list", "--json").document["letters"]
    assert json.dumps(listed)
    assert queue.run("queue", "dead", "drop", listed[0]["id"], "--yes").code == 0
    assert queue.letters() == []
