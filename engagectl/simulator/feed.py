"""Pushes what changed to the pages that look on."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from engagectl.simulator.records import Json

_BACKLOG = 1000


class Feed:
    """Events for one person each, to any number of listeners."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: dict[int, set[asyncio.Queue[Json | None]]] = defaultdict(set)

    def is_watched(self, user_id: int) -> bool:
        """Tell whether anyone listens to what happens to the person."""
        return bool(self._listeners.get(user_id))

    def publish(self, user_id: int, event: Json) -> None:
        """Hand an event to the person's listeners; one that fell far behind is let go."""
        for listener in tuple(self._listeners.get(user_id, ())):
            if listener.qsize() >= _BACKLOG:
                self._listeners[user_id].discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait(event)

    async def listen(self, user_id: int, *, idle_seconds: float) -> AsyncIterator[Json | None]:
        """Yield the person's events, and None whenever nothing came for `idle_seconds`."""
        listener: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners[user_id].add(listener)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(listener.get(), idle_seconds)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._listeners[user_id].discard(listener)
            if not self._listeners[user_id]:
                del self._listeners[user_id]

    def close(self) -> None:
        """Let every listener go."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.put_nowait(None)
