"""Dead letters as they lie in Redis: listed, filtered, found by a part of their id."""

import contextlib
import heapq
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from redis import Redis

from utils.errors import EngageError
from utils.update_envelope import PARTITIONS, dead_stream_name

_PAGE = 200
_ID_FORM = re.compile(r"(\d{1,4})/(\d{1,20}(?:-\d{0,20})?)?")
_HEADS_SCRIPT = """
local found = redis.call('XREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
for _, entry in ipairs(found) do
  local fields = entry[2]
  for place = 1, #fields, 2 do
    if fields[place] == 'body' then
      fields[place] = 'body_bytes'
      fields[place + 1] = tostring(#fields[place + 1])
    end
  end
end
return found
"""
"""Returns a page of letters, newest first, with the size of each body instead of the body.

KEYS: a partition's dead letters. ARGV: the newest and the oldest id wanted, the page's length.
"""


class LetterError(EngageError):
    """There is no such dead letter, or it cannot be used as asked."""


@dataclass(frozen=True)
class DeadLetter:
    """One parked entry.

    Attributes:
        partition: whose dead letters it lies with.
        entry_id: its id there.
        fields: what it holds; a letter whose entry was malformed lacks some. `body_bytes` stands
            in place of `body` in a list.
    """

    partition: int
    entry_id: str
    fields: dict[str, bytes]

    @classmethod
    def of(cls, partition: int, entry_id: bytes, flat: Iterable[bytes]) -> Self:
        """Read a letter from Redis's flat list of names and values."""
        values = iter(flat)
        fields = {name.decode(errors="replace"): value for name, value in zip(values, values)}  # noqa: B905 (one iterator)
        return cls(partition, entry_id.decode(), fields)

    @property
    def id(self) -> str:
        """What a person calls it by."""
        return f"{self.partition}/{self.entry_id}"

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts letters by when they were parked."""
        return tuple(int(part) for part in self.entry_id.split("-"))

    @property
    def arrival(self) -> tuple[int, ...]:
        """Sorts letters by when their entries joined the queue."""
        parts = self.text("entry").split("-")
        return tuple(int(part) for part in parts) if all(map(str.isdecimal, parts)) else self.order

    def text(self, name: str) -> str:
        """Return a field as text, empty when the letter lacks it."""
        return self.fields.get(name, b"").decode(errors="replace")

    def number(self, name: str) -> int | None:
        """Return a field as a whole number, None when it is none."""
        with contextlib.suppress(ValueError):
            return int(self.text(name))
        return None

    def update(self) -> Any:
        """Return the parsed body, None when it is no JSON."""
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(self.fields.get("body", b""))
        return None

    def summary(self) -> dict[str, Any]:
        """Return all but the body as JSON-ready values."""
        size = self.number("body_bytes")
        return {
            "id": self.id,
            "bot": self.text("bot"),
            "update_id": self.number("id"),
            "chat": self.number("chat"),
            "kind": self.text("kind"),
            "lane": self.text("lane"),
            "reason": self.text("reason"),
            "error": self.text("error"),
            "attempts": self.number("attempts"),
            "origin": self.text("from"),
            "trace": self.text("trace"),
            "entry": self.text("entry"),
            "received_at": _moment(self.text("at")),
            "parked_at": _moment(self.text("parked_at")),
            "body_bytes": len(self.fields.get("body", b"")) if size is None else size,
        }


@dataclass(frozen=True)
class Wanted:
    """Which letters are meant; an empty choice means all."""

    bot: str = ""
    reason: str = ""
    since: float = 0.0

    def includes(self, letter: DeadLetter) -> bool:
        """Tell whether a letter is meant."""
        return (not self.bot or letter.text("bot") == self.bot) and (
            not self.reason or letter.text("reason") == self.reason
        )


def letter_heads(client: Redis, wanted: Wanted) -> Iterator[DeadLetter]:
    """Yield the letters that are meant without their bodies, those parked last first."""
    each = (_partition_heads(client, number, wanted.since) for number in range(PARTITIONS))
    merged = heapq.merge(*each, key=lambda letter: letter.order, reverse=True)
    return (letter for letter in merged if wanted.includes(letter))


def find_letter(client: Redis, given: str) -> DeadLetter:
    """Return the one letter whose id is, or begins with, what was given.

    Raises:
        LetterError: there is none, or more than one.
    """
    form = _ID_FORM.fullmatch(given)
    if form is None or int(form[1]) >= PARTITIONS:
        raise LetterError(
            f"{given} is no dead letter's id",
            why="an id is <partition>/<entry>, such as 3/1732444444444-0",
            mend="engagectl queue dead list",
        )
    partition, beginning = int(form[1]), form[2] or ""
    heads = _partition_heads(client, partition, 0.0)
    found = [head.entry_id for head in heads if head.entry_id.startswith(beginning)]
    if beginning in found:
        found = [beginning]
    if len(found) != 1:
        raise _not_one(given, partition, found)
    return read_letter(client, partition, found[0])


def read_letter(client: Redis, partition: int, entry_id: str) -> DeadLetter:
    """Return a letter with its body.

    Raises:
        LetterError: it is gone.
    """
    answer: Any = client.xrange(dead_stream_name(partition), entry_id, entry_id)
    if not answer:
        raise _not_one(f"{partition}/{entry_id}", partition, [])
    ((found_id, fields),) = answer
    return DeadLetter(partition, found_id.decode(), {k.decode(): v for k, v in fields.items()})


def _partition_heads(client: Redis, partition: int, since: float) -> Iterator[DeadLetter]:
    newest, oldest = "+", f"{max(int(since * 1000), 0)}-0"
    heads = client.register_script(_HEADS_SCRIPT)
    while True:
        found: Any = heads(keys=[dead_stream_name(partition)], args=[newest, oldest, _PAGE])
        for entry_id, flat in found:
            yield DeadLetter.of(partition, entry_id, flat)
        if len(found) < _PAGE:
            return
        newest = f"({found[-1][0].decode()}"


def _not_one(given: str, partition: int, found: list[str]) -> LetterError:
    if found:
        some = ", ".join(f"{partition}/{entry_id}" for entry_id in found[:3])
        return LetterError(
            f"{len(found)} dead letters begin with {given}",
            why=f"{some}{' …' if len(found) > 3 else ''}",
            mend="give more of the id",
        )
    return LetterError(
        f"there is no dead letter {given}",
        why="it was replayed or dropped, or never was",
        mend="see what there is: engagectl queue dead list",
    )


def _moment(seconds: str) -> str | None:
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="milliseconds")
    return None
