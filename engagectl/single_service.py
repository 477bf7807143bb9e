"""Runs one service in the foreground in place of this process, as production does."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from engagectl import console
from engagectl.stack.paths import StackPaths, installation_paths
from engagectl.stack.planning import asked_ports
from engagectl.stack.ports import DEFAULT_PORTS, HOST, PortError, is_free, port_holder
from engagectl.stack.redis_server import choose_redis
from utils.embedded_postgres import EmbeddedPostgres


def run_service(service: str, *, port: int | None, redis: str) -> None:
    """Become the service; settings come from its own `.env` and the environment.

    Raises:
        EngageError: its port is taken, or what it needs is not there.
    """
    paths = installation_paths()
    paths.make()
    chosen = port or asked_ports(paths).get(service) or DEFAULT_PORTS.get(service, 0)
    if chosen and not is_free(chosen):
        raise PortError(
            f"port {chosen} for {service} is taken",
            why=f"{port_holder(chosen)} listens on it",
            mend=f"end that program, or: engagectl run {service} --port {chosen + 100}",
        )
    command = _command(service, chosen, redis, paths)
    console.say(f"{service}: {' '.join(Path(part).name for part in command[:3])} …")
    os.chdir(paths.root)
    environment = {**os.environ, "PYTHONPATH": str(paths.root)}  # noqa: TID251 (handed on)
    os.execve(command[0], command, environment)  # noqa: S606 (our own command, no shell)


def _command(service: str, port: int, redis: str, paths: StackPaths) -> list[str]:
    makers: dict[str, Callable[[], list[str]]] = {
        "core": lambda: _python("engageai_core.serve", *_listen(port)),
        "gateway": lambda: _uvicorn("api_gateway.core_webhook:app", port),
        "bots": lambda: _uvicorn("bots.bots_engine:app", port),
        "worker": lambda: _celery("worker", "--pool", "threads"),
        "scheduler": lambda: _celery("beat", "--schedule", str(paths.run_dir / "beat-schedule")),
        "simulator": lambda: _simulator(port, paths),
        "redis": lambda: choose_redis(redis, port=port, paths=paths).command or [],
        "postgres": lambda: _postgres(port, paths),
    }
    return makers[service]()


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _listen(port: int) -> list[str]:
    return ["--host", HOST, "--port", str(port)]


def _uvicorn(application: str, port: int) -> list[str]:
    return _python("uvicorn", application, *_listen(port), "--no-access-log")


def _celery(*arguments: str) -> list[str]:
    return _python("celery", "-A", "engageai_core.celery_app", *arguments)


def _simulator(port: int, paths: StackPaths) -> list[str]:
    state_dir = str(paths.state_dir / "simulator")
    return _python("engagectl.simulator", *_listen(port), "--state-dir", state_dir)


def _postgres(port: int, paths: StackPaths) -> list[str]:
    server = EmbeddedPostgres(paths.state_dir / "postgres")
    return server.command(server.prepare(port=port))
