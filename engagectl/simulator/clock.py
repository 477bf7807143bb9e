"""Time as the simulator sees it: the machine's, moved forward at will."""

import asyncio
import time


class VirtualClock:
    """A clock that can jump ahead, waking those whose waiting is over by then."""

    def __init__(self) -> None:
        """Start at the machine's time."""
        self._ahead = 0.0
        self._jumped = asyncio.Event()

    @property
    def ahead(self) -> float:
        """Seconds that the clock is ahead of the machine's."""
        return self._ahead

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return time.time() + self._ahead

    def date(self) -> int:
        """Return the time in whole seconds, as Telegram's dates are."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Jump ahead; `seconds` is not negative."""
        self._ahead += seconds
        self._jumped.set()
        self._jumped = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock shows `seconds` more than now."""
        deadline = self.now() + seconds
        while (remaining := deadline - self.now()) > 0:
            jumped = self._jumped
            try:
                await asyncio.wait_for(jumped.wait(), remaining)
            except TimeoutError:
                continue
