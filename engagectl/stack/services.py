"""The table of services: how each is started, what it needs, when it is ready."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engagectl.stack.options import StackOptions
from engagectl.stack.paths import StackPaths
from engagectl.stack.ports import HOST
from engagectl.stack.probes import Probe, file_ready, http_ready, postgres_ready, redis_ready
from engagectl.stack.redis_server import RedisChoice
from utils.embedded_postgres import STOP_SIGNAL, EmbeddedPostgres, PostgresAddress

NAMES = (
    "postgres",
    "redis",
    "migrate",
    "bots",
    "core",
    "simulator",
    "gateway",
    "worker",
    "scheduler",
)
"""Every service in the order of starting; the slowest to import come early."""

_BACKGROUND_NICENESS = 5


@dataclass(frozen=True)
class Service:
    """One program of the stack.

    Attributes:
        name: one of NAMES.
        command: what is run, without a shell.
        probe: tells whether it is ready; None for a task that is ready when it ends well.
        needs: services that must be ready before it is started.
        environment: variables beside the caller's own.
        url: where a person or a program reaches it, empty when nowhere.
        stop_signal: what asks it to end in order.
        ready_file: removed before each start.
        niceness: added to its scheduling priority, to let others start first.
    """

    name: str
    command: list[str]
    probe: Probe | None
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    ready_file: Path | None = None
    niceness: int = 0


@dataclass(frozen=True)
class Surroundings:
    """What the services of one start are made from."""

    paths: StackPaths
    options: StackOptions
    ports: Mapping[str, int]
    redis: RedisChoice
    database: PostgresAddress | None
    postgres: EmbeddedPostgres
    postgres_is_ours: bool
    must_prepare: bool


def service_table(world: Surroundings) -> list[Service]:
    """Return the services of this start, in the order of starting."""
    makers = {
        "postgres": _postgres,
        "redis": _redis,
        "migrate": _migrate,
        "bots": _bots,
        "core": _core,
        "simulator": _simulator,
        "gateway": _gateway,
        "worker": _worker,
        "scheduler": _scheduler,
    }
    wanted = [makers[name](world) for name in NAMES if _is_wanted(name, world)]
    present = {service.name for service in wanted}
    return [_without_absent_needs(service, present) for service in wanted]


def connections(world: Surroundings) -> dict[str, str]:
    """Return the variables that tell every service where the others are."""
    variables = {
        "REDIS_URL": world.redis.url,
        "CORE_API_URL": f"http://{HOST}:{world.ports['core']}",
        "INTERNAL_BOT_API_IP": HOST,
        "INTERNAL_BOT_API_PORT": str(world.ports["bots"]),
        "PYTHONPATH": str(world.paths.root),
        "PYTHONUNBUFFERED": "1",
    }
    if world.options.simulator:
        # Scripted learners, and impatient developers, talk faster than people may.
        variables["PACE_CHAT_BURST"] = "1000"
        variables["TELEGRAM_API_URL"] = f"http://{HOST}:{world.ports['simulator']}"
    if world.database is not None:
        variables |= {
            "DB_HOST": world.database.host,
            "DB_PORT": str(world.database.port),
            "DB_NAME": world.database.name,
            "DB_USER": world.database.user,
            "DB_PASSWORD": world.database.password,
        }
    return variables


def _is_wanted(name: str, world: Surroundings) -> bool:
    if name == "postgres":
        return world.postgres_is_ours and world.options.wants(name)
    if name == "redis":
        return world.redis.command is not None and world.options.wants(name)
    if name == "migrate":
        return world.must_prepare and world.options.wants("core")
    return world.options.wants(name)


def _without_absent_needs(service: Service, present: set[str]) -> Service:
    needs = tuple(need for need in service.needs if need in present)
    return Service(**{**service.__dict__, "needs": needs})


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _web(name: str, module: str, world: Surroundings) -> Service:
    port = world.ports[name]
    options = ["--host", HOST, "--port", str(port), "--no-access-log"]
    return Service(
        name,
        _python("-m", "uvicorn", module, *options),
        http_ready(port),
        environment=connections(world),
        url=f"http://{HOST}:{port}",
    )


def _postgres(world: Surroundings) -> Service:
    address = world.database
    if address is None:  # _is_wanted has looked
        raise AssertionError
    return Service(
        "postgres",
        world.postgres.command(address),
        postgres_ready(world.postgres),
        url=f"postgresql://{address.host}:{address.port}/{address.name}",
        stop_signal=STOP_SIGNAL,
    )


def _redis(world: Surroundings) -> Service:
    return Service(
        "redis",
        world.redis.command or [],
        redis_ready(world.ports["redis"]),
        environment={"PYTHONPATH": str(world.paths.root)},
        url=world.redis.url,
    )


def _migrate(world: Surroundings) -> Service:
    command = _python("-m", "engageai_core.manage", "migrate", "--no-input")
    needs = ("postgres",)
    return Service("migrate", command, None, needs, environment=connections(world))


def _bots(world: Surroundings) -> Service:
    return _web("bots", "bots.bots_engine:app", world)


def _gateway(world: Surroundings) -> Service:
    return _web("gateway", "api_gateway.core_webhook:app", world)


def _core(world: Surroundings) -> Service:
    port = world.ports["core"]
    return Service(
        "core",
        _python("-m", "engageai_core.serve", "--host", HOST, "--port", str(port)),
        http_ready(port),
        environment=connections(world),
        url=f"http://{HOST}:{port}",
    )


def _simulator(world: Surroundings) -> Service:
    port = world.ports["simulator"]
    state_dir = str(world.paths.state_dir / "simulator")
    options = ["--host", HOST, "--port", str(port), "--state-dir", state_dir]
    return Service(
        "simulator",
        _python("-m", "engagectl.simulator", *options),
        http_ready(port),
        environment={"PYTHONPATH": str(world.paths.root), "PYTHONUNBUFFERED": "1"},
        url=f"http://{HOST}:{port}",
    )


def _celery(name: str, world: Surroundings, *arguments: str) -> Service:
    ready_file = world.paths.ready_file(name)
    return Service(
        name,
        _python("-m", "celery", "-A", "engageai_core.celery_app", *arguments),
        file_ready(ready_file),
        needs=("redis",),
        environment={**connections(world), "ENGAGE_READY_FILE": str(ready_file)},
        ready_file=ready_file,
        niceness=_BACKGROUND_NICENESS,
    )


def _worker(world: Surroundings) -> Service:
    options = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    return _celery("worker", world, "worker", *options)


def _scheduler(world: Surroundings) -> Service:
    schedule = str(world.paths.run_dir / "celerybeat-schedule")
    return _celery("scheduler", world, "beat", "--schedule", schedule)
