"""An update's way through Redis Streams: names, lanes, partitions, duplicate mark, entry format.

The gateway appends (producer), the bots read (consumer), the CLI inspects; all three take the
names and the format from here. Every key of a partition carries its number in braces, so that a
partition can move to another node as a whole.
"""

import hashlib
import random
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from utils.errors import EngageError

PARTITIONS = 16
GROUP = "bots"
READER = "owner"
"""The one consumer name: whoever owns a partition next finds what its last owner left pending."""

Lane = Literal["chat", "fast", "push"]
LANES: tuple[Lane, ...] = ("chat", "fast", "push")
"""`chat`: messages, in order within a chat. `fast`: what expires within seconds (presses, queries),
in order within a chat but beside its messages. `push`: messages to learners that nobody waits for.
"""

DUPLICATE_MARK_SECONDS = 26 * 3600
"""Telegram repeats an update for up to 24 hours; the mark outlives that."""

LARGEST_BODY = 1024 * 1024
"""Bytes of an update's body. Telegram's own largest update is half of that."""

QUEUE_FULL = 0
"""What APPEND_SCRIPT returns instead of an entry's id when the stream is at its high mark."""

APPEND_SCRIPT = """
if redis.call('EXISTS', KEYS[2]) == 1 then
  return false
end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[1])
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
"""
"""Marks the duplicate and appends in one step.

KEYS: the partition's stream, the duplicate mark. ARGV: the mark's seconds, the stream's high mark
in entries, then the entry's fields and values in turn. Returns the entry's id, nil when the update
was seen before, QUEUE_FULL when the stream is at its high mark (nothing is marked then).
"""

OWNERS_KEY = "engage:owners"
"""Sorted set of the bots processes alive, each with the Unix time in ms when it counts as dead."""

UNSURE_KEY = "engage:unsure"
"""Capped stream of calls that were in flight when their process died, and were made again."""

_DAY = 86_400.0
_LIFETIMES = {
    "callback_query": 150.0,
    "shipping_query": 150.0,
    "pre_checkout_query": 150.0,
    "inline_query": 30.0,
    "chosen_inline_result": 600.0,
}
_FAST_KINDS = frozenset(
    {
        "callback_query",
        "inline_query",
        "pre_checkout_query",
        "shipping_query",
        "stopped_message_generation",
    }
)
PUSH = "push"
"""The kind of an entry that is no update but a message to a learner, from inside."""

KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages",
        "guest_message", "message_reaction", "message_reaction_count", "inline_query",
        "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
        "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
        "stopped_message_generation",
    }
)  # fmt: skip
"""Telegram's names of what an update can carry."""

OTHER = "other"
"""The kind of an update whose kind this version does not know."""


class EnvelopeError(EngageError):
    """An update's body, or a stream's entry, is not what it should be."""


