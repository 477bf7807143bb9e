"""`POST /internal/update`: an update from inside joins the same queue."""

import json
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import JSONResponse

from bots.engine.redis_access import QueueError
from bots.engine.update_queue import UpdateQueue
from utils.internal_auth import HEADER, key_matches
from utils.update_envelope import LARGEST_BODY, EnvelopeError, UpdateEnvelope

if TYPE_CHECKING:  # at run time it would bring aiogram in, which is imported aside
    from bots.engine.cluster import BotCluster


class _RefusedError(Exception):
    """The request is refused, with an HTTP status, a code and a text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def take_in(request: Request, cluster: "BotCluster", queue: UpdateQueue) -> JSONResponse:
    """Check an update from inside, put it in the queue and say so."""
    try:
        envelope = await _envelope(request, cluster)
        await queue.append(envelope)
    except _RefusedError as error:
        return _refused(error.status, error.code, error.message)
    except EnvelopeError as error:
        return _refused(422, "no_update", error.why)
    except QueueError as error:
        answer = _refused(503, "not_stored", error.why)
        answer.headers["Retry-After"] = "2"
        return answer
    return JSONResponse({"accepted": True})


async def _envelope(request: Request, cluster: "BotCluster") -> UpdateEnvelope:
    key = request.headers.get(HEADER, "")
    if not cluster.knows_key(key):
        raise _RefusedError(401, "not_authenticated", f"{HEADER} is missing or wrong")
    content = _parsed(await _read_body(request))
    bot_name, update = content.get("bot_name"), content.get("update")
    if not isinstance(bot_name, str) or not isinstance(update, dict):
        raise _RefusedError(422, "no_update", "send {bot_name, update}")
    bot = cluster.named(bot_name)
    if bot is None:
        raise _RefusedError(404, "unknown_bot", "no such bot serves here")
    if not key_matches(key, [bot.internal_key]):
        raise _RefusedError(401, "not_authenticated", f"{HEADER} is another bot's")
    body = json.dumps(update).encode()
    return UpdateEnvelope.wrap(bot_name=bot_name, update=update, body=body, origin="internal")


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise _RefusedError(413, "too_large", "an update is at most 1 MiB")
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise _RefusedError(422, "no_update", "the body is no JSON object")
    return content


def _refused(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
