"""Reads a request's body: whole, not too large, and not for ever."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.types import Message, Receive

from utils.update_envelope import LARGEST_BODY

BODY_SECONDS = 15.0
"""How long a body may take to arrive, at least; at most twice that."""


class BodyTooLargeError(Exception):
    """The body is longer than LARGEST_BODY."""


class SenderGoneError(Exception):
    """The sender hung up before the body was whole."""


async def read_body(headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> bytes:
    """Return the whole body.

    Raises:
        BodyTooLargeError, SenderGoneError: there is none to return.
    """
    message = await receive()
    is_whole = not message.get("more_body")
    body = _part(message) if is_whole else await _read_on(headers, message, receive)
    if len(body) > LARGEST_BODY:
        raise BodyTooLargeError
    return body


class SlowBodies:
    """Cancels the tasks whose bodies stay away.

    A timer for each request, or even a list of those that read, would cost more than the reading.
    So `sweep`, called every BODY_SECONDS, looks which tasks wait inside `read_body`, and cancels
    those that the sweep before has already seen there.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: set[asyncio.Task[Any]] = set()
        self._overdue: set[asyncio.Task[Any]] = set()

    def sweep(self) -> None:
        """Cancel each task that reads since before the last sweep."""
        reading = {task for task in asyncio.all_tasks() if _is_reading(task)}
        late = reading & self._seen
        for task in late:
            task.cancel()
        self._overdue |= late
        self._seen = reading - late

    def took_part(self) -> bool:
        """Tell whether the current task's cancelling was done here; then it may go on."""
        task = asyncio.current_task()
        if task is None or task not in self._overdue:
            return False
        self._overdue.discard(task)
        task.uncancel()
        return True


def _is_reading(task: asyncio.Task[Any]) -> bool:
    """Follow what a task awaits down to `read_body`."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        if getattr(awaited, "cr_code", None) is read_body.__code__:
            return True
        awaited = getattr(awaited, "cr_await", None)
    return False


async def _read_on(
    headers: Iterable[tuple[bytes, bytes]], first: Message, receive: Receive
) -> bytes:
    announced = next((value for name, value in headers if name == b"content-length"), b"")
    if announced.isdigit() and int(announced[:20]) > LARGEST_BODY:
        raise BodyTooLargeError
    body = bytearray(_part(first))
    message = first
    while message.get("more_body") and len(body) <= LARGEST_BODY:
        message = await receive()
        body += _part(message)
    return bytes(body)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise SenderGoneError
    part: bytes = message.get("body", b"")
    return part
