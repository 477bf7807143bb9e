"""`POST /internal/update`: an update from inside joins the same queue."""

import json
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import JSONResponse

from bots.engine.internal_door import RefusedError, answer, read_body
from bots.engine.update_queue import UpdateQueue
from utils.internal_auth import HEADER, key_matches
from utils.update_envelope import LARGEST_BODY, EnvelopeError, UpdateEnvelope

if TYPE_CHECKING:  # at run time it would bring aiogram in, which is imported aside
    from bots.engine.cluster import BotCluster


async def take_in(request: Request, cluster: "BotCluster", queue: UpdateQueue) -> JSONResponse:
    """Check an update from inside, put it in the queue and say so."""
    return await answer(_take_in(request, cluster, queue))


async def _take_in(request: Request, cluster: "BotCluster", queue: UpdateQueue) -> JSONResponse:
    try:
        envelope = await _envelope(request, cluster)
    except EnvelopeError as error:
        raise RefusedError(422, "no_update", error.why) from None
    await queue.append(envelope)
    return JSONResponse({"accepted": True})


async def _envelope(request: Request, cluster: "BotCluster") -> UpdateEnvelope:
    key = request.headers.get(HEADER, "")
    if not cluster.knows_key(key):
        raise RefusedError(401, "not_authenticated", f"{HEADER} is missing or wrong")
    content = _parsed(await read_body(request, largest=LARGEST_BODY))
    bot_name, update = content.get("bot_name"), content.get("update")
    if not isinstance(bot_name, str) or not isinstance(update, dict):
        raise RefusedError(422, "no_update", "send {bot_name, update}")
    bot = cluster.named(bot_name)
    if bot is None:
        raise RefusedError(404, "unknown_bot", "no such bot serves here")
    if not key_matches(key, [bot.internal_key]):
        raise RefusedError(401, "not_authenticated", f"{HEADER} is another bot's")
    body = json.dumps(update).encode()
    return UpdateEnvelope.wrap(bot_name=bot_name, update=update, body=body, origin="internal")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise RefusedError(422, "no_update", "the body is no JSON object")
    return content
