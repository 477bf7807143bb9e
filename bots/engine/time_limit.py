"""Cancels handlers that run too long: one look a second at all of them, not a timer for each."""

import asyncio
import time
from typing import Any

from utils.errors import EngageError

_LOOK_SECONDS = 1.0


class HandlerTooSlowError(EngageError):
    """A handler was cancelled at its time limit; it is not begun again, or it might end twice."""


class TimeLimit:
    """A limit on what runs inside `with`, one use at a time for each task."""

    def __init__(self, seconds: float) -> None:
        """Allow `seconds`, and up to a second more."""
        self._seconds = seconds
        self._begun: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._looking: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        """Begin to count for the current task."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (for the type checker: a handler runs in a task)
        self._begun[task] = time.monotonic()
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """End the count.

        Raises:
            HandlerTooSlowError: what ran inside was cancelled by the limit.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (as above)
        del self._begun[task]
        if task not in self._late:
            return
        self._late.discard(task)
        # Somebody else may have cancelled it too: then it stays cancelled.
        if task.uncancel() > 0 and isinstance(error, asyncio.CancelledError):
            return
        raise HandlerTooSlowError(
            "its handler was cancelled",
            why=f"it ran longer than {self._seconds:.0f} s, and its chat waited",
            mend="make the handler quicker, then: engagectl queue dead replay",
        ) from error

    def _look(self) -> None:
        self._looking = None
        if self._begun:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(_LOOK_SECONDS, self._look)
        latest = time.monotonic() - self._seconds
        for task, begun in self._begun.items():
            if begun < latest and task not in self._late:
                self._late.add(task)
                task.cancel()
