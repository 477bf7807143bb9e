"""`POST /webhook/{bot_name}/`: a plain ASGI route, because it is the one that must be fast."""

import asyncio
import json
import logging
from collections.abc import Iterable
from time import monotonic, perf_counter
from typing import Any

from pydantic_core import from_json
from starlette.types import ASGIApp, Receive, Scope, Send

from api_gateway import replies
from api_gateway.body import BodyTooLargeError, SenderGoneError, SlowBodies, read_body
from api_gateway.bot_directory import Admission, BotDirectory
from api_gateway.intake import Appended, UpdateIntake
from api_gateway.metrics import NO_BOT, GatewayMetrics
from api_gateway.redis_connection import RedisGoneError
from api_gateway.replies import Reply
from api_gateway.telegram_networks import TelegramNetworks
from utils.update_envelope import new_trace

_PREFIX = "/webhook/"
_SECRET_HEADER = b"x-telegram-bot-api-secret-token"

_ADMITTED = Admission.ADMITTED
_BY_ADMISSION = {
    Admission.WRONG_SECRET: replies.WRONG_SECRET,
    Admission.UNKNOWN_BOT: replies.UNKNOWN_BOT,
    Admission.BOT_GONE: replies.BOT_GONE,
}
_STORED = Appended.STORED
_LEAST_ID, _MOST_ID = -(2**63), 2**63 - 1

_logger = logging.getLogger(__name__)


class WebhookRoute:
    """The webhook, in front of the application that serves everything else."""

    def __init__(
        self,
        rest: ASGIApp,
        *,
        bots: BotDirectory,
        intake: UpdateIntake,
        metrics: GatewayMetrics,
        networks: TelegramNetworks | None,
        slow_bodies: SlowBodies,
    ) -> None:
        """Serve `bots` and store their updates through `intake`.

        Without `networks` every network is let in.
        """
        self._rest = rest
        self._bots = bots
        self._intake = intake
        self._metrics = metrics
        self._networks = networks
        self._slow_bodies = slow_bodies
        self._refused = RefusalLog()
        self._tells_all = _logger.isEnabledFor(logging.DEBUG)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is not the webhook's passes on to the rest."""
        path = _path(scope) if scope["type"] == "http" else ""
        if not path.startswith(_PREFIX):
            await self._rest(scope, receive, send)
            return
        bot_name = _bot_name(path)
        reply = self._refusal(bot_name, scope)
        if reply is None:
            try:
                body = await read_body(scope["headers"], receive)
                reply = await self._take_in(bot_name, body)
            except SenderGoneError:
                return
            except BodyTooLargeError:
                reply = replies.TOO_LARGE
            except asyncio.CancelledError:
                if not self._slow_bodies.took_part():
                    raise
                reply = replies.TOO_LATE
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

    async def _take_in(self, bot_name: str, body: bytes) -> Reply:
        update = _parsed(body)
        update_id = update.get("update_id") if isinstance(update, dict) else None
        if type(update_id) is not int or not _LEAST_ID <= update_id <= _MOST_ID:
            _logger.warning("%s: refused what is no update: %d bytes", bot_name, len(body))
            return replies.NO_UPDATE
        trace = new_trace()
        command = self._intake.command(bot_name, update, body, trace)
        started = perf_counter()
        try:
            answer = await self._intake.ask(command)
            outcome = (
                _STORED if type(answer) is bytes else await self._intake.understand(answer, command)
            )
        except RedisGoneError as error:
            self._refused.note(f"{bot_name}: update {update_id}: {error.why} [{trace}]")
            return replies.NOT_STORED
        self._metrics.observe_append(perf_counter() - started)
        if outcome is not _STORED:
            return self._not_new(outcome, f"{bot_name}: update {update_id}", trace)
        if self._tells_all:
            _logger.debug("%s: update %s is stored [%s]", bot_name, update_id, trace)
        return replies.STORED

    def _not_new(self, outcome: Appended, which: str, trace: str) -> Reply:
        if outcome is Appended.DUPLICATE:
            _logger.debug("%s was stored before [%s]", which, trace)
            return replies.DUPLICATE
        self._refused.note(f"{which}: its stream is full [{trace}]")
        return replies.QUEUE_FULL


class RefusalLog:
    """One line a second about updates that could not be stored, whatever their number.

    Telegram sends each of them again; an outage must not fill the disk with lines about it.
    """

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._silent_until = 0.0
        self._left_out = 0

    def note(self, what: str) -> None:
        """Log that an update was refused, or count it for the next line."""
        now = monotonic()
        if now < self._silent_until:
            self._left_out += 1
            return
        more = f" (and {self._left_out} before it)" if self._left_out else ""
        _logger.warning("not stored: %s%s", what, more)
        self._silent_until, self._left_out = now + 1, 0


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    # A server that serves under a path of its own (uvicorn --root-path) leaves it in there.
    return path.removeprefix(scope["root_path"]) if scope.get("root_path") else path


def _bot_name(path: str) -> str:
    """Return the path's one segment behind the prefix, empty when it is not one alone."""
    name = path[len(_PREFIX) :].removesuffix("/")
    return "" if "/" in name else name


def _secret(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == _SECRET_HEADER:
            return value
    return b""


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _parsed(body: bytes) -> Any:
    """Return what a body says, None when it is not JSON in UTF-8.

    Telegram would repeat what is refused for a day and hold the chat's next updates back, so what
    any reader of JSON can make sense of is let in: the bots park what no handler can take.
    """
    try:
        return from_json(body)
    except ValueError:
        return _parsed_leniently(body)


def _parsed_leniently(body: bytes) -> Any:
    """Read what the fast parser refuses: half surrogates, deep nesting."""
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
