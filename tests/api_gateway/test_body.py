"""Bodies that stay away do not hold a request for ever."""

import asyncio

import pytest

from api_gateway.body import BodyReader, BodyTooLateError


async def _never() -> dict[str, object]:
    await asyncio.Event().wait()
    raise AssertionError


async def test_body_that_two_sweeps_saw_missing_is_given_up() -> None:
    reader = BodyReader()
    reading = asyncio.create_task(reader.read([], _never))
    await asyncio.sleep(0)
    reader.sweep()
    await asyncio.sleep(0)
    assert not reading.done()
    reader.sweep()
    with pytest.raises(BodyTooLateError):
        await reading


async def test_reading_that_others_cancel_is_cancelled() -> None:
    reader = BodyReader()
    reading = asyncio.create_task(reader.read([], _never))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_body_that_came_in_time_is_left_alone() -> None:
    reader = BodyReader()
    come = asyncio.Event()

    async def receive() -> dict[str, object]:
        await come.wait()
        return {"type": "http.request", "body": b"{}"}

    reading = asyncio.create_task(reader.read([], receive))
    await asyncio.sleep(0)
    reader.sweep()
    come.set()
    assert await reading == b"{}"
    reader.sweep()
