"""`POST /internal/message`: the core sends a message to a learner by way of the queue."""

from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import JSONResponse

from bots.engine.internal_door import RefusedError, answer, read_body
from bots.engine.push_message import PushMessage, PushMessageError, read_push_message
from bots.engine.update_queue import UpdateQueue
from utils.internal_auth import HEADER, key_matches
from utils.update_envelope import UpdateEnvelope

if TYPE_CHECKING:  # at run time it would bring aiogram in, which is imported aside
    from bots.engine.cluster import BotCluster

LARGEST_BODY = 128 * 1024


async def take_in(request: Request, cluster: "BotCluster", queue: UpdateQueue) -> JSONResponse:
    """Check a message, put it in the queue and say so; a repeat is answered alike."""
    return await answer(_take_in(request, cluster, queue))


async def _take_in(request: Request, cluster: "BotCluster", queue: UpdateQueue) -> JSONResponse:
    message = await _message(request, cluster)
    envelope = UpdateEnvelope.push(
        bot_name=message.bot_name,
        chat_id=message.chat_id,
        key=message.key,
        body=message.model_dump_json(exclude_defaults=True).encode(),
    )
    is_new = await queue.append(envelope)
    return JSONResponse({"accepted": True, "duplicate": not is_new}, 202)


async def _message(request: Request, cluster: "BotCluster") -> PushMessage:
    key = request.headers.get(HEADER, "")
    if not cluster.knows_core_key(key):
        raise RefusedError(401, "not_authenticated", f"{HEADER} is missing or wrong")
    try:
        message = read_push_message(await read_body(request, largest=LARGEST_BODY))
    except PushMessageError as error:
        raise RefusedError(422, "no_message", error.why) from None
    bot = cluster.named(message.bot_name)
    if bot is None:
        raise RefusedError(404, "unknown_bot", "no such bot serves here")
    if not key_matches(key, [bot.core_key]):
        raise RefusedError(401, "not_authenticated", f"{HEADER} is another bot's")
    return message
