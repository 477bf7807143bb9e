"""What a run found, as a document and as lines for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engagectl import console
from engagectl.chaos.recovery import GIVE_UP_SECONDS, MOST_SECONDS
from engagectl.chaos.verdict import Verdict

_NAMED = 10


@dataclass(frozen=True)
class ChaosOrder:
    """What was asked for.

    Attributes:
        updates: how many numbered updates.
        chats: over how many chats they are spread.
        bots: over how many bots the chats are spread.
        seed: what the load is made from.
        faults: names, `all`, or nothing for all.
        rate: updates a second at most.
        keep: whether the private installation stays.
    """

    updates: int
    chats: int
    bots: int
    seed: int
    faults: Sequence[str]
    rate: float
    keep: bool = False


@dataclass(frozen=True)
class FaultOutcome:
    """How long the recovery from a fault took; None: it was given up."""

    name: str
    recovered_s: float | None

    @property
    def holds(self) -> bool:
        """Whether it was in time."""
        return self.recovered_s is not None and self.recovered_s <= MOST_SECONDS

    def document(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {"name": self.name, "recovered_s": self.recovered_s, "holds": self.holds}


@dataclass(frozen=True)
class ChaosReport:
    """The whole run."""

    order: ChaosOrder
    verdict: Verdict
    faults: list[FaultOutcome]
    dead_letters: list[str]
    duration_s: float

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or out of order, and every recovery was in time."""
        return self.verdict.holds and all(fault.holds for fault in self.faults)

    @property
    def slowest_recovery_s(self) -> float:
        """The longest recovery; one that was given up counts as long as it was waited for."""
        taken = [
            GIVE_UP_SECONDS if fault.recovered_s is None else fault.recovered_s
            for fault in self.faults
        ]
        return max(taken, default=0.0)

    def document(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {
            "updates": self.order.updates,
            "chats": self.order.chats,
            "bots": self.order.bots,
            "seed": self.order.seed,
            "answered": self.verdict.answered,
            "lost": len(self.verdict.lost),
            "doubled": len(self.verdict.doubled),
            "out_of_order": len(self.verdict.out_of_order),
            "in_flight_twice": len(self.verdict.in_flight_twice),
            "slowest_recovery_s": self.slowest_recovery_s,
            "faults": [fault.document() for fault in self.faults],
            "duration_s": round(self.duration_s, 1),
            "updates_per_s": round(self.order.updates / self.duration_s, 1),
        }


def show_report(report: ChaosReport) -> None:
    """Print the report for a person."""
    console.table(
        ("fault", "recovered after", ""),
        [
            (
                fault.name,
                "not at all" if fault.recovered_s is None else f"{fault.recovered_s:.1f} s",
                "well" if fault.holds else f"more than {MOST_SECONDS:.0f} s",
            )
            for fault in report.faults
        ],
    )
    document = report.document()
    names = ("updates", "answered", "lost", "doubled", "out_of_order", "in_flight_twice")
    console.result(" · ".join(f"{name.replace('_', ' ')} {document[name]}" for name in names))
    console.result(
        f"{report.duration_s:.0f} s, {document['updates_per_s']} updates a second, "
        f"seed {report.order.seed}"
    )


def tell_findings(report: ChaosReport) -> None:
    """Name the first of what was lost, doubled, out of order or parked, on standard error."""
    findings = {
        "lost": report.verdict.lost,
        "doubled": report.verdict.doubled,
        "out of order": report.verdict.out_of_order,
        "in flight when a process died, and sent twice": report.verdict.in_flight_twice,
        "dead letters": report.dead_letters,
    }
    for what, found in findings.items():
        if found:
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            console.say(f"{what}: {'; '.join(found[:_NAMED])}{more}")
