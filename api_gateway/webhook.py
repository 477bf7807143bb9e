"""`POST /webhook/{bot_name}/`: a plain ASGI route, because it is the one that must be fast."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from api_gateway.bot_directory import Admission, BotDirectory
from api_gateway.intake import IntakeError, UpdateIntake
from api_gateway.metrics import NO_BOT, GatewayMetrics
from utils.update_envelope import EnvelopeError, UpdateEnvelope

LARGEST_BODY = 1024 * 1024
"""Bytes. Telegram's own largest update is half of that."""

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
BODY_SECONDS = 15.0
"""How long a body may take to arrive."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """An answer to Telegram, and the word under which it is counted."""

    status: int
    outcome: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def _refusal(status: int, outcome: str, why: str, *headers: tuple[bytes, bytes]) -> Reply:
    body = json.dumps({"ok": False, "error": {"code": outcome, "message": why}}).encode()
    return Reply(status, outcome, body, headers)


_STORED = Reply(200, "stored", b'{"ok": true}')
_DUPLICATE = Reply(200, "duplicate", b'{"ok": true}')
_BY_ADMISSION = {
    Admission.WRONG_SECRET: _refusal(401, "wrong_secret", "the secret token is wrong"),
    Admission.UNKNOWN_BOT: _refusal(404, "unknown_bot", "there is no such bot"),
    Admission.BOT_GONE: _refusal(410, "bot_gone", "the bot is out of service"),
}
_NO_ROUTE = _refusal(404, "no_route", "there is nothing here")
_NOT_POST = _refusal(405, "not_post", "updates come by POST", (b"allow", b"POST"))
_TOO_LATE = _refusal(408, "too_late", "the body did not arrive in time")
_TOO_LARGE = _refusal(413, "too_large", "an update is at most 1 MiB")
_NO_UPDATE = _refusal(422, "no_update", "the body is no update: JSON with a whole update_id")
_TRY_AGAIN = _refusal(
    503, "not_stored", "the update could not be stored; send it again", (b"retry-after", b"2")
)


class _BodyTooLargeError(Exception):
    """The body is longer than LARGEST_BODY."""


class _SenderGoneError(Exception):
    """The sender hung up before the body was whole."""


class WebhookRoute:
    """The webhook as an ASGI application, to be mounted at `/webhook`."""

    def __init__(
        self, *, bots: BotDirectory, intake: UpdateIntake, metrics: GatewayMetrics
    ) -> None:
        """Serve `bots` and store their updates through `intake`."""
        self._bots = bots
        self._intake = intake
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        bot_name = _bot_name(scope)
        try:
            reply = await self._reply(bot_name, scope, receive)
        except _SenderGoneError:
            return
        counted = bot_name if bot_name and reply.status not in {401, 404, 405} else NO_BOT
        self._metrics.count(counted, reply.outcome)
        await _send(reply, send)

    async def _reply(self, bot_name: str | None, scope: Scope, receive: Receive) -> Reply:
        if bot_name is None:
            return _NO_ROUTE
        if scope["method"] != "POST":
            return _NOT_POST
        headers: dict[bytes, bytes] = dict(scope["headers"])
        admission = self._bots.admit(bot_name, headers.get(SECRET_HEADER, b""))
        if admission is not Admission.ADMITTED:
            return _BY_ADMISSION[admission]
        return await self._take_in(bot_name, headers, receive)

    async def _take_in(self, bot_name: str, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read_body(headers, receive)
            envelope = _wrap(bot_name, body)
            return await self._store(envelope)
        except _BodyTooLargeError:
            return _TOO_LARGE
        except TimeoutError:
            return _TOO_LATE
        except EnvelopeError as error:
            _logger.warning("%s: refused what is no update: %s", bot_name, error.why)
            return _NO_UPDATE

    async def _store(self, envelope: UpdateEnvelope) -> Reply:
        started = time.perf_counter()
        try:
            is_new = await self._intake.append(envelope)
        except IntakeError as error:
            _logger.warning("%s: update %s: %s", envelope.bot_name, envelope.update_id, error)
            return _TRY_AGAIN
        self._metrics.append_seconds.observe(time.perf_counter() - started)
        return _STORED if is_new else _DUPLICATE


def _bot_name(scope: Scope) -> str | None:
    """Return the path's one segment behind the mount; with and without a slash at its end."""
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    name = path.removeprefix("/").removesuffix("/")
    return name if name and "/" not in name else None


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > LARGEST_BODY:
        raise _BodyTooLargeError
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _SenderGoneError
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise _BodyTooLargeError
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _wrap(bot_name: str, body: bytes) -> UpdateEnvelope:
    """Return the update in its envelope.

    Raises:
        EnvelopeError: the body is not JSON in UTF-8, or no update.
    """
    try:
        update = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(
            "the body is not a Telegram update",
            why=f"it is not JSON ({type(error).__name__})",
            mend="send the update exactly as Telegram does",
        ) from None
    if not isinstance(update, dict):
        update = {}
    return UpdateEnvelope.wrap(bot_name=bot_name, update=update, body=body, origin="gateway")


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(reply.body)).encode()),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
