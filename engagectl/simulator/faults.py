"""Faults on demand: what Telegram and the network do on their bad days."""

import itertools
import random
from typing import Literal

from pydantic import BaseModel, Field

FaultKind = Literal[
    "too_many_requests",
    "server_error",
    "slow",
    "lost_answer",
    "forbidden",
    "duplicate_update",
    "webhook_outage",
]


class Fault(BaseModel):
    """One fault and where it strikes."""

    id: int = 0
    kind: FaultKind
    bot: str | None = Field(None, description="username; every bot when missing")
    method: str | None = Field(None, description="a Bot API method; every one when missing")
    times: int | None = Field(1, ge=1, description="how often it strikes; without end when null")
    probability: float = Field(1.0, gt=0, le=1)
    retry_after: int = Field(1, ge=0, le=3600, description="seconds, for too_many_requests")
    seconds: float = Field(1.0, ge=0, le=600, description="delay, for slow")
    status: int = Field(500, ge=500, le=599, description="for server_error")


class Faults:
    """The faults that are set now."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        """Set a fault and return it with its id."""
        fault = fault.model_copy(update={"id": next(self._ids)})
        self._faults[fault.id] = fault
        return fault

    def all(self) -> list[Fault]:
        """Return the faults that are set."""
        return list(self._faults.values())

    def clear(self, fault_id: int | None = None) -> None:
        """Lift one fault, or all."""
        if fault_id is None:
            self._faults.clear()
        else:
            self._faults.pop(fault_id, None)

    def strike(self, kind: FaultKind, bot: str, method: str | None = None) -> Fault | None:
        """Return the fault of that kind that strikes now, counting it, or None."""
        for fault in tuple(self._faults.values()):
            if fault.kind == kind and _meets(fault, bot, method):
                self._count(fault)
                return fault
        return None

    def _count(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0:
            del self._faults[fault.id]


def _meets(fault: Fault, bot: str, method: str | None) -> bool:
    if fault.bot is not None and fault.bot.lower() != bot.lower():
        return False
    if fault.method is not None and (method is None or fault.method.lower() != method.lower()):
        return False
    return fault.probability >= 1 or random.random() < fault.probability  # noqa: S311
