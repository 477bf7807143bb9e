"""The whole stack, started the way a developer starts it, in a private copy of the repository."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "venv", ".engage", "__pycache__", ".env", "*.egg-info", ".*_cache",
    "node_modules", "screenshots",
)  # fmt: skip
_DEFAULT_PORTS = (8000, 8001, 8002, 8003, 6379, 5433)


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class StackCopy:
    """A copy of the repository with state, settings and ports of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port_offset = free_port_offset()
        shutil.copytree(REPOSITORY, root, ignore=_LEFT_OUT, dirs_exist_ok=True)

    def url(self, default_port: int) -> str:
        """Return the address of the service whose usual port is `default_port`."""
        return f"http://127.0.0.1:{default_port + self.port_offset}"

    @property
    def simulator_url(self) -> str:
        """The chat page's address."""
        return self.url(8003)

    @property
    def core_url(self) -> str:
        """The core's address."""
        return self.url(8000)

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return self.url(8001)

    def environment(self) -> dict[str, str]:
        """Return the environment for the copy's programs: nothing of the caller's services."""
        kept = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "DOCKER_HOST"}
        environment = {
            name: value
            for name, value in os.environ.items()  # noqa: TID251 (handed on to a child)
            if name in kept
        }
        return {**environment, "PYTHONPATH": str(self.root), "NO_COLOR": "1", "COLUMNS": "160"}

    def engagectl(self, *arguments: str, seconds: float = 120) -> Finished:
        """Run engagectl in the copy and wait for its end."""
        done = subprocess.run(
            [sys.executable, "-m", "engagectl", *arguments],
            cwd=self.root, env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        return Finished(done.returncode, done.stdout, done.stderr)

    def up(self, *arguments: str) -> Finished:
        """Bring the stack up in the background."""
        offset = ("--port-offset", str(self.port_offset))
        return self.engagectl("dev", "up", "--detach", "--no-browser", *offset, *arguments)

    def down(self) -> Finished:
        """Take the stack down."""
        return self.engagectl("dev", "down")


def free_port_offset() -> int:
    """Return an offset at which every default port is free."""
    for offset in range(12000 + (os.getpid() % 300) * 20, 40000, 20):
        if all(_is_free(port + offset) for port in _DEFAULT_PORTS):
            return offset
    message = "no free range of ports on this machine"
    raise RuntimeError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
