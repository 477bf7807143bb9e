"""What the doors for callers from inside have in common: body, refusals, a queue that is away."""

from collections.abc import Awaitable

from fastapi import Request
from fastapi.responses import JSONResponse

from bots.engine.redis_access import QueueError

_COME_AGAIN = {"Retry-After": "2"}


class RefusedError(Exception):
    """The request is refused, with an HTTP status, a code and a text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the caller is told."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def answer(work: Awaitable[JSONResponse]) -> JSONResponse:
    """Return what `work` answers, or its refusal."""
    try:
        return await work
    except RefusedError as error:
        return _refused(error.status, error.code, error.message)
    except QueueError as error:
        return _refused(503, "not_stored", error.why)


def answer_starting() -> JSONResponse:
    """Say that there are no bots yet."""
    return _refused(503, "starting", "the bots are being loaded")


async def read_body(request: Request, *, largest: int) -> bytes:
    """Return the body; no more of it is read than `largest` bytes.

    Raises:
        RefusedError: it is larger.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise RefusedError(413, "too_large", f"the body may have {largest // 1024} KiB")
    return bytes(body)


def _refused(status: int, code: str, message: str) -> JSONResponse:
    content = {"error": {"code": code, "message": message}}
    return JSONResponse(content, status, _COME_AGAIN if status == 503 else None)
