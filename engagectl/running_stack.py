"""The addresses of the stack that runs now, for commands that talk to it."""

from dataclasses import dataclass

from engagectl.installation import read_if_there, this_installation
from engagectl.stack.paths import installation_paths
from engagectl.stack.state import StackState, running_state


@dataclass(frozen=True)
class RunningStack:
    """Where the running services are; None for one that is not part of this stack."""

    simulator_url: str | None
    gateway_url: str | None
    bots_url: str | None
    redis_url: str | None


def find_running_stack() -> RunningStack | None:
    """Return the addresses, None when no stack runs."""
    state = running_state(installation_paths().state_file)
    if state is None:
        return None
    return RunningStack(
        simulator_url=_url(state, "simulator"),
        gateway_url=_url(state, "gateway"),
        bots_url=_url(state, "bots"),
        redis_url=_redis_url(state),
    )


def _url(state: StackState, service: str) -> str | None:
    found = state.service(service)
    return found.url or None if found and found.healthy else None


def _redis_url(state: StackState) -> str | None:
    """The stack's own Redis, healthy or not, else the server that its start was told of."""
    if own := state.service("redis"):
        return own.url or None
    named = str(state.options.get("redis", ""))
    if "://" in named:
        return named
    return read_if_there(this_installation().core_env).get("REDIS_URL") or None
