"""Ends whatever an earlier stack left, by what it recorded when it started."""

import contextlib
import os
import signal

from engagectl.stack import reaper
from engagectl.stack.control import close_control
from engagectl.stack.paths import StackPaths
from engagectl.stack.state import StackState, is_same_process, read_state
from utils.embedded_postgres import STOP_SIGNAL


def sweep(paths: StackPaths) -> list[str]:
    """End every process and container that a dead supervisor left; return their names."""
    state = read_state(paths.state_file)
    if state is None:
        return []
    groups = _left_groups(state)
    reaper.end_groups(
        {pid: STOP_SIGNAL if name == "postgres" else signal.SIGTERM for name, pid in groups.items()}
    )
    marked = reaper.end_marked(state.mark)
    if state.redis_kind == "docker":
        _remove_container(paths)
    close_control(paths.run_dir)
    paths.state_file.unlink(missing_ok=True)
    return [*groups, *(f"process {pid}" for pid in marked)]


def _left_groups(state: StackState) -> dict[str, int]:
    left: dict[str, int] = {}
    for service in state.services:
        if service.pid and service.started and is_same_process(service.pid, service.started):
            with contextlib.suppress(ProcessLookupError):
                left[service.name] = os.getpgid(service.pid)
    return left


def _remove_container(paths: StackPaths) -> None:
    from docker.errors import DockerException  # noqa: PLC0415 (slow, seldom needed)

    from engagectl.stack.docker_redis import remove_container  # noqa: PLC0415

    with contextlib.suppress(DockerException):
        remove_container(paths.root)
