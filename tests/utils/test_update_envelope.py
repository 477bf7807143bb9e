"""The update's envelope: order key, partition, round trip."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.update_envelope import (
    PARTITIONS,
    EnvelopeError,
    UpdateEnvelope,
    chat_of,
    kind_of,
    lane_of,
    partition_of,
)


def _wrap(update: dict[str, Any]) -> UpdateEnvelope:
    body = json.dumps(update).encode()
    return UpdateEnvelope.wrap(bot_name="english_bot", update=update, body=body, origin="gateway")


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"message": {"chat": {"id": 5}}}, 5),
        ({"edited_message": {"chat": {"id": -100}}}, -100),
        ({"callback_query": {"from": {"id": 3}, "message": {"chat": {"id": 4}}}}, 4),
        ({"callback_query": {"from": {"id": 3}, "inline_message_id": "x"}}, 3),
        ({"inline_query": {"from": {"id": 8}}}, 8),
        ({"poll_answer": {"user": {"id": 9}}}, 9),
        ({"my_chat_member": {"chat": {"id": 6}, "from": {"id": 1}}}, 6),
        ({"message_reaction": {"chat": {"id": 7}}}, 7),
        ({"poll": {"id": "1"}}, 0),
        ({"message": "nonsense"}, 0),
        ({"message": {"chat": {"id": "5"}}}, 0),
    ],
)
def test_the_chat_whose_order_is_kept(update: dict[str, Any], chat: int):
    assert chat_of(update, kind_of(update)) == chat


@pytest.mark.parametrize(
    ("kind", "lane", "seconds"),
    [
        ("message", "chat", 86_400),
        ("edited_message", "chat", 86_400),
        ("callback_query", "fast", 150),
        ("pre_checkout_query", "fast", 150),
        ("shipping_query", "fast", 150),
        ("inline_query", "fast", 30),
        ("chosen_inline_result", "chat", 600),
        ("stopped_message_generation", "fast", 86_400),
        ("a_kind_of_tomorrow", "chat", 86_400),
    ],
)
def test_what_expires_in_seconds_takes_the_fast_lane(kind: str, lane: str, seconds: float):
    envelope = _wrap({"update_id": 1, kind: {}})
    assert lane_of(envelope.kind) == lane
    assert envelope.expires_at - envelope.received_at == seconds


@pytest.mark.parametrize("update_id", [None, "1", 1.5, True, 2**63, -(2**63) - 1])
def test_what_has_no_whole_update_id_is_no_update(update_id: object):
    with pytest.raises(EnvelopeError):
        _wrap({"update_id": update_id, "message": {}})


@given(update_id=st.integers(0, 2**60), chat=st.integers(-(2**52), 2**52), text=st.text())
def test_an_entry_comes_back_as_it_went_in(update_id: int, chat: int, text: str):
    envelope = _wrap({"update_id": update_id, "message": {"chat": {"id": chat}, "text": text}})
    stored = {
        name.encode(): value if isinstance(value, bytes) else value.encode()
        for name, value in envelope.fields().items()
    }
    back = UpdateEnvelope.from_fields(stored)
    assert back.received_at == pytest.approx(envelope.received_at, abs=1e-5)
    assert asdict(replace(back, received_at=0.0)) == asdict(replace(envelope, received_at=0.0))


@pytest.mark.parametrize("broken", [{}, {b"bot": b"a"}, {b"bot": b"a", b"id": b"x"}])
def test_a_broken_entry_is_refused(broken: dict[bytes, bytes]):
    with pytest.raises(EnvelopeError):
        UpdateEnvelope.from_fields(broken)


def test_updates_of_one_chat_share_a_partition_and_chats_spread_over_all():
    assert partition_of("a", 7) == partition_of("a", 7)
    assert {partition_of("a", chat) for chat in range(500)} == set(range(PARTITIONS))


def test_the_duplicate_mark_tells_bots_apart():
    one = _wrap({"update_id": 1})
    other = replace(one, bot_name="vocabulary_bot")
    assert one.duplicate_mark.split(":", 3)[3] != other.duplicate_mark.split(":", 3)[3]


def test_a_push_is_named_by_its_key_and_is_never_taken_for_an_update():
    one, same, other = (
        UpdateEnvelope.push(bot_name="english_bot", chat_id=5, key=key, body=b"{}")
        for key in ("reminder 1", "reminder 1", "reminder 2")
    )
    assert one.duplicate_mark == same.duplicate_mark != other.duplicate_mark
    assert one.update_id < 0
    assert lane_of(one.kind) == "push"


def test_all_keys_of_a_partition_can_lie_on_one_node():
    envelope = _wrap({"update_id": 1, "message": {"chat": {"id": 5}}})
    tag = f"{{{envelope.partition}}}"
    assert all(
        tag in key for key in (envelope.stream, envelope.duplicate_mark, envelope.ledger_key)
    )
