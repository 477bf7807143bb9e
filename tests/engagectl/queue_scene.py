"""A queue in a real Redis as gateway and bots leave it, and engagectl run upon it."""

import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis import Redis

from engagectl.cli import main
from tests.services import REPOSITORY
from utils.update_envelope import (
    APPEND_SCRIPT,
    DUPLICATE_MARK_SECONDS,
    GROUP,
    LANES,
    PARTITIONS,
    READER,
    UpdateEnvelope,
    dead_stream_name,
    lane_of,
    stream_name,
)

WORDS = "my secret words"


@dataclass
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass
class QueueScene:
    """Writes entries the way the services do."""

    redis: Redis
    url: str
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def run(self, *arguments: str) -> Done:
        """Run engagectl in this process, as its console script does."""
        self.monkeypatch.setattr(sys, "argv", ["engagectl", *arguments])
        self.capture.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self.capture.readouterr()
        return Done(code, out, err)

    def envelope(
        self, bot: str = "english_bot", update: dict[str, Any] | None = None, *, chat: int = 100
    ) -> UpdateEnvelope:
        """Return an update from the gateway."""
        content = {"update_id": next(self._numbers), **(update or {"message": message(chat)})}
        body = json.dumps(content).encode()
        return UpdateEnvelope.wrap(bot_name=bot, update=content, body=body, origin="gateway")

    def append(self, envelope: UpdateEnvelope) -> str:
        """Put an update into its stream; return the entry's id."""
        arguments = [part for pair in envelope.fields().items() for part in pair]
        keys = [envelope.stream, envelope.duplicate_mark]
        entry: Any = self.redis.eval(
            APPEND_SCRIPT, 2, *keys, DUPLICATE_MARK_SECONDS, 1000, *arguments
        )
        return str(entry.decode())

    def park(self, envelope: UpdateEnvelope, *, letter_id: str = "*", **changed: Any) -> str:
        """Put an update among the dead letters as the bots do; return the letter's id."""
        fields: dict[Any, Any] = {
            **envelope.fields(),
            "reason": "failed",
            "error": "ValueError: no such [thing]",
            "attempts": "5",
            "lane": lane_of(envelope.kind),
            "entry": f"{int(envelope.received_at * 1000)}-0",
            "parked_at": f"{time.time():.6f}",
            **changed,
        }
        entry: Any = self.redis.xadd(dead_stream_name(envelope.partition), fields, id=letter_id)
        return f"{envelope.partition}/{entry.decode()}"

    def take(self, envelope: UpdateEnvelope) -> None:
        """Deliver what waits in the update's stream to its owner, who does not settle it."""
        self.redis.xgroup_create(envelope.stream, GROUP, id="0")
        self.redis.xreadgroup(GROUP, READER, {envelope.stream: ">"})

    def letters(self) -> list[str]:
        """The ids of all dead letters."""
        return [
            f"{number}/{entry_id.decode()}"
            for number in range(PARTITIONS)
            for entry_id, _ in self.redis.xrange(dead_stream_name(number))
        ]

    def queued(self) -> list[UpdateEnvelope]:
        """All entries of all lanes, each lane's in order."""
        return [
            UpdateEnvelope.from_fields(fields)
            for number in range(PARTITIONS)
            for lane in LANES
            for _, fields in self.redis.xrange(stream_name(number, lane))
        ]


def message(chat: int = 100, text: str = WORDS) -> dict[str, Any]:
    """Return a message in a private chat."""
    return {
        "message_id": 7,
        "date": 1_790_000_000,
        "text": text,
        "chat": {"id": chat, "type": "private", "first_name": "Ann", "username": "ann_k"},
        "from": {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": "en"},
    }


def press(chat: int = 100) -> dict[str, Any]:
    """Return a press of a button under a bot's message."""
    sender = message(chat)["from"]
    shown = {**message(chat, "Which one?"), "from": {"id": 9, "is_bot": True, "first_name": "B"}}
    return {"id": "4711", "from": sender, "message": shown, "chat_instance": "1", "data": "pick:2"}


def environment(redis_url: str) -> dict[str, str]:
    """Return the environment of engagectl as a process of its own."""
    return {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1",
        "COLUMNS": "160", "TERM": "dumb", "REDIS_URL": redis_url,
    }  # fmt: skip
