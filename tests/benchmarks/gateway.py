"""The gateway against bare FastAPI, aiogram's own handler and the least a durable webhook costs.

One server process on one core, the load and an append-only Redis on another; the servers are
measured in turns, so that a busy moment of the machine meets all of them.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from redis import Redis

from tests.benchmarks.gateway_rivals import TOKEN
from tests.benchmarks.report import Bar, Report
from tests.benchmarks.webhook_load import CONNECTIONS, secret_of
from tests.services import REPOSITORY, Program, RedisServer, free_port, wait_until

_ROUNDS = 10
_SECONDS = 1.5
_BOTS = 1000
_SHOWN = ("per_second", "p50_ms", "p99_ms", "cpu_us_an_update", "generator_share")


@dataclass(frozen=True)
class Server:
    """One of the programs measured."""

    name: str
    command: list[str]
    port: int
    bots: int = 1
    stores: bool = True


def measure() -> Report:
    """Return each server's medians and the ratios of the gateway to its rivals."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="engageai-gateway-")))
        redis = stack.enter_context(_redis(folder))
        servers = _servers()
        programs = {
            server.name: stack.enter_context(_running(server, folder, redis)) for server in servers
        }
        rounds = [
            {server.name: _turn(server, programs[server.name], redis) for server in servers}
            for _ in range(_ROUNDS)
        ]
    return _report(rounds)


def _report(rounds: list[dict[str, dict[str, float]]]) -> Report:
    figures: dict[str, Any] = {
        name: {
            shown: _rounded(statistics.median(each[name][shown] for each in rounds))
            for shown in _SHOWN
        }
        for name in rounds[0]
    }
    figures |= {"connections": CONNECTIONS, "rounds": _ROUNDS, "seconds_a_turn": _SECONDS}

    def ratio(of: str, to: str, figure: str = "per_second") -> float:
        return round(statistics.median(each[of][figure] / each[to][figure] for each in rounds), 3)

    return Report(
        "gateway",
        figures,
        [
            Bar("times_bare_fastapi", ratio("gateway", "bare_fastapi"), 3.0, at_least=True),
            Bar("of_the_raw_limit", ratio("gateway", "raw_limit"), 0.85, at_least=True),
            Bar("p99_to_bare_fastapi", ratio("gateway", "bare_fastapi", "p99_ms"), 1.0),
            Bar("thousand_bots_to_one", ratio("gateway_1000", "gateway"), 0.95, at_least=True),
        ],
    )


def _rounded(value: float) -> float:
    return round(value, 2 if value < 100 else 0)


def _servers() -> list[Server]:
    def uvicorn(name: str, target: str, **more: Any) -> Server:
        port = free_port()
        command = ["-m", "uvicorn", target, "--port", str(port), "--no-access-log"]
        return Server(name, command, port, **more)

    rivals = "tests.benchmarks.gateway_rivals"
    port = free_port()
    return [
        uvicorn("bare_fastapi", f"{rivals}:bare_fastapi", stores=False),
        Server("aiogram", ["-m", rivals, str(port)], port, stores=False),
        uvicorn("raw_limit", f"{rivals}:raw_limit"),
        uvicorn("gateway", "api_gateway.core_webhook:app"),
        uvicorn("gateway_1000", "api_gateway.core_webhook:app", bots=_BOTS),
    ]


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[Redis]:
    with _pinned(-1):
        server = RedisServer(folder)
        server.start()
    client = Redis.from_url(server.url)
    # Rewriting the log is left to the pauses.
    client.config_set("auto-aof-rewrite-percentage", 0)
    yield client
    client.close()
    server.stop()


@contextlib.contextmanager
def _running(server: Server, folder: Path, redis: Redis) -> Iterator[Program]:
    env_file = folder / f"{server.name}.env"
    env_file.write_text(_gateway_env(server.bots), encoding="utf-8")
    where = redis.connection_pool.connection_kwargs
    with _pinned(0):
        program = Program(
            [*server.command, *(["--factory"] if "rivals:" in server.command[2] else [])],
            cwd=REPOSITORY,
            environment={
                "ENGAGE_GATEWAY_ENV_FILE": str(env_file),
                "REDIS_URL": f"redis://{where['host']}:{where['port']}/0",
            },
            log=folder / f"{server.name}.log",
        )
    program.wait_for_port(server.port, seconds=60)
    yield program
    program.stop()


def _gateway_env(bots: int) -> str:
    lines = [
        f"BOT_NAME_{number + 1}=bot_{number}\nBOT_TOKEN_{number + 1}={TOKEN}\n"
        f"BOT_WEBHOOK_SECRET_{number + 1}={secret_of(number)}\n"
        for number in range(bots)
    ]
    return "".join(lines)


@contextlib.contextmanager
def _pinned(which: int) -> Iterator[None]:
    """Start processes on one of the cores, where the system can pin them."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[which]})
    yield
    os.sched_setaffinity(0, cores)


def _turn(server: Server, program: Program, redis: Redis) -> dict[str, float]:
    """Measure one server once; what it answered must then be stored."""
    process = psutil.Process(program.process.pid)
    before = process.cpu_times()
    with _pinned(-1):
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.benchmarks.webhook_load",
                str(server.port), str(_SECONDS), str(server.bots), "100000000",
            ],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{server.name}: {done.stderr[-2000:]}\n{program.output[-2000:]}")
    after = process.cpu_times()
    outcome: dict[str, float] = json.loads(done.stdout)
    spent = after.user + after.system - before.user - before.system
    outcome["cpu_us_an_update"] = spent / outcome["all_updates"] * 1e6
    _check_stored(server, redis, int(outcome["all_updates"]))
    return outcome


def _check_stored(server: Server, redis: Redis, expected: int) -> None:
    streams = list(redis.scan_iter(count=10_000, _type="stream"))
    stored = sum(redis.xlen(stream) for stream in streams)
    if stored != (expected if server.stores else 0):
        raise RuntimeError(f"{server.name} answered {expected} updates and stored {stored}")
    redis.flushall()
    redis.bgrewriteaof()
    wait_until(
        lambda: not redis.info("persistence")["aof_rewrite_in_progress"], what="the log is short"
    )
