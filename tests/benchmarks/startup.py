"""How long until the stack is ready, against its slowest service's own start in the same run."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.report import Bar, Report
from tests.stack import StackCopy

_ROUNDS = 5
_TARGET = 1.2


def measure() -> Report:
    """Start a prepared stack several times; figures are medians, in seconds."""
    with tempfile.TemporaryDirectory(prefix="engageai-startup-") as folder:
        stack = StackCopy(Path(folder))
        first_s = _start(stack)["ready_s"]
        rounds = [_start(stack) for _ in range(_ROUNDS)]
    ratio = statistics.median(each["ready_s"] / each["slowest_service_s"] for each in rounds)
    figures = {
        "ready_s": statistics.median(each["ready_s"] for each in rounds),
        "slowest_service_s": statistics.median(each["slowest_service_s"] for each in rounds),
        "slowest_service": rounds[-1]["slowest_service"],
        "ratio": round(ratio, 3),
        "very_first_start_s": first_s,
        "rounds": _ROUNDS,
    }
    return Report("startup", figures, [Bar("ready_ratio", round(ratio, 3), _TARGET)])


def _start(stack: StackCopy) -> dict[str, Any]:
    started = stack.up("--json")
    try:
        if started.code != 0:
            raise RuntimeError(started.err)
        document = started.document
        slowest = max(document["services"], key=lambda service: service["ready_after_s"] or 0)
        return {
            "ready_s": document["ready_s"],
            "slowest_service": slowest["name"],
            "slowest_service_s": slowest["ready_after_s"],
        }
    finally:
        stack.down()
