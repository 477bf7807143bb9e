"""Telegram's sending limits as a model: about one message a second to a chat, 30 in all."""

import math

from pydantic import BaseModel, Field

from engagectl.simulator.clock import VirtualClock
from engagectl.simulator.errors import too_many_requests

_LARGEST = 100_000


class RateModel(BaseModel):
    """The limits; Telegram publishes rules of thumb only, so each can be moved."""

    enabled: bool = False
    per_chat_per_second: float = Field(1.0, gt=0)
    per_chat_burst: int = Field(5, ge=1, description="messages that may come at once")
    per_bot_per_second: float = Field(30.0, gt=0)
    per_bot_burst: int = Field(30, ge=1)


class RateLimits:
    """Counts what is sent and refuses what is too much."""

    def __init__(self, clock: VirtualClock) -> None:
        """Start with the model switched off."""
        self.model = RateModel()
        self._clock = clock
        self._filled_at: dict[tuple[int, int], float] = {}

    def use(self, model: RateModel) -> None:
        """Change the model and start counting anew."""
        self.model = model
        self._filled_at.clear()

    def spend(self, bot_id: int, chat_id: int) -> None:
        """Count a message.

        Raises:
            BotApiError: 429, with the seconds to wait.
        """
        model = self.model
        if not model.enabled:
            return
        if len(self._filled_at) > _LARGEST:
            self._filled_at.clear()
        # One message from each bucket; a bucket is the time at which it is empty again.
        buckets = (
            ((bot_id, chat_id), 1 / model.per_chat_per_second, model.per_chat_burst),
            ((bot_id, 0), 1 / model.per_bot_per_second, model.per_bot_burst),
        )
        now = self._clock.now()
        after = {}
        for key, interval, burst in buckets:
            filled = max(self._filled_at.get(key, now), now) + interval
            over = filled - now - burst * interval
            if over > 1e-9:
                raise too_many_requests(max(1, math.ceil(over)))
            after[key] = filled
        self._filled_at.update(after)
