"""Which port each service gets: one asked for must be free, a default one moves aside."""

import contextlib
import json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from utils.errors import EngageError

HOST = "127.0.0.1"
DEFAULT_PORTS = {
    "core": 8000,
    "gateway": 8001,
    "bots": 8002,
    "simulator": 8003,
    "redis": 6379,
    "postgres": 5433,
}
_STEP_ASIDE = 100
_TRIES = 40


class PortError(EngageError):
    """A port that was asked for is taken."""


@dataclass(frozen=True)
class MovedPort:
    """A default port that another program holds, and the one used instead."""

    service: str
    wanted: int
    chosen: int
    holder: str


def choose_ports(
    services: Iterable[str],
    *,
    offset: int,
    asked: Mapping[str, int],
    remembered_in: Path,
) -> tuple[dict[str, int], list[MovedPort]]:
    """Return each service's port, and those that had to move.

    Args:
        services: names from DEFAULT_PORTS.
        offset: added to every default port; when not 0, those ports count as asked for.
        asked: ports that a person set by name.
        remembered_in: the file in which moved ports are kept for the next time.

    Raises:
        PortError: a port that was asked for is taken; the text names its holder.
    """
    remembered = _read(remembered_in)
    chosen: dict[str, int] = {}
    moved: list[MovedPort] = []
    for service in services:
        if service in asked or offset:
            port = asked.get(service, DEFAULT_PORTS[service] + offset)
            _require_free(service, port)
            chosen[service] = port
            continue
        default = DEFAULT_PORTS[service]
        chosen[service] = _first_free([default, *remembered.get(service, []), *_aside(default)])
        if chosen[service] != default:
            moved.append(MovedPort(service, default, chosen[service], port_holder(default)))
    if moved:
        kept = {move.service: [move.chosen] for move in moved}
        remembered_in.write_text(json.dumps({**remembered, **kept}), encoding="utf-8")
    return chosen, moved


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the loopback address's port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def port_holder(port: int) -> str:
    """Return who uses a port, such as `redis-server (pid 512)`, a listener before others."""
    import psutil  # noqa: PLC0415 (only needed when a port is taken)

    with contextlib.suppress(psutil.Error, OSError):
        using = [
            connection
            for connection in psutil.net_connections(kind="tcp")
            if connection.laddr and connection.laddr.port == port and connection.pid
        ]
        using.sort(key=lambda connection: connection.status != psutil.CONN_LISTEN)
        for connection in using:
            return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "a program that this user cannot see"


def _require_free(service: str, port: int) -> None:
    if not is_free(port):
        raise PortError(
            f"port {port}, asked for by {service}, is taken",
            why=f"{port_holder(port)} holds it",
            mend="end that program, or choose other ports: engagectl dev up --port-offset 100",
        )


def _aside(default: int) -> list[int]:
    return [default + _STEP_ASIDE * number for number in range(1, _TRIES)]


def _first_free(candidates: list[int]) -> int:
    for port in candidates:
        if is_free(port):
            return port
    raise PortError(
        f"no free port was found near {candidates[0]}",
        why=f"{port_holder(candidates[0])} holds the first and the others are taken too",
        mend="choose a range that is free: engagectl dev up --port-offset 5000",
    )


def _read(path: Path) -> dict[str, list[int]]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
