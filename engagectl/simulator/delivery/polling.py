"""getUpdates: the bot pulls its updates, one poller at a time."""

import asyncio

from engagectl.simulator.delivery.updates import Updates
from engagectl.simulator.errors import conflict
from engagectl.simulator.records import Bot, Json, PendingUpdate
from engagectl.simulator.world import World

LONGEST_TIMEOUT = 50.0
_LARGEST_BATCH = 100


class Polling:
    """The long polls that are open."""

    def __init__(self, world: World, updates: Updates) -> None:
        """Start with no poll open."""
        self._world = world
        self._updates = updates
        self._open: dict[int, asyncio.Event] = {}

    async def take(self, bot: Bot, *, offset: int, limit: int, seconds: float) -> list[Json]:
        """Return the bot's pending updates from `offset` on, waiting up to `seconds`.

        Everything before `offset` is confirmed. A negative offset counts from the end and drops
        what lies before.

        Raises:
            BotApiError: 409, because a webhook is set or another poll took over.
        """
        if bot.webhook.url:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self.interrupt(bot)
        interrupted = self._open[bot.id] = asyncio.Event()
        try:
            self._confirm_before(bot, offset)
            await self._wait(bot, interrupted, min(max(seconds, 0.0), LONGEST_TIMEOUT))
        finally:
            if self._open.get(bot.id) is interrupted:
                del self._open[bot.id]
        size = limit if 1 <= limit <= _LARGEST_BATCH else _LARGEST_BATCH
        return [update.as_update() for update in self._head(bot, size)]

    def interrupt(self, bot: Bot) -> None:
        """End the bot's open poll, if there is one, with 409."""
        if other := self._open.pop(bot.id, None):
            other.set()

    def _head(self, bot: Bot, size: int) -> list[PendingUpdate]:
        """Return the first updates whose time is not over; the expired ones on the way go."""
        now = self._world.clock.now()
        head: list[PendingUpdate] = []
        expired: list[PendingUpdate] = []
        for update in self._updates.of(bot).pending.values():
            if len(head) == size:
                break
            (head if update.expires_at > now else expired).append(update)
        for update in expired:
            self._updates.confirm(update)
        return head

    def _confirm_before(self, bot: Bot, offset: int) -> None:
        pending = self._updates.of(bot).pending
        if offset < 0 and pending:
            offset = next(iter(list(pending)[offset:]))
        while pending and (first := next(iter(pending.values()))).update_id < offset:
            self._updates.confirm(first)

    async def _wait(self, bot: Bot, interrupted: asyncio.Event, seconds: float) -> None:
        if self._updates.of(bot).pending:
            return
        waiting = asyncio.create_task(self._updates.of(bot).wait_for_any(seconds))
        ended = asyncio.create_task(interrupted.wait())
        try:
            await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            ended.cancel()
        if interrupted.is_set():
            raise conflict(
                "terminated by other getUpdates request; "
                "make sure that only one bot instance is running"
            )
