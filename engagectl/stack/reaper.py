"""Ends what the supervisor started when the supervisor itself is gone, however it went.

A program run as `python reaper.py MARK`, with its standard input held open by the supervisor.
Lines say which process groups there are: `add GROUP SIGNAL`, `remove GROUP`. When the input ends,
every group left gets its signal, and SIGKILL when it has not ended in time; so does any process
that carries the environment variable ENGAGE_STACK=MARK, in case a line came too late. Then the
folders go that were named by `discard FOLDER`. Standard library only, because it must be up before
the first service is.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

MARK_VARIABLE = "ENGAGE_STACK"
_PATIENCE_SECONDS = 8.0
_LOOK_SECONDS = 0.05


def main() -> None:
    """Wait for the supervisor's end, then end what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    discarded: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "add":
            group, _, end = rest.partition(" ")
            groups[int(group)] = int(end)
        elif word == "remove":
            groups.pop(int(rest), None)
        elif word == "discard":
            discarded.append(rest)
    end_groups(groups)
    end_marked(sys.argv[1])
    for folder in discarded:
        shutil.rmtree(folder, ignore_errors=True)


def end_groups(groups: dict[int, int]) -> None:
    """Signal every process group (`{group: signal}`), wait, and kill what is left."""
    for group, number in groups.items():
        _signal_group(group, number)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    left = set(groups)
    while left and time.monotonic() < deadline:
        left = {group for group in left if _group_exists(group)}
        time.sleep(_LOOK_SECONDS)
    for group in left:
        _signal_group(group, signal.SIGKILL)


def end_marked(mark: str) -> list[int]:
    """Kill every process whose environment carries the mark; return their numbers (Linux)."""
    wanted = f"{MARK_VARIABLE}={mark}".encode()
    ended: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with contextlib.suppress(OSError):
            variables = (folder / "environ").read_bytes().split(b"\0")
            if wanted in variables and pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
                ended.append(pid)
    return ended


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
