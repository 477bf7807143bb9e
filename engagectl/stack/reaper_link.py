"""The supervisor's line to the reaper: as long as it is held, nothing is ended."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

from engagectl.stack import reaper


class ReaperLink:
    """A reaper of one's own, told of what to end when this process is gone.

    Args:
        mark: what every process of the stack carries in its environment.
    """

    def __init__(self, mark: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-S", "-E", str(Path(reaper.__file__)), mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def add(self, group: int, number: signal.Signals) -> None:
        """Tell of a process group and the signal that ends it."""
        self._tell(f"add {group} {int(number)}")

    def remove(self, group: int) -> None:
        """Tell that a process group has ended."""
        self._tell(f"remove {group}")

    def discard(self, folder: Path) -> None:
        """Tell of a folder that goes when everything has ended."""
        self._tell(f"discard {folder}")

    def end(self) -> None:
        """Let go, and wait until the reaper has done its work."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()
