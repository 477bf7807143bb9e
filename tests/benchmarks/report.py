"""What every benchmark returns, and how it is shown."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bar:
    """A figure that must hold: `value` at most `target`, or at least it."""

    name: str
    value: float
    target: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is within its target."""
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclass(frozen=True)
class Report:
    """One benchmark's outcome: its figures and the bars they are held against."""

    name: str
    figures: dict[str, Any]
    bars: list[Bar] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every bar holds."""
        return all(bar.holds for bar in self.bars)

    def document(self) -> dict[str, Any]:
        """Return the report as one JSON-ready document."""
        return {
            "name": self.name,
            "machine": machine(),
            "figures": self.figures,
            "bars": [{**asdict(bar), "holds": bar.holds} for bar in self.bars],
        }

    def text(self) -> str:
        """Return the report for a person."""
        lines = [f"{self.name} on {machine()['cores']} cores, Python {machine()['python']}"]
        lines += [
            f"  {name}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in self.figures.items()
        ]
        lines += [
            f"  {'holds' if bar.holds else 'FALLS SHORT'}: {bar.name} "
            f"{bar.value:.3f} (at {'least' if bar.at_least else 'most'} {bar.target:g})"
            for bar in self.bars
        ]
        return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
    }
