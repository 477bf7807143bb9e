"""What the `dev` commands do: up, down, status, logs, restart, reset."""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from engagectl import console
from engagectl.browser import open_page
from engagectl.env_files import init_env
from engagectl.log_view import LogFollower
from engagectl.stack.control import ask_supervisor
from engagectl.stack.options import StackOptions
from engagectl.stack.paths import StackPaths, installation_paths
from engagectl.stack.running import bot_names, run_stack
from engagectl.stack.service_logs import tail
from engagectl.stack.services import NAMES
from engagectl.stack.state import StackState, is_same_process, read_state, running_state
from engagectl.stack.sweeping import sweep
from engagectl.status_view import StartView, show_status
from utils.errors import EngageError

_LOOK_SECONDS = 0.05
_DOWN_SECONDS = 60.0


@dataclass(frozen=True)
class View:
    """How the start is shown."""

    as_json: bool = False
    browser: bool = True


def options(
    *,
    redis: str,
    port_offset: int,
    only: tuple[str, ...],
    leave_out: tuple[str, ...],
    simulator: bool,
) -> StackOptions:
    """Return the options of a start whose clock runs since this command began."""
    begun_at = psutil.Process().create_time()
    return StackOptions(redis, port_offset, only, leave_out, simulator, begun_at)


def up(wanted: StackOptions, view: View) -> bool:
    """Run the stack in the foreground with its logs until Ctrl-C; True when all went well."""
    paths = installation_paths()
    if _is_up(paths, view):
        return True
    _make_ready(paths)
    shown = StartView(view.as_json, lambda: _open_page(view))
    followers: list[LogFollower] = []

    def observe(state: StackState) -> None:
        shown.update(state)
        if shown.is_done and not view.as_json:
            # From here on: what was written while starting would push the table away.
            if not followers:
                followers.append(LogFollower(paths, NAMES))
            followers[0].print_new()

    well = run_stack(wanted, paths, observe)
    if not well:
        _raise_failure(read_state(paths.state_file))
    console.say("stopped; what learners did is kept")
    return well


def up_detached(wanted: StackOptions, view: View) -> bool:
    """Run the stack in a process of its own and return once it is ready or has failed."""
    paths = installation_paths()
    if _is_up(paths, view):
        return True
    _make_ready(paths)
    shown = StartView(view.as_json, lambda: _open_page(view))
    sys.stdout.flush()
    sys.stderr.flush()
    supervisor = os.fork()
    if supervisor == 0:
        _become_supervisor(wanted, paths)
    while True:
        state = read_state(paths.state_file)
        if state and state.supervisor_pid == supervisor:
            shown.update(state)
            if state.state in {"ready", "unhealthy"}:
                return True
        ended, _ = os.waitpid(supervisor, os.WNOHANG)
        if ended:
            _raise_failure(read_state(paths.state_file))
        time.sleep(_LOOK_SECONDS)


def down() -> None:
    """Stop the stack; what a killed supervisor left is ended too. Safe to repeat."""
    paths = installation_paths()
    state = running_state(paths.state_file)
    if state is None:
        left = sweep(paths)
        console.say(f"ended what was left: {', '.join(left)}" if left else "nothing was running")
        return
    for answer in ask_supervisor(paths.run_dir, {"do": "stop"}):
        if answer.get("stopped"):
            console.say(f"stopped {answer['stopped']}")
    _wait_for_end(state)
    if is_same_process(state.supervisor_pid, state.supervisor_started):
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.supervisor_pid, signal.SIGKILL)
        _wait_for_end(state)
    sweep(paths)
    console.say("the stack is down; what learners did is kept")


def status(*, as_json: bool) -> bool:
    """Show the stack; True when all of it is healthy."""
    state = running_state(installation_paths().state_file)
    if state is None:
        if as_json:
            console.document({"state": "stopped", "services": []})
        else:
            console.say("the stack is not running; start it with: engagectl dev up")
        return False
    if as_json:
        console.document(state.shown())
    else:
        show_status(state)
    return state.is_healthy


def logs(services: Sequence[str], *, follow: bool, lines: int) -> None:
    """Show the last lines of services' logs, and go on when asked to."""
    paths = installation_paths()
    _check_services(services)
    names = [name for name in NAMES if not services or name in services]
    for name in names:
        for line in tail(paths.log_file(name), lines):
            console.log_line(name, NAMES.index(name), line, width=9)
    if not follow:
        return
    follower = LogFollower(paths, names)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            follower.print_new()
            time.sleep(_LOOK_SECONDS * 2)


