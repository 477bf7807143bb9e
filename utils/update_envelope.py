"""An update's way through Redis Streams: names, partition, duplicate mark and entry format.

The gateway appends (producer), the bots read (consumer), the CLI inspects; all three take the
names and the format from here.
"""

import time
import zlib
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from utils.errors import EngageError

PARTITIONS = 16
GROUP = "bots"
DEAD_STREAM = "engage:updates:dead"
DUPLICATE_MARK_SECONDS = 26 * 3600
"""Telegram repeats an update for up to 24 hours; the mark outlives that."""

APPEND_SCRIPT = """
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then
  return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
end
return false
"""
"""Marks the duplicate and appends in one step.

KEYS: the partition's stream, the duplicate mark. ARGV: the mark's seconds, then the entry's
fields and values in turn. Returns the entry's id, or false when the update was seen before.
"""

_CHAT_CARRIERS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
)
_USER_CARRIERS = (
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "business_connection",
)


class EnvelopeError(EngageError):
    """A stream's entry is not an update envelope."""


class UpdateEnvelope(BaseModel):
    """One update as it lies in a stream.

    Attributes:
        bot_name: the bot the update is for.
        update_id: Telegram's number of the update, unique for one bot.
        chat_id: the chat whose order is kept; 0 when the update belongs to none.
        received_at: Unix time in seconds at which the producer took it.
        origin: `gateway` or `internal`, the door it came in by.
        body: the update exactly as received, JSON text.
    """

    model_config = ConfigDict(frozen=True)

    bot_name: str
    update_id: int
    chat_id: int
    received_at: float
    origin: str
    body: bytes

    @classmethod
    def wrap(cls, *, bot_name: str, update: Mapping[str, Any], body: bytes, origin: str) -> Self:
        """Wrap an update whose JSON text is `body` and whose parsed form is `update`.

        Raises:
            EnvelopeError: `update_id` is missing or no whole number.
        """
        update_id = update.get("update_id")
        if not isinstance(update_id, int) or isinstance(update_id, bool):
            raise EnvelopeError(
                "the body is not a Telegram update",
                why="it has no whole number under update_id",
                mend="send the update exactly as Telegram does",
            )
        return cls(
            bot_name=bot_name,
            update_id=update_id,
            chat_id=chat_of(update),
            received_at=time.time(),
            origin=origin,
            body=body,
        )

    def fields(self) -> dict[str, str | bytes]:
        """Return the entry's fields as they go into the stream."""
        return {
            "bot": self.bot_name,
            "id": str(self.update_id),
            "chat": str(self.chat_id),
            "at": f"{self.received_at:.6f}",
            "from": self.origin,
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
                bot_name=fields[b"bot"].decode(),
                update_id=int(fields[b"id"]),
                chat_id=int(fields[b"chat"]),
                received_at=float(fields[b"at"]),
                origin=fields[b"from"].decode(),
                body=fields[b"body"],
            )
        except (KeyError, ValueError, ValidationError) as error:
            raise EnvelopeError(
                "a stream's entry is not an update envelope",
                why=f"{type(error).__name__} while reading its fields",
                mend="look at it with: engagectl queue dead list",
            ) from error

    @property
    def stream(self) -> str:
        """The stream of the partition that keeps this chat's order."""
        return stream_name(partition_of(self.bot_name, self.chat_id))

    @property
    def duplicate_mark(self) -> str:
        """The key that says this update of this bot was taken before."""
        return f"engage:seen:{self.bot_name}:{self.update_id}"


def chat_of(update: Mapping[str, Any]) -> int:
    """Return the id of the chat whose order the update belongs to, 0 when there is none.

    A button press counts to the chat of its message; what has a sender alone (an inline query,
    a poll's answer) counts to that person's private chat, which has the person's id.
    """
    pressed = update.get("callback_query")
    carriers = [update.get(name) for name in _CHAT_CARRIERS]
    if isinstance(pressed, Mapping):
        carriers.append(pressed.get("message"))
    for carrier in carriers:
        chat = carrier.get("chat") if isinstance(carrier, Mapping) else None
        if isinstance(chat, Mapping) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return _sender_of(update)


def _sender_of(update: Mapping[str, Any]) -> int:
    senders = [(update.get(name), "from") for name in _USER_CARRIERS]
    senders += [(update.get("business_connection"), "user"), (update.get("poll_answer"), "user")]
    for carrier, field in senders:
        person = carrier.get(field) if isinstance(carrier, Mapping) else None
        if isinstance(person, Mapping) and isinstance(person.get("id"), int):
            return int(person["id"])
    return 0


def partition_of(bot_name: str, chat_id: int) -> int:
    """Return the partition, 0 to PARTITIONS - 1, that keeps the order of a bot's chat."""
    return zlib.crc32(f"{bot_name}:{chat_id}".encode()) % PARTITIONS


def stream_name(partition: int) -> str:
    """Return the name of a partition's stream."""
    return f"engage:updates:{partition}"
