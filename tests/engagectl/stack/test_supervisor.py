"""The supervisor over small real programs: order, restarts, stopping, nothing left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from engagectl.stack.paths import StackPaths
from engagectl.stack.probes import file_ready
from engagectl.stack.reaper import MARK_VARIABLE
from engagectl.stack.services import Service
from engagectl.stack.state import StackState, read_state, running_state
from engagectl.stack.supervisor import KEEPS_DYING_AFTER, Supervisor

_STEADY = """
import sys, time, pathlib
pathlib.Path(sys.argv[1]).write_text("ready")
time.sleep(60)
"""
_STUBBORN = """
import signal, sys, time, pathlib, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text("ready")
time.sleep(60)
"""


class Table:
    """Makes services out of small programs."""

    def __init__(self, folder: Path) -> None:
        self.paths = StackPaths(folder)
        self.paths.make()

    def service(self, name: str, program: str = _STEADY, **more: object) -> Service:
        ready = self.paths.ready_file(name)
        command = [sys.executable, "-c", program, str(ready)]
        return Service(name, command, file_ready(ready), ready_file=ready, **more)

    def task(self, name: str, program: str, **more: object) -> Service:
        return Service(name, [sys.executable, "-c", program], None, **more)

    def supervise(self, *services: Service) -> Supervisor:
        state = StackState("starting", f"test-{os.getpid()}-{time.time_ns()}", os.getpid(), 0.0)
        return Supervisor(list(services), self.paths, state)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.fixture
async def stopped_later() -> AsyncIterator[list[Supervisor]]:
    running: list[Supervisor] = []
    yield running
    for supervisor in running:
        await supervisor.stop()


async def _until(holds, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def _status(supervisor: Supervisor, name: str):
    status = supervisor.state.service(name)
    assert status is not None
    return status


async def test_a_service_starts_only_after_what_it_needs_is_ready(table: Table, stopped_later):
    late = "import time, sys, pathlib; time.sleep(0.6); " + _STEADY.strip().replace("\n", "; ")
    supervisor = table.supervise(
        table.service("needy", needs=("slow",)), table.service("slow", late)
    )
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    needy, slow = _status(supervisor, "needy"), _status(supervisor, "slow")
    assert needy.started >= slow.started + 0.5
    assert slow.ready_after_s >= 0.6


async def test_a_task_is_done_when_it_ends_well(table: Table, stopped_later):
    supervisor = table.supervise(table.task("migrate", "pass"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    assert _status(supervisor, "migrate").state == "done"


async def test_a_task_that_fails_makes_the_start_fail_with_its_last_words(
    table: Table, stopped_later
):
    supervisor = table.supervise(
        table.service("other"), table.task("migrate", "raise SystemExit('no table today')")
    )
    stopped_later.append(supervisor)
    supervisor.start()
    assert not await supervisor.wait_ready()
    assert supervisor.last_lines("migrate") == ["no table today"]


async def test_a_service_that_cannot_start_is_given_up(table: Table, stopped_later):
    supervisor = table.supervise(table.service("broken", "raise SystemExit(7)"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert not await supervisor.wait_ready()
    status = _status(supervisor, "broken")
    assert (status.state, status.note, status.restarts) == (
        "failed",
        "ended with 7",
        KEEPS_DYING_AFTER,
    )


async def test_a_killed_service_comes_back(table: Table, stopped_later):
    supervisor = table.supervise(table.service("mortal"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    supervisor.state.state = "ready"
    first = _status(supervisor, "mortal").pid
    os.kill(first, signal.SIGKILL)
    await _until(lambda: _status(supervisor, "mortal").pid not in {first, None})
    await _until(lambda: supervisor.state.is_healthy)
    assert _status(supervisor, "mortal").restarts == 1


async def test_a_restart_that_was_asked_for_is_no_death(table: Table, stopped_later):
    supervisor = table.supervise(table.service("asked"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    first = _status(supervisor, "asked").pid
    assert await supervisor.restart("asked")
    assert _status(supervisor, "asked").pid != first
    assert _status(supervisor, "asked").restarts == 0
    assert not await supervisor.restart("nobody")


async def test_a_halted_service_stays_stopped_until_it_is_resumed(table: Table, stopped_later):
    supervisor = table.supervise(table.service("halted"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    first = _status(supervisor, "halted").pid
    await supervisor.halt("halted")
    await asyncio.sleep(1.0)
    assert (_status(supervisor, "halted").state, _status(supervisor, "halted").pid) == (
        "stopped",
        None,
    )
    supervisor.resume("halted")
    await supervisor.wait_for("halted")
    assert _status(supervisor, "halted").pid not in {first, None}
    assert _status(supervisor, "halted").restarts == 0


async def test_a_service_halted_while_it_waits_to_be_restarted_stays_stopped(
    table: Table, stopped_later
):
    supervisor = table.supervise(table.service("mortal"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    supervisor.send("mortal", signal.SIGKILL)
    await _until(lambda: _status(supervisor, "mortal").restarts == 1)
    await supervisor.halt("mortal")
    await asyncio.sleep(1.0)
    assert _status(supervisor, "mortal").state == "stopped"
    supervisor.resume("mortal")
    await supervisor.wait_for("mortal")


async def test_a_service_can_join_a_running_table(table: Table, stopped_later):
    supervisor = table.supervise(table.service("first"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    assert await supervisor.add(table.service("late"))
    assert _status(supervisor, "late").healthy


async def test_a_discarded_folder_goes_with_the_supervisor(table: Table, tmp_path: Path):
    folder = tmp_path / "a folder"
    (folder / "deep").mkdir(parents=True)
    supervisor = table.supervise(table.service("one"))
    supervisor.discard(folder)
    supervisor.start()
    assert await supervisor.wait_ready()
    assert folder.exists()
    await supervisor.stop()
    assert not folder.exists()


async def test_stopping_ends_even_what_will_not_and_its_children(
    table: Table, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engagectl.stack.supervisor.STOP_WITHIN_SECONDS", 0.3)
    supervisor = table.supervise(table.service("stubborn", _STUBBORN))
    supervisor.start()
    assert await supervisor.wait_ready()
    family = psutil.Process(_status(supervisor, "stubborn").pid)
    members = [family, *family.children()]
    assert len(members) == 2
    await supervisor.stop()
    _, alive = psutil.wait_procs(members, timeout=5)
    assert alive == []
    assert supervisor.state.state == "stopped"


async def test_services_stop_in_order(table: Table):
    names = ["postgres", "redis", "core", "bots", "gateway"]
    supervisor = table.supervise(*(table.service(name) for name in names))
    supervisor.start()
    assert await supervisor.wait_ready()
    told: list[str] = []
    await supervisor.stop(told.append)
    assert told.index("gateway") < told.index("bots") < told.index("core")
    assert {*told[-2:]} == {"postgres", "redis"}


async def test_the_state_is_written_for_others_to_read(table: Table, stopped_later):
    supervisor = table.supervise(table.service("seen"))
    stopped_later.append(supervisor)
    supervisor.start()
    assert await supervisor.wait_ready()
    state = read_state(table.paths.state_file)
    assert state is not None
    shown = state.shown()["services"][0]
    assert set(shown) >= {"name", "state", "healthy", "pid", "url", "restarts", "ready_after_s"}
    assert shown["healthy"]
    assert "started" not in shown


def test_a_state_of_a_dead_supervisor_is_no_running_stack(tmp_path: Path):
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    path = tmp_path / "state.json"
    state = {"state": "ready", "mark": "m", "supervisor_pid": gone.pid, "services": []}
    path.write_text(json.dumps({**state, "supervisor_started": 1.0}))
    assert read_state(path) is not None
    assert running_state(path) is None
    path.write_text("half a docum")
    assert read_state(path) is None


_SUPERVISE_AND_WAIT = """
import asyncio, os, sys
from pathlib import Path
from tests.engagectl.stack.test_supervisor import Table, _STUBBORN

async def main():
    table = Table(Path(sys.argv[1]))
    supervisor = table.supervise(table.service("one", _STUBBORN), table.service("two"))
    supervisor.discard(table.paths.logs_dir)
    supervisor.start()
    await supervisor.wait_ready()
    print(supervisor.state.mark, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_a_killed_supervisor_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISE_AND_WAIT, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    mark = supervisor.stdout.readline().strip()
    assert len(_marked(mark)) >= 3
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    deadline = time.monotonic() + 20
    while _marked(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _marked(mark) == []
    while (tmp_path / ".engage" / "logs").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not (tmp_path / ".engage" / "logs").exists()


def _marked(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK_VARIABLE) == mark:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
