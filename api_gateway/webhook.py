"""`POST /webhook/{bot_name}/`: a plain ASGI route, because it is the one that must be fast."""

import json
import logging
import time
from collections.abc import Iterable
from typing import Any

from pydantic_core import from_json
from starlette.types import Receive, Scope, Send

from api_gateway import replies
from api_gateway.body import BodyReader, BodyTooLargeError, BodyTooLateError, SenderGoneError
from api_gateway.bot_directory import Admission, BotDirectory
from api_gateway.intake import Appended, UpdateIntake
from api_gateway.metrics import NO_BOT, GatewayMetrics
from api_gateway.redis_connection import RedisGoneError
from api_gateway.replies import Reply
from api_gateway.telegram_networks import TelegramNetworks
from utils.update_envelope import EnvelopeError, UpdateEnvelope

PREFIX = "/webhook/"
SECRET_HEADER = b"x-telegram-bot-api-secret-token"

_ADMITTED = Admission.ADMITTED
_BY_ADMISSION = {
    Admission.WRONG_SECRET: replies.WRONG_SECRET,
    Admission.UNKNOWN_BOT: replies.UNKNOWN_BOT,
    Admission.BOT_GONE: replies.BOT_GONE,
}
_BY_OUTCOME = {
    Appended.STORED: replies.STORED,
    Appended.DUPLICATE: replies.DUPLICATE,
    Appended.QUEUE_FULL: replies.QUEUE_FULL,
}

_logger = logging.getLogger(__name__)


class WebhookRoute:
    """The webhook as an ASGI application for the paths under PREFIX."""

    def __init__(
        self,
        *,
        bots: BotDirectory,
        intake: UpdateIntake,
        metrics: GatewayMetrics,
        networks: TelegramNetworks | None,
    ) -> None:
        """Serve `bots` and store their updates through `intake`; None lets every network in."""
        self._bots = bots
        self._intake = intake
        self._metrics = metrics
        self._networks = networks
        self.bodies = BodyReader()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        bot_name = _bot_name(scope["path"])
        reply = self._refusal(bot_name, scope)
        if reply is None:
            try:
                reply = await self._take_in(bot_name, scope["headers"], receive)
            except SenderGoneError:
                return
        self._metrics.count(bot_name if reply.names_bot else NO_BOT, reply.outcome)
        await send(reply.start)
        await send(reply.body)

    def _refusal(self, bot_name: str, scope: Scope) -> Reply | None:
        """Return what is wrong with a request as far as its head tells."""
        if not bot_name:
            return replies.NO_ROUTE
        if scope["method"] != "POST":
            return replies.NOT_POST
        headers = scope["headers"]
        if self._networks is not None and not self._networks.include(_peer(scope), headers):
            return replies.FOREIGN_NETWORK
        admission = self._bots.admit(bot_name, _secret(headers))
        return None if admission is _ADMITTED else _BY_ADMISSION[admission]

    async def _take_in(
        self, bot_name: str, headers: Iterable[tuple[bytes, bytes]], receive: Receive
    ) -> Reply:
        try:
            body = await self.bodies.read(headers, receive)
            envelope = UpdateEnvelope.wrap(
                bot_name=bot_name, update=_parsed(body), body=body, origin="gateway"
            )
        except BodyTooLargeError:
            return replies.TOO_LARGE
        except BodyTooLateError:
            return replies.TOO_LATE
        except EnvelopeError as error:
            _logger.warning("%s: refused what is no update: %s", bot_name, error.why)
            return replies.NO_UPDATE
        return await self._store(envelope)

    async def _store(self, envelope: UpdateEnvelope) -> Reply:
        started = time.perf_counter()
        try:
            outcome = await self._intake.append(envelope)
        except RedisGoneError as error:
            _log(logging.WARNING, envelope, f"not stored: {error.why}")
            return replies.NOT_STORED
        self._metrics.append_seconds.observe(time.perf_counter() - started)
        return _BY_OUTCOME[outcome]


def _log(level: int, envelope: UpdateEnvelope, what: str) -> None:
    _logger.log(
        level, "%s: update %s %s [%s]",
        envelope.bot_name, envelope.update_id, what, envelope.trace,
    )  # fmt: skip


def _bot_name(path: str) -> str:
    """Return the path's one segment behind PREFIX, with or without a slash at its end, else ""."""
    name = path[len(PREFIX) :].removesuffix("/")
    return "" if "/" in name else name


def _secret(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == SECRET_HEADER:
            return value
    return b""


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _parsed(body: bytes) -> dict[str, Any]:
    """Return the update in a body.

    Telegram would repeat what is refused for a day and hold the chat's next updates back, so what
    any reader of JSON can make sense of is let in: the bots park what no handler can take.

    Raises:
        EnvelopeError: the body is not JSON in UTF-8.
    """
    try:
        update = from_json(body)
    except ValueError:
        update = _parsed_leniently(body)
    return update if isinstance(update, dict) else {}


def _parsed_leniently(body: bytes) -> Any:
    """Read what the fast parser refuses: half surrogates, deep nesting."""
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(
            "the body is not a Telegram update",
            why=f"it is not JSON ({type(error).__name__})",
            mend="send the update exactly as Telegram does",
        ) from None
