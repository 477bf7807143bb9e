"""The folders that are to be read, one at a time: what a learner waits for comes first."""

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Awaitable, Callable

_WITHOUT_PAUSE = 20
_SECONDS_OF_WAY = 1.0


class LoadQueue:
    """Works the folders off in the background.

    With more than a few in it, half of the time is left to updates, as long as some come.
    """

    def __init__(self, read: Callable[[str], Awaitable[None]]) -> None:
        """Read by `read`, which is called for one folder at a time."""
        self._read = read
        self._waiting: dict[str, None] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._has_work = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._worker: asyncio.Task[None] | None = None
        self._way_until = 0.0

    def make_way(self) -> None:
        """Leave time to the update that has come."""
        self._way_until = time.monotonic() + _SECONDS_OF_WAY

    def __contains__(self, name: str) -> bool:
        """Tell whether the folder waits to be read, or is being read."""
        return name in self._waiting or name in self._running

    def put(self, name: str) -> None:
        """Let the folder be read when its turn comes."""
        self._waiting[name] = None
        self._has_work.set()
        self._is_idle.clear()
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), context=contextvars.Context())

    def drop(self, name: str) -> None:
        """Forget the folder."""
        self._waiting.pop(name, None)

    async def now(self, name: str, *, seconds: float | None = None) -> None:
        """Let the folder be read before all others; return when it was, or after `seconds`."""
        if name in self:
            await asyncio.wait([self._begin(name)], timeout=seconds)

    async def idle(self, *, seconds: float) -> None:
        """Return when all folders have been read, or after `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_idle.wait()

    async def close(self) -> None:
        """Begin nothing more."""
        tasks = [*self._running.values(), *([self._worker] if self._worker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            await self._has_work.wait()
            began = time.perf_counter()
            if self._waiting:
                await asyncio.wait([self._begin(next(iter(self._waiting)))])
            if len(self._waiting) > _WITHOUT_PAUSE and time.monotonic() < self._way_until:
                await asyncio.sleep(time.perf_counter() - began)
            if not self._waiting:
                self._has_work.clear()
                self._is_idle.set()

    def _begin(self, name: str) -> asyncio.Task[None]:
        task = self._running.get(name)
        if task is None:
            # Its own context: what is remembered for the update that waits is not for this.
            work = self._run(name)
            task = asyncio.create_task(work, context=contextvars.Context())
            self._running[name] = task
            task.add_done_callback(lambda _: self._running.pop(name, None))
        return task

    async def _run(self, name: str) -> None:
        async with self._one_at_a_time:
            if name in self._waiting:
                del self._waiting[name]
                await self._read(name)
