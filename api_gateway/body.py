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


class BodyTooLateError(Exception):
    """The body did not arrive in time."""


class SenderGoneError(Exception):
    """The sender hung up before the body was whole."""


class BodyReader:
    """Reads bodies and gives up those that stay away.

    A timer for each request would cost more than reading it, so `sweep`, called every
    BODY_SECONDS, ends each reading that the sweep before has already seen.
    """

    def __init__(self) -> None:
        """Begin with no reading."""
        self._reading: set[asyncio.Task[Any] | None] = set()
        self._seen: set[asyncio.Task[Any] | None] = set()
        self._overdue: set[asyncio.Task[Any] | None] = set()

    async def read(self, headers: Iterable[tuple[bytes, bytes]], receive: Receive) -> bytes:
        """Return the whole body.

        Raises:
            BodyTooLargeError, BodyTooLateError, SenderGoneError: there is none to return.
        """
        task = asyncio.current_task()
        self._reading.add(task)
        try:
            message = await receive()
            body = (
                await _read_on(headers, message, receive)
                if message.get("more_body")
                else _part(message)
            )
        except asyncio.CancelledError:
            if task is None or task not in self._overdue:
                raise
            self._overdue.discard(task)
            task.uncancel()
            raise BodyTooLateError from None
        finally:
            self._reading.discard(task)
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError
        return body

    def sweep(self) -> None:
        """End each reading that the last sweep saw, too."""
        for task in self._reading & self._seen:
            if task is not None:
                self._overdue.add(task)
                task.cancel()
        self._seen = self._reading - self._overdue


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