def smoke(*, as_json: bool) -> bool:
    """Send a scripted learner through the running stack; True when every step was answered."""
    from engagectl.smoke import run_smoke  # noqa: PLC0415 (httpx2 is slow to import)

    paths = installation_paths()
    state = running_state(paths.state_file)
    simulator = state.service("simulator") if state else None
    if simulator is None:
        raise _not_running()
    bots = bot_names(paths)
    if not bots:
        raise EngageError(
            "there is no bot to talk to",
            why="bots/ holds no bot with a .env",
            mend="engagectl bots add my_bot --template tutor",
        )
    report = run_smoke(simulator.url, bots, console.say if as_json else console.result)
    if as_json:
        console.document(report.document())
    return report.ok


def restart(service: str) -> None:
    """Restart one service of the running stack and wait until it is ready."""
    paths = installation_paths()
    _check_services([service])
    if running_state(paths.state_file) is None:
        raise _not_running()
    for answer in ask_supervisor(paths.run_dir, {"do": "restart", "service": service}):
        if answer.get("ready"):
            console.say(f"{service} is ready again")
            return
    raise EngageError(
        f"{service} did not become ready again",
        why="; ".join(tail(paths.log_file(service), 3)) or "it is no running service",
        mend=f"engagectl dev logs {service}",
    )


def reset(*, yes: bool) -> None:
    """Stop the stack and forget all its data; the `.env` files stay."""
    paths = installation_paths()
    question = "Forget the database, the queue and all chats of this installation?"
    if not yes and not console.ask(question):
        raise EngageError(
            "nothing was reset",
            why="it destroys data and nobody agreed",
            mend="engagectl dev reset --yes",
        )
    down()
    _forget_volume(paths)
    shutil.rmtree(paths.state_dir, ignore_errors=True)
    console.say("all data is gone; the .env files are as they were")


def _is_up(paths: StackPaths, view: View) -> bool:
    state = running_state(paths.state_file)
    if state is None or state.state in {"failed", "stopped"}:
        return False
    if view.as_json:
        console.document(state.shown())
    else:
        console.say("the stack is already up; nothing was changed")
        show_status(state)
    return True


def _make_ready(paths: StackPaths) -> None:
    paths.make()
    left = sweep(paths)
    if left:
        console.say(f"ended what an earlier stack left: {', '.join(left)}")
    for change in init_env(paths):
        console.say(str(change))


def _become_supervisor(wanted: StackOptions, paths: StackPaths) -> None:
    """Turn this forked process into the supervisor; never returns."""
    os.setsid()
    log = os.open(paths.log_file("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    try:
        code = 0 if run_stack(wanted, paths, lambda _state: None) else 1
    except EngageError as error:
        console.error(error)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _raise_failure(state: StackState | None) -> None:
    if state and state.error:
        what, why, mend = state.error
        raise EngageError(what, why=why, mend=mend)
    raise EngageError(
        "the stack ended before it was ready",
        why="; ".join(tail(installation_paths().log_file("supervisor"), 3)) or "it was stopped",
        mend="engagectl dev up",
    )


def _wait_for_end(state: StackState) -> None:
    deadline = time.monotonic() + _DOWN_SECONDS
    while is_same_process(state.supervisor_pid, state.supervisor_started):
        if time.monotonic() > deadline:
            return
        time.sleep(_LOOK_SECONDS)


def _check_services(services: Sequence[str]) -> None:
    for name in services:
        if name not in NAMES:
            raise EngageError(
                f"there is no service {name!r}",
                why=f"the services are {', '.join(NAMES)}",
                mend="name one of them",
            )


def _not_running() -> EngageError:
    return EngageError(
        "the stack is not running", why="no supervisor answers", mend="engagectl dev up"
    )


def _forget_volume(paths: StackPaths) -> None:
    from engagectl.stack.redis_server import docker_answers  # noqa: PLC0415 (seldom needed)

    if docker_answers():
        from docker.errors import DockerException  # noqa: PLC0415

        from engagectl.stack.docker_redis import remove_volume  # noqa: PLC0415

        with contextlib.suppress(DockerException):
            remove_volume(paths.root)


def _open_page(view: View) -> None:
    state = running_state(installation_paths().state_file)
    page = state.service("simulator") if state else None
    if page and view.browser:
        open_page(page.url)
