"""The short form of `engagectl dev chaos`, run as a person runs it, and ended before its time."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.services import wait_until
from tests.stack import StackCopy

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

FAULTS = ("kill-gateway", "kill-bots", "restart-redis", "pause-bots")


@pytest.fixture
def installation(tmp_path: Path) -> StackCopy:
    """An installation whose `.engage` nothing else uses."""
    return StackCopy(tmp_path)


def _processes_in(root: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if str(root) in process.environ().get("PYTHONPATH", "") or process.cwd().startswith(
                str(root)
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _runs_in(root: Path) -> list[Path]:
    return list((root / ".engage" / "chaos").glob("run-*"))


def test_nothing_is_lost_doubled_or_out_of_order(installation: StackCopy):
    asked = ("--updates", "400", "--chats", "20", "--bots", "3", "--seed", "11")
    faults = ("--faults", ",".join(FAULTS))
    done = installation.engagectl("dev", "chaos", *asked, *faults, "--json", seconds=280)
    document = done.document
    counted = {name: document[name] for name in ("answered", "lost", "doubled", "out_of_order")}
    expected = {"answered": 400, "lost": 0, "doubled": 0, "out_of_order": 0}
    assert counted == expected, done.err
    assert [fault["name"] for fault in document["faults"]] == list(FAULTS)
    assert None not in [fault["recovered_s"] for fault in document["faults"]], done.err
    assert done.code == (0 if all(fault["holds"] for fault in document["faults"]) else 1)
    assert _processes_in(installation.root) == []
    assert _runs_in(installation.root) == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL], ids=lambda each: each.name)
def test_a_run_that_is_ended_leaves_no_process_and_no_folder(installation: StackCopy, ending):
    command = [sys.executable, "-m", "engagectl", "dev", "chaos", "--updates", "10"]
    run = subprocess.Popen(
        command, cwd=installation.root, env=installation.environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: _has_begun(installation.root), seconds=60, what="services run")
    os.kill(run.pid, ending)
    code = run.wait(timeout=60)
    assert code == (1 if ending == signal.SIGINT else -signal.SIGKILL)
    wait_until(lambda: not _processes_in(installation.root), seconds=30, what="no process is left")
    wait_until(lambda: not _runs_in(installation.root), seconds=10, what="no folder is left")


def _has_begun(root: Path) -> bool:
    """Tell whether the private Redis and PostgreSQL are up, and more is on its way."""
    for run in _runs_in(root):
        try:
            state = json.loads((run / ".engage" / "run" / "state.json").read_text())
        except (OSError, ValueError):
            time.sleep(0.05)
            continue
        healthy = {service["name"] for service in state["services"] if service["healthy"]}
        return {"redis", "postgres"} <= healthy
    return False


def test_a_fault_that_there_is_not_is_named(installation: StackCopy):
    done = installation.engagectl("dev", "chaos", "--faults", "kill-everything")
    assert done.code == 1
    assert "there is no fault 'kill-everything'" in done.err
    assert "kill-bots" in done.err
    assert _runs_in(installation.root) == []
