"""The updates that a bot has not confirmed, in order and in their queues."""

import asyncio
import contextlib
from collections import OrderedDict, deque

from engagectl.simulator.records import Bot, Json, PendingUpdate
from engagectl.simulator.world import World

PENDING_A_BOT = 100_000
DAY = 86_400.0
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LIFETIMES = {"callback_query": 150.0, "shipping_query": 150.0, "pre_checkout_query": 150.0}
# Telegram queues kinds apart: the number is what shifts the chat's id out of the way.
_QUEUES = {
    "callback_query": 3,
    "pre_checkout_query": 4,
    "shipping_query": 4,
    "my_chat_member": 5,
    "message_reaction": 8,
    "stopped_message_generation": 9,
}


class BotUpdates:
    """One bot's undelivered updates."""

    def __init__(self, bot: Bot) -> None:
        """Start empty."""
        self.bot = bot
        self.pending: OrderedDict[int, PendingUpdate] = OrderedDict()
        self.queues: dict[int, deque[PendingUpdate]] = {}
        self._arrived = asyncio.Event()

    def add(self, update: PendingUpdate) -> bool:
        """Take an update in and tell whether its queue was empty before."""
        self.pending[update.update_id] = update
        queue = self.queues.setdefault(update.queue_id, deque())
        queue.append(update)
        self._arrived.set()
        return len(queue) == 1

    def remove(self, update: PendingUpdate) -> None:
        """Let an update go; the head of a queue goes at once."""
        if self.pending.pop(update.update_id, None) is None:
            return
        queue = self.queues[update.queue_id]
        if queue[0] is update:
            queue.popleft()
        else:
            queue.remove(update)
        if not queue:
            del self.queues[update.queue_id]

    async def wait_for_any(self, seconds: float) -> None:
        """Return once an update is pending, or when `seconds` are over."""
        if self.pending:
            return
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), seconds)


class Updates:
    """Every bot's undelivered updates."""

    def __init__(self, world: World) -> None:
        """Take up the updates that an earlier run left."""
        self._world = world
        self._by_bot: dict[int, BotUpdates] = {}
        for update in sorted(world.left_over_updates, key=lambda update: update.update_id):
            if bot := world.bots.get(update.bot_id):
                self.of(bot).add(update)

    def of(self, bot: Bot) -> BotUpdates:
        """Return the bot's undelivered updates."""
        updates = self._by_bot.get(bot.id)
        if updates is None:
            updates = self._by_bot[bot.id] = BotUpdates(bot)
        return updates

    def create(self, bot: Bot, kind: str, payload: Json, *, queue_id: int) -> PendingUpdate | None:
        """Make an update, unless the bot did not ask for its kind or has too many waiting.

        Args:
            bot: whom it is for.
            kind: the field of Update, such as `message`.
            payload: the field's value.
            queue_id: the chat, or the poll, whose updates keep their order among themselves.
        """
        updates = self.of(bot)
        if not wants(bot, kind) or len(updates.pending) >= PENDING_A_BOT:
            return None
        update = PendingUpdate(
            bot_id=bot.id,
            update_id=bot.next_update_id,
            kind=kind,
            queue_id=queue_id + (_QUEUES.get(kind, 0) << 53),
            expires_at=self._world.clock.now() + _LIFETIMES.get(kind, DAY),
            payload=payload,
        )
        bot.next_update_id += 1
        self._world.save_counters(bot)
        self._world.save_update(update)
        updates.add(update)
        return update

    def confirm(self, update: PendingUpdate) -> None:
        """Let an update go for good."""
        bot = self._world.bots[update.bot_id]
        self.of(bot).remove(update)
        self._world.forget_update(update)

    def drop_all(self, bot: Bot) -> None:
        """Let all of a bot's updates go."""
        for update in list(self.of(bot).pending.values()):
            self.confirm(update)


def wants(bot: Bot, kind: str) -> bool:
    """Tell whether a bot asked for updates of a kind."""
    if not bot.allowed_updates:
        return kind not in _NOT_BY_DEFAULT
    return kind in bot.allowed_updates
