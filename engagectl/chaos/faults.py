"""The faults by name: what each one breaks, for how long, and when it is over."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from engagectl.chaos.core_proxy import CoreProxy, Mood
from engagectl.chaos.table import FIRST_BOTS, SECOND_BOTS, ChaosTable
from engagectl.stack.supervisor import Supervisor
from utils.errors import EngageError

DOWN_SECONDS = 4.0
BAD_SECONDS = 6.0
PAUSE_SECONDS = 11.0
"""Longer than a lease: the partitions of the paused process have another owner when it wakes."""

_ALL = "all"
_BURSTS = 6
_SLOW_SECONDS, _QUICK_SECONDS = 0.8, 0.4
_JOINED_SECONDS = 5.0
_RESTART_ORDER = ("gateway", FIRST_BOTS, SECOND_BOTS, "core", "worker", "redis", "postgres")


class UnknownFaultError(EngageError):
    """There is no fault of that name."""


@dataclass(frozen=True)
class Scene:
    """What faults can reach."""

    supervisor: Supervisor
    table: ChaosTable
    proxy: CoreProxy
    simulator: httpx2.AsyncClient


Cause = Callable[[Scene], Awaitable[float]]
"""Breaks something and returns the monotonic time from which the recovery counts."""


@dataclass(frozen=True)
class Fault:
    """One entry of the list.

    Attributes:
        name: as `--faults` takes it.
        causes: struck one after another, each with a recovery of its own.
        lasts: seconds that all causes take, about, without the recoveries.
    """

    name: str
    causes: tuple[Cause, ...]
    lasts: float = 0.0


def choose_faults(names: list[str]) -> list[Fault]:
    """Return the faults that were named, all in turn for `all` or nothing.

    Raises:
        UnknownFaultError: a name is no fault's.
    """
    wanted = [name for entry in names for name in entry.split(",") if name] or [_ALL]
    if _ALL in wanted:
        return list(FAULTS)
    known = {fault.name: fault for fault in FAULTS}
    for name in wanted:
        if name not in known:
            raise UnknownFaultError(
                f"there is no fault {name!r}",
                why=f"the faults are {', '.join(known)}",
                mend="name some of them, or: engagectl dev chaos --faults all",
            )
    return [known[name] for name in wanted]


# --------------------------------------------------------------------- processes
def _killed(service: str) -> Cause:
    async def strike(scene: Scene) -> float:
        begun = time.monotonic()
        scene.supervisor.send(service, signal.SIGKILL)
        return begun

    return strike


def _stopped(service: str) -> Cause:
    async def strike(scene: Scene) -> float:
        await scene.supervisor.halt(service)
        await asyncio.sleep(DOWN_SECONDS)
        scene.supervisor.resume(service)
        return time.monotonic()

    return strike


def _paused(service: str) -> Cause:
    async def strike(scene: Scene) -> float:
        scene.supervisor.send(service, signal.SIGSTOP)
        await asyncio.sleep(PAUSE_SECONDS)
        scene.supervisor.send(service, signal.SIGCONT)
        return time.monotonic()

    return strike


async def _slow_redis(scene: Scene) -> float:
    for _ in range(_BURSTS):
        scene.supervisor.send("redis", signal.SIGSTOP)
        await asyncio.sleep(_SLOW_SECONDS)
        scene.supervisor.send("redis", signal.SIGCONT)
        await asyncio.sleep(_QUICK_SECONDS)
    return time.monotonic()


async def _third_bots_come_and_go(scene: Scene) -> float:
    third = scene.table.third_bots
    await scene.supervisor.add(third)
    await asyncio.sleep(_JOINED_SECONDS)
    await scene.supervisor.halt(third.name)
    return time.monotonic()


async def _everything_restarts(scene: Scene) -> float:
    for service in _RESTART_ORDER:
        await scene.supervisor.restart(service)
    return time.monotonic()


# ------------------------------------------------------------------- connections
def _core(mood: Mood) -> Cause:
    async def strike(scene: Scene) -> float:
        scene.proxy.turn(mood)
        await asyncio.sleep(BAD_SECONDS)
        scene.proxy.turn("passes")
        return time.monotonic()

    return strike


def _telegram(*faults: dict[str, Any]) -> Cause:
    async def strike(scene: Scene) -> float:
        for fault in faults:
            answer = await scene.simulator.post("/sim/faults", json={"times": None, **fault})
            answer.raise_for_status()
        await asyncio.sleep(BAD_SECONDS)
        (await scene.simulator.delete("/sim/faults")).raise_for_status()
        return time.monotonic()

    return strike


_REPEATED = {"kind": "duplicate_update", "probability": 0.5}
_TOO_MANY = {"kind": "too_many_requests", "probability": 0.3, "retry_after": 1}
_SERVER_ERROR = {"kind": "server_error", "probability": 0.3}
_NOT_LEARNT = {"kind": "lost_answer", "probability": 0.15}

FAULTS = (
    Fault("kill-gateway", (_killed("gateway"),)),
    Fault("kill-bots", (_killed(FIRST_BOTS), _killed(SECOND_BOTS))),
    Fault("kill-core", (_killed("core"),)),
    Fault("kill-worker", (_killed("worker"),)),
    Fault("stop-redis", (_stopped("redis"),), DOWN_SECONDS),
    Fault("restart-redis", (_killed("redis"),)),
    Fault("slow-redis", (_slow_redis,), _BURSTS * (_SLOW_SECONDS + _QUICK_SECONDS)),
    Fault("postgres-down", (_stopped("postgres"),), DOWN_SECONDS),
    Fault("core-500", (_core("refuses"),), BAD_SECONDS),
    Fault("core-hangs", (_core("hangs"),), BAD_SECONDS),
    Fault("core-loses-answers", (_core("loses_answers"),), BAD_SECONDS),
    Fault("telegram-429", (_telegram(_TOO_MANY),), BAD_SECONDS),
    Fault("telegram-500", (_telegram(_SERVER_ERROR),), BAD_SECONDS),
    Fault("duplicates", (_telegram(_REPEATED),), BAD_SECONDS),
    Fault("lost-answers", (_telegram(_REPEATED, _NOT_LEARNT),), BAD_SECONDS),
    Fault("pause-bots", (_paused(FIRST_BOTS),), PAUSE_SECONDS),
    Fault("join-bots", (_third_bots_come_and_go,), _JOINED_SECONDS + 8),
    Fault("rolling-restart", (_everything_restarts,), 25.0),
)
"""Every fault, in the order of `all`."""
