"""How the stack's state looks on the terminal."""

from collections.abc import Callable

from engagectl import console
from engagectl.stack.state import ServiceState, StackState

_MARKS = {
    "running": ("●", "32"),
    "done": ("✓", "32"),
    "starting": ("◌", "33"),
    "waiting": ("·", "90"),
    "restarting": ("↻", "33"),
    "unhealthy": ("▲", "31"),
    "keeps dying": ("✗", "31"),
    "failed": ("✗", "31"),
    "stopped": ("○", "90"),
}


class StartView:
    """Shows a start as it goes on, and what came of it.

    Args:
        as_json: print the one document at the end and talk to standard error alone.
        when_ready: called once, when the stack is ready.
    """

    def __init__(self, as_json: bool, when_ready: Callable[[], None]) -> None:  # noqa: FBT001
        self._as_json = as_json
        self._when_ready = when_ready
        self._told: set[str] = set()
        self.is_done = False

    def update(self, state: StackState) -> None:
        """Tell what is new in the state."""
        if self.is_done:
            self._tell_deaths(state)
            return
        for note in state.notes:
            self._tell(note, note)
        for service in state.services:
            if service.healthy:
                after = f" after {service.ready_after_s:.1f} s" if service.ready_after_s else ""
                self._tell(service.name, f"  {service.name} is ready{after}")
        self._tell_deaths(state)
        if state.state == "ready":
            self.is_done = True
            self._finish(state)

    def _finish(self, state: StackState) -> None:
        if self._as_json:
            console.document(state.shown())
        else:
            show_status(state)
            console.result(ready_line(state))
            for line in _pages(state):
                console.result(line)
        self._when_ready()

    def _tell_deaths(self, state: StackState) -> None:
        for service in state.services:
            if service.note:
                text = f"  {service.name} {service.note}; {service.state} ({service.restarts})"
                self._tell(f"{service.name} {service.restarts}", text)

    def _tell(self, key: str, text: str) -> None:
        if key not in self._told:
            self._told.add(key)
            console.say(text)


def show_status(state: StackState) -> None:
    """Print the table of services."""
    headers = ("service", "state", "ready after", "restarts", "pid", "address")
    console.table(headers, [_row(service) for service in state.services])


def ready_line(state: StackState) -> str:
    """Return the line that ends a start."""
    ready = f"ready in {state.ready_s:.1f} s" if state.ready_s is not None else "ready"
    if state.answered_ms is None:
        return ready
    return f"{ready}, a learner was answered in {state.answered_ms:.0f} ms"


def _pages(state: StackState) -> list[str]:
    pages = []
    simulator, core = state.service("simulator"), state.service("core")
    if simulator:
        pages.append(f"chat page  {simulator.url}/")
    if core:
        pages.append(f"admin      {core.url}/admin/")
    return [*pages, "stop with  Ctrl-C, or: engagectl dev down"]


def _row(service: ServiceState) -> tuple[str, ...]:
    mark, colour = _MARKS.get(service.state, ("?", "33"))
    after = f"{service.ready_after_s:.2f} s" if service.ready_after_s is not None else ""
    state = f"{mark} {service.state}"
    style = {"32": "green", "33": "yellow", "31": "red"}.get(colour, "dim")
    return (
        service.name,
        f"[{style}]{state}[/{style}]",
        after,
        str(service.restarts or ""),
        str(service.pid or ""),
        service.url,
    )
