"""Every answer of the webhook, made once: the same two messages serve all requests."""

import json
from typing import Any

_Header = tuple[bytes, bytes]


class Reply:
    """An answer to Telegram, and the word under which it is counted.

    Attributes:
        status: HTTP's status code.
        outcome: the word.
        names_bot: whether the count may show the bot: the sender knew a right secret.
        start, body: the two messages of ASGI that send it.
    """

    __slots__ = ("body", "names_bot", "outcome", "start", "status")

    def __init__(self, status: int, outcome: str, content: bytes, *headers: _Header) -> None:
        """Make the messages."""
        self.status = status
        self.outcome = outcome
        self.names_bot = status not in {401, 403, 404, 405}
        self.start: dict[str, Any] = {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
                *headers,
            ],
        }
        self.body: dict[str, Any] = {"type": "http.response.body", "body": content}


def _refusal(status: int, outcome: str, why: str, *headers: _Header) -> Reply:
    content = json.dumps({"ok": False, "error": {"code": outcome, "message": why}}).encode()
    return Reply(status, outcome, content, *headers)


_RETRY = (b"retry-after", b"2")
"""Telegram honours it, and does not grow its own pauses then."""

STORED = Reply(200, "stored", b'{"ok": true}')
DUPLICATE = Reply(200, "duplicate", b'{"ok": true}')
WRONG_SECRET = _refusal(401, "wrong_secret", "the secret token is wrong")
FOREIGN_NETWORK = _refusal(403, "foreign_network", "updates come from Telegram's networks")
UNKNOWN_BOT = _refusal(404, "unknown_bot", "there is no such bot")
NO_ROUTE = _refusal(404, "no_route", "there is nothing here")
NOT_POST = _refusal(405, "not_post", "updates come by POST", (b"allow", b"POST"))
TOO_LATE = _refusal(408, "too_late", "the body did not arrive in time")
BOT_GONE = _refusal(410, "bot_gone", "the bot is out of service")
TOO_LARGE = _refusal(413, "too_large", "an update is at most 1 MiB")
NO_UPDATE = _refusal(422, "no_update", "the body is no update: JSON with a whole update_id")
NOT_STORED = _refusal(
    503, "not_stored", "the update could not be stored; send it again", _RETRY
)  # fmt: skip
QUEUE_FULL = _refusal(503, "queue_full", "too many updates wait; send it again", _RETRY)

DOCUMENTED = (
    WRONG_SECRET, FOREIGN_NETWORK, UNKNOWN_BOT, TOO_LATE, BOT_GONE, TOO_LARGE, NO_UPDATE, NOT_STORED
)  # fmt: skip
"""One refusal for each status that `POST /webhook/{bot_name}/` answers with."""
