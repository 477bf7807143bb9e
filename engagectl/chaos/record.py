"""The simulator's record of calls, taken up as it grows: it keeps only the last ones itself."""

import asyncio
from typing import Any

import httpx2

from engagectl.chaos.plan import Effect, read_effects
from utils.errors import EngageError

_LOOK_SECONDS = 0.2
_AT_ONCE = 5000
_VISIBLE = frozenset({"sendMessage", "editMessageText"})


class RecordGapError(EngageError):
    """Calls were forgotten before they were read: the count would be wrong."""


class CallRecord:
    """What Telegram took from the bots.

    Attributes:
        effects: numbered messages and edits, in the order in which Telegram took them.
        probes: who answered which probe.
    """

    def __init__(self, simulator: httpx2.AsyncClient) -> None:
        """Read from `simulator`."""
        self._simulator = simulator
        self._last_id = 0
        self._done: set[tuple[int, int]] = set()
        self.effects: list[Effect] = []
        self.probes: set[tuple[str, str]] = set()

    @property
    def distinct(self) -> int:
        """How many effects were seen, repeats not counted."""
        return len(self._done)

    async def follow(self) -> None:
        """Read until cancelled."""
        while True:
            await self.read()
            await asyncio.sleep(_LOOK_SECONDS)

    async def read(self) -> None:
        """Take up what is new.

        Raises:
            RecordGapError: something is missing.
        """
        asked = {"after": self._last_id, "limit": _AT_ONCE}
        answer = await self._simulator.get("/sim/calls", params=asked)
        calls: list[dict[str, Any]] = answer.raise_for_status().json()["calls"]
        if calls and calls[0]["id"] != self._last_id + 1:
            raise RecordGapError(
                "the simulator's record has a gap",
                why=f"after call {self._last_id} came {calls[0]['id']}",
                mend="run it again with a lower --rate",
            )
        for call in calls:
            self._last_id = call["id"]
            if call["direction"] == "api" and call["status"] == 200 and call["method"] in _VISIBLE:
                self._take(call["bot"], str(call["parameters"].get("text", "")))

    def _take(self, bot: str, text: str) -> None:
        if text.startswith("probe "):
            self.probes.add((bot, text))
        for effect in read_effects([text]):
            self.effects.append(effect)
            self._done.add((effect.number, effect.part))
