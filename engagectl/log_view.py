"""Follows services' logs on the terminal."""

import contextlib
import os
from collections.abc import Sequence

from engagectl import console
from engagectl.stack.paths import StackPaths
from engagectl.stack.services import NAMES

_WIDTH = max(len(name) for name in NAMES)


class LogFollower:
    """Prints what services write from now on, each line under the service's name."""

    def __init__(self, paths: StackPaths, services: Sequence[str]) -> None:
        self._paths = paths
        self._offsets = {name: _size(paths, name) for name in services}
        self._parts: dict[str, bytes] = {}

    def print_new(self) -> None:
        """Print every whole line written since the last call."""
        for name, offset in self._offsets.items():
            size = _size(self._paths, name)
            if size != offset:
                # A shorter file is a new one: the old one was put aside.
                self._offsets[name] = self._print_from(name, offset if size > offset else 0)

    def _print_from(self, name: str, offset: int) -> int:
        with contextlib.suppress(OSError), self._paths.log_file(name).open("rb") as stream:
            stream.seek(offset)
            data = self._parts.pop(name, b"") + stream.read()
            *lines, rest = data.split(b"\n")
            if rest:
                self._parts[name] = rest
            for line in lines:
                text = line.decode("utf-8", errors="replace")
                console.log_line(name, NAMES.index(name), text, width=_WIDTH)
            return stream.tell()
        return offset


def _size(paths: StackPaths, name: str) -> int:
    try:
        return os.stat(paths.log_file(name)).st_size  # noqa: PTH116 (called ten times a second)
    except OSError:
        return 0
