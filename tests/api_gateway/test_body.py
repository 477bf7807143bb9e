"""Bodies that stay away do not hold a request for ever."""

import asyncio

import pytest
from starlette.types import Message

from api_gateway.body import SlowBodies, read_body


async def _never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def _answer(slow_bodies: SlowBodies) -> str:
    """Read as a request does, below other frames."""
    try:
        await read_body([], _never)
    except asyncio.CancelledError:
        if not slow_bodies.took_part():
            raise
    return "too late"


async def test_body_that_two_sweeps_saw_missing_is_given_up() -> None:
    slow_bodies = SlowBodies()
    reading = asyncio.create_task(_answer(slow_bodies))
    idle = asyncio.create_task(_never())
    await asyncio.sleep(0)
    slow_bodies.sweep()
    await asyncio.sleep(0)
    assert not reading.done()
    slow_bodies.sweep()
    assert await reading == "too late"
    assert not idle.done(), "a task that reads no body is none of its business"
    idle.cancel()


async def test_reading_that_others_cancel_is_cancelled() -> None:
    reading = asyncio.create_task(_answer(SlowBodies()))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_body_that_came_in_time_is_left_alone() -> None:
    slow_bodies = SlowBodies()
    come = asyncio.Event()

    async def receive() -> Message:
        await come.wait()
        return {"type": "http.request", "body": b"{}"}

    reading = asyncio.create_task(read_body([], receive))
    await asyncio.sleep(0)
    slow_bodies.sweep()
    come.set()
    assert await reading == b"{}"
    slow_bodies.sweep()
