"""The simulator as a whole: the world, its clock, deliveries, faults and records."""

import secrets
from pathlib import Path

from engagectl.simulator.calls import CallLog
from engagectl.simulator.chat import Chat
from engagectl.simulator.clock import VirtualClock
from engagectl.simulator.delivery.polling import Polling
from engagectl.simulator.delivery.updates import Updates
from engagectl.simulator.delivery.webhook import WebhookDelivery
from engagectl.simulator.faults import Faults
from engagectl.simulator.files import FileStore
from engagectl.simulator.journal import Journal
from engagectl.simulator.polling_booth import PollingBooth
from engagectl.simulator.queries import CallbackQueries
from engagectl.simulator.rate_limits import RateLimits
from engagectl.simulator.records import Bot, Json, PendingUpdate, Person
from engagectl.simulator.world import World


class Telegram:
    """Everything that the Bot API, the people and the control calls act upon."""

    def __init__(self, state_dir: Path) -> None:
        """Take up the state that an earlier run left in `state_dir`."""
        self.journal = Journal(state_dir)
        self.clock = VirtualClock()
        self.world = World(self.journal, self.clock)
        self.files = FileStore(self.world, state_dir / "files")
        self.faults = Faults()
        self.calls = CallLog()
        self.rate_limits = RateLimits(self.clock)
        self.queries = CallbackQueries(self.clock)
        self.updates = Updates(self.world)
        self.polling = Polling(self.world, self.updates)
        self.webhooks = WebhookDelivery(
            world=self.world, updates=self.updates, faults=self.faults, calls=self.calls
        )
        self.polls = PollingBooth(self.world, self._push_to_queue)
        self.chat_instance = secrets.randbits(62)

    def start(self) -> None:
        """Begin to remember and to deliver."""
        self.journal.start()
        for bot in self.world.bots.values():
            self.webhooks.serve(bot)
        self.polls.start()

    async def close(self) -> None:
        """Stop; everything is on disk afterwards."""
        self.world.feed.close()
        await self.polls.close_all()
        await self.webhooks.close()
        self.journal.close()

    def push(self, bot: Bot, kind: str, payload: Json, *, queue_id: int) -> PendingUpdate | None:
        """Send an update on its way to a bot, and return it unless the bot wants none of it."""
        update = self.updates.create(bot, kind, payload, queue_id=queue_id)
        self.webhooks.announce(update)
        return update

    def _push_to_queue(self, bot: Bot, kind: str, payload: Json, queue_id: int) -> None:
        self.push(bot, kind, payload, queue_id=queue_id)

    def parties(self, chat: Chat) -> tuple[Bot, Person]:
        """Return who talks in a chat."""
        return self.world.bots[chat.record.bot_id], self.world.people[chat.record.user_id]
