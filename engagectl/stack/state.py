"""What runs now, as it is written for other commands to read."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class ServiceState:
    """One service as `dev status` shows it."""

    name: str
    state: str = "waiting"
    healthy: bool = False
    pid: int | None = None
    started: float | None = None
    url: str = ""
    restarts: int = 0
    ready_after_s: float | None = None
    note: str = ""

    def shown(self) -> dict[str, Any]:
        """Return the public part: what `--json` prints."""
        document = asdict(self)
        del document["started"]
        return document


@dataclass
class StackState:
    """The whole stack.

    `state` is `starting`, `ready`, `unhealthy`, `failed`, `stopping` or `stopped`.
    """

    state: str
    mark: str
    supervisor_pid: int
    supervisor_started: float
    options: dict[str, Any] = field(default_factory=dict)
    services: list[ServiceState] = field(default_factory=list)
    redis_kind: str = ""
    notes: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    ready_s: float | None = None
    answered_ms: float | None = None
    answers: dict[str, float] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "state": self.state,
            "redis": self.redis_kind,
            "ready_s": self.ready_s,
            "answered_ms": self.answered_ms,
            "answers": self.answers,
            "notes": self.notes,
            "error": self.error,
            "services": [service.shown() for service in self.services],
        }

    def service(self, name: str) -> ServiceState | None:
        """Return a service's state, None when this stack has no such service."""
        return next((service for service in self.services if service.name == name), None)

    @property
    def is_healthy(self) -> bool:
        """Whether everything that should run does."""
        return self.state == "ready" and all(service.healthy for service in self.services)


def write_state(path: Path, state: StackState) -> None:
    """Write the state atomically; a full disk must not end the supervisor."""
    temporary = path.with_suffix(".part")
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)


def read_state(path: Path) -> StackState | None:
    """Return what was last written, None when nothing usable was."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        services = [ServiceState(**service) for service in document.pop("services")]
        return StackState(**document, services=services)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def running_state(path: Path) -> StackState | None:
    """Return the state of a stack whose supervisor is alive, else None."""
    state = read_state(path)
    if state is None or state.supervisor_pid == os.getpid():
        return state
    return state if is_same_process(state.supervisor_pid, state.supervisor_started) else None


def is_same_process(pid: int, started: float) -> bool:
    """Tell whether the process that had this number at that time still lives."""
    import psutil  # noqa: PLC0415 (only commands that look at processes need it)

    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and (
            process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.Error:
        return False


def started_at(pid: int) -> float:
    """Return the Unix time at which a process began, 0 when it is gone."""
    import psutil  # noqa: PLC0415 (only commands that look at processes need it)

    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0
