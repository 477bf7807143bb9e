"""The packed command says what an envelope of the same update says."""

from typing import Any

import hiredis
import pytest

from api_gateway.append_command import AppendCommand, by_text
from utils.update_envelope import (
    APPEND_SCRIPT,
    DUPLICATE_MARK_SECONDS,
    KINDS,
    UpdateEnvelope,
    new_trace,
)

CHAT = {"id": -1001234567890, "type": "supergroup"}
UPDATES: list[dict[str, Any]] = [
    {"update_id": 1, "message": {"chat": {"id": 42}, "text": "привет %d %b"}},
    {"update_id": -(2**63), "message": {"chat": {"id": 2**63 - 1}}},
    {"update_id": 2**63 - 1, "callback_query": {"from": {"id": 7}, "message": {"chat": CHAT}}},
    {"update_id": 5, "callback_query": {"from": {"id": 7}, "inline_message_id": "x"}},
    {"update_id": 6, "message": {"chat": {"id": "42"}}},
    {"update_id": 7, "message": None},
    {"update_id": 8, "novelty": {"chat": {"id": 4}}},
    {"update_id": 9},
    *({"update_id": 10, kind: {"chat": CHAT}} for kind in sorted(KINDS)),
    *({"update_id": 11, "message": {"chat": {"id": number}}} for number in range(60)),
]


def _arguments(command: bytes) -> list[bytes]:
    reader = hiredis.Reader()
    reader.feed(command)
    arguments: list[bytes] = reader.gets()
    assert reader.gets() is False, "there is more than one command"
    return arguments


@pytest.mark.parametrize("bot_name", ["english_bot", "b", "a_bot_with_a_long_name_of_its_own"])
def test_command_says_what_the_envelope_says(bot_name: str) -> None:
    packer = AppendCommand(high_mark=123)
    for update in UPDATES:
        body, trace = repr(update).encode(), new_trace()
        command = packer.pack(bot_name, update, body, trace)
        expected = UpdateEnvelope.wrap(
            bot_name=bot_name, update=update, body=body, origin="gateway"
        )
        name, script, *arguments = _arguments(command)
        assert (name, len(script)) == (b"EVALSHA", 40)
        assert arguments[:5] == [
            b"2", expected.stream.encode(), expected.duplicate_mark.encode(),
            str(DUPLICATE_MARK_SECONDS).encode(), b"123",
        ]  # fmt: skip
        fields = arguments[5:]
        found = UpdateEnvelope.from_fields(dict(zip(fields[::2], fields[1::2], strict=True)))
        assert found.trace == trace
        assert abs(found.received_at - expected.received_at) < 60
        for attribute in ("bot_name", "update_id", "chat_id", "kind", "origin", "body"):
            assert getattr(found, attribute) == getattr(expected, attribute), update
        assert _arguments(by_text(command)) == [b"EVAL", APPEND_SCRIPT.encode(), *arguments]
