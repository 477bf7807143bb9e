"""The load and the faults of one run: updates flow while one thing after another breaks."""

import asyncio
import time
from collections.abc import Sequence

from engagectl import console
from engagectl.chaos.core_rows import read_rows
from engagectl.chaos.crowd import Crowd
from engagectl.chaos.faults import Cause, Fault, Scene
from engagectl.chaos.plan import LoadPlan, PlannedUpdate
from engagectl.chaos.private_copy import bot_name
from engagectl.chaos.queue_evidence import QueueEvidence
from engagectl.chaos.record import CallRecord
from engagectl.chaos.recovery import await_recovery
from engagectl.chaos.report import FaultOutcome
from engagectl.chaos.verdict import Evidence, Verdict, judge

_FLOWS_BEFORE_SECONDS = 2.0
_ROOM_TO_RECOVER_SECONDS = 6.0
_WHOLE_WITHIN_SECONDS = 40.0
_SILENT_SECONDS = 45.0
"""How long nothing may come of what is still missing before it counts as lost. Telegram repeats
an update that was refused after up to 32 seconds here: no fault lasts longer."""

_LATE_DOUBLES_SECONDS = 3.0
_LOOK_SECONDS = 0.1


class Campaign:
    """The people, what they send, and what is seen of it."""

    def __init__(self, scene: Scene, plan: LoadPlan, *, bots: int, rate: float) -> None:
        """Send at most `rate` updates a second into the stack of `scene`."""
        self._scene = scene
        self._plan = plan
        self._rate = rate
        self._names = [bot_name(index) for index in range(bots)]
        self._crowd = Crowd(scene.simulator, plan, bots)
        self._record = CallRecord(scene.simulator)
        self._queue = QueueEvidence(scene.table.world.redis.url)
        self._following: asyncio.Task[None] | None = None
        self._expected = sum(update.effects for update in plan.updates)

    async def begin(self) -> None:
        """Make the people known to the bots, and follow the record from here on."""
        self._following = asyncio.create_task(self._record.follow())
        await self._crowd.arrive()

    async def end(self) -> None:
        """Follow the record no longer."""
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._queue.close()

    async def go_through(self, faults: Sequence[Fault]) -> list[FaultOutcome]:
        """Send the whole load, an even share of it while each fault lasts."""
        shares = _even_shares(self._plan.updates, len(faults) or 1)
        if not faults:
            await self._send(shares[0], 0.0)
        outcomes = []
        with console.progress("answered", self._expected) as show:
            for fault, share in zip(faults, shares, strict=False):
                outcomes.append(await self._strike(fault, share))
                show(self._record.distinct)
        return outcomes

    async def drain(self) -> None:
        """Wait until everything is answered, or nothing more comes of what is missing."""
        seen, since = -1, time.monotonic()
        while self._record.distinct < self._expected:
            self._raise_if_blind()
            if self._record.distinct != seen:
                seen, since = self._record.distinct, time.monotonic()
            if time.monotonic() - since > _SILENT_SECONDS:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.sleep(_LATE_DOUBLES_SECONDS)
        await self._record.read()

    async def count(self) -> tuple[Verdict, list[str]]:
        """Return the verdict, and a line for each dead letter."""
        address = self._scene.table.world.database
        assert address is not None  # noqa: S101 (a private installation has its own server)
        evidence = Evidence(
            rows=await asyncio.to_thread(read_rows, address),
            answers=self._record.effects,
            unsure=await self._queue.unsure_calls(self._names),
        )
        return judge(self._plan, evidence), await self._queue.dead_letters()

    async def _strike(self, fault: Fault, share: Sequence[PlannedUpdate]) -> FaultOutcome:
        """Break what the fault breaks while its share of the load flows."""
        console.say(f"{fault.name} …")
        length = _FLOWS_BEFORE_SECONDS + fault.lasts
        length += _ROOM_TO_RECOVER_SECONDS * len(fault.causes)
        sending = asyncio.create_task(self._send(share, length))
        try:
            taken = [await self._recover_from(cause) for cause in fault.causes]
            await sending
        finally:
            sending.cancel()
        known = [seconds for seconds in taken if seconds is not None]
        outcome = FaultOutcome(fault.name, max(known) if len(known) == len(taken) else None)
        console.say(f"{fault.name}: {_words(outcome)}")
        return outcome

    async def _recover_from(self, cause: Cause) -> float | None:
        await asyncio.sleep(_FLOWS_BEFORE_SECONDS)
        over = await cause(self._scene)
        taken = await await_recovery(
            over, crowd=self._crowd, record=self._record, queue=self._queue
        )
        self._raise_if_blind()
        await self._become_whole()
        return taken

    async def _become_whole(self) -> None:
        """Wait until what was killed runs again: the next fault is to meet a whole stack."""
        deadline = time.monotonic() + _WHOLE_WITHIN_SECONDS
        while time.monotonic() < deadline:
            services = self._scene.supervisor.state.services
            if all(each.healthy or each.state == "stopped" for each in services):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _send(self, share: Sequence[PlannedUpdate], at_least_seconds: float) -> None:
        """Send updates evenly, at the rate or more slowly so that they last as long as asked."""
        pause = max(1 / self._rate, at_least_seconds / max(len(share), 1))
        begun = time.monotonic()
        for place, update in enumerate(share):
            await asyncio.sleep(max(0.0, begun + place * pause - time.monotonic()))
            await self._crowd.act(update)

    def _raise_if_blind(self) -> None:
        if self._following and self._following.done():
            self._following.result()


def _even_shares(updates: Sequence[PlannedUpdate], count: int) -> list[Sequence[PlannedUpdate]]:
    edges = [len(updates) * place // count for place in range(count + 1)]
    return [updates[edges[place] : edges[place + 1]] for place in range(count)]


def _words(outcome: FaultOutcome) -> str:
    if outcome.recovered_s is None:
        return "NOT recovered from"
    return f"recovered after {outcome.recovered_s:.1f} s" + ("" if outcome.holds else ": TOO LATE")