@dataclass(frozen=True, slots=True)
class UpdateEnvelope:
    """One update as it lies in a stream.

    Attributes:
        bot_name: the bot the update is for.
        update_id: Telegram's number of the update, unique for one bot; negative for a push.
        chat_id: the chat whose order is kept; 0 when the update belongs to none.
        kind: Telegram's name of what the update carries, `other` when unknown, or `push`.
        received_at: Unix time in seconds at which the producer took it.
        origin: `gateway` or `internal`, the door it came in by; `replay` from the dead letters.
        trace: 32 hexadecimal digits that name the update in every log on its way.
        body: the update exactly as received, JSON text.
    """

    bot_name: str
    update_id: int
    chat_id: int
    kind: str
    received_at: float
    origin: str
    trace: str
    body: bytes

    @classmethod
    def wrap(cls, *, bot_name: str, update: Mapping[str, Any], body: bytes, origin: str) -> Self:
        """Wrap an update whose JSON text is `body` and whose parsed form is `update`.

        Raises:
            EnvelopeError: `update_id` is missing or no whole number that fits 64 bits.
        """
        update_id = update.get("update_id")
        if type(update_id) is not int or not -(2**63) <= update_id < 2**63:
            raise EnvelopeError(
                "the body is not a Telegram update",
                why="it has no whole number under update_id",
                mend="send the update exactly as Telegram does",
            )
        kind = kind_of(update)
        return cls(
            bot_name,
            update_id,
            chat_of(update, kind),
            kind,
            time.time(),
            origin,
            new_trace(),
            body,
        )

    @classmethod
    def push(cls, *, bot_name: str, chat_id: int, key: str, body: bytes) -> Self:
        """Wrap a message to a learner; `key` names it, so that a repeat of it is a duplicate."""
        digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big") >> 1
        return cls(bot_name, -1 - number, chat_id, PUSH, time.time(), "internal", new_trace(), body)

    def replayed(self) -> Self:
        """Return the envelope as it goes into the queue once more, by an operator's hand."""
        return replace(self, received_at=time.time(), origin="replay")

    def fields(self) -> dict[str, str | bytes]:
        """Return the entry's fields as they go into the stream."""
        return {
            "bot": self.bot_name,
            "id": str(self.update_id),
            "chat": str(self.chat_id),
            "kind": self.kind,
            "at": f"{self.received_at:.6f}",
            "from": self.origin,
            "trace": self.trace,
            "body": self.body,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> Self:
        """Read an entry back.

        Raises:
            EnvelopeError: a field is missing or malformed.
        """
        try:
            return cls(
                fields[b"bot"].decode(),
                int(fields[b"id"]),
                int(fields[b"chat"]),
                fields[b"kind"].decode(),
                float(fields[b"at"]),
                fields[b"from"].decode(),
                fields[b"trace"].decode(),
                fields[b"body"],
            )
        except (KeyError, ValueError) as error:
            raise EnvelopeError(
                "a stream's entry is not an update envelope",
                why=f"{type(error).__name__} while reading its fields",
                mend="look at it with: engagectl queue dead list",
            ) from error

    @property
    def partition(self) -> int:
        """The partition that keeps this chat's order."""
        return partition_of(self.bot_name, self.chat_id)

    @property
    def stream(self) -> str:
        """The stream of the update's partition and lane."""
        return stream_name(self.partition, lane_of(self.kind))

    @property
    def duplicate_mark(self) -> str:
        """The key that says this update of this bot was taken before."""
        return f"engage:seen:{{{self.partition}}}:{self.bot_name}:{self.update_id}"

    @property
    def ledger_key(self) -> str:
        """The hash that remembers what was already done for this update."""
        return f"engage:done:{{{self.partition}}}:{self.bot_name}:{self.update_id}"

    @property
    def expires_at(self) -> float:
        """The Unix time in seconds after which Telegram takes no answer to it any more.

        Counted from the arrival: Telegram's own clock began no later, and it does not deliver
        what has expired.
        """
        return self.received_at + _LIFETIMES.get(self.kind, _DAY)


def kind_of(update: Mapping[str, Any]) -> str:
    """Return Telegram's name of what the update carries, `other` when it is unknown."""
    for name in update:
        if name in KINDS:
            return name
    return OTHER


def lane_of(kind: str) -> Lane:
    """Return the lane that an entry of this kind takes."""
    if kind in _FAST_KINDS:
        return "fast"
    return "push" if kind == PUSH else "chat"


def chat_of(update: Mapping[str, Any], kind: str) -> int:
    """Return the id of the chat whose order the update belongs to, 0 when there is none.

    A button press counts to the chat of its message; what has a sender alone (an inline query,
    a poll's answer) counts to that person's private chat, which has the person's id.
    """
    carrier = update.get(kind)
    if not isinstance(carrier, dict):
        return 0
    if kind == "callback_query":
        found = _id_under(carrier.get("message"), "chat")
    else:
        found = _id_under(carrier, "chat")
    return found or _id_under(carrier, "from") or _id_under(carrier, "user")


def _id_under(carrier: Any, name: str) -> int:
    held = carrier.get(name) if isinstance(carrier, dict) else None
    found = held.get("id") if isinstance(held, dict) else None
    return found if type(found) is int and -(2**63) <= found < 2**63 else 0


def new_trace() -> str:
    """Return a new trace id: 32 hexadecimal digits. It names, it does not protect."""
    return random.getrandbits(128).to_bytes(16, "big").hex()


def partition_of(bot_name: str, chat_id: int) -> int:
    """Return the partition, 0 to PARTITIONS - 1, that keeps the order of a bot's chat."""
    return zlib.crc32(f"{bot_name}:{chat_id}".encode()) % PARTITIONS


def stream_name(partition: int, lane: Lane) -> str:
    """Return the name of a partition's stream for one lane."""
    return f"engage:updates:{{{partition}}}:{lane}"


def dead_stream_name(partition: int) -> str:
    """Return the name of the stream with a partition's dead letters.

    A dead letter has the fields of its entry, and `error`, `reason` (one of DEAD_REASONS),
    `attempts`, `lane`, `entry` (its id before) and `parked_at` (Unix seconds).
    """
    return f"engage:updates:{{{partition}}}:dead"


DEAD_REASONS = ("failed", "expired", "too_slow", "outage", "unfit", "not_served", "lethal")
"""Why a letter is dead: its handler kept failing; Telegram takes no answer any more; its handler
was cancelled at its time limit; the core or Telegram was away for too long; its body is no update;
no bot of that name serves; its handler ended the whole process again and again.
"""


def lease_key(partition: int) -> str:
    """Return the key that holds the token of the process that owns the partition now."""
    return f"engage:lease:{{{partition}}}"


def fence_key(partition: int) -> str:
    """Return the counter that numbers the partition's owners: each later one has a higher token."""
    return f"engage:fence:{{{partition}}}"
