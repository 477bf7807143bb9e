"""The consuming loop against the least that can be done, and two processes against one.

The baseline reads a stream through a consumer group, runs a handler that does nothing and
acknowledges in batches: no lease, no lane, no ledger, no order per chat. Both run on one core, with
Redis on the other, in turns; the ratio is of CPU time an update and of updates a second.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from redis import Redis

from tests.benchmarks.report import Bar, Report
from tests.benchmarks.worker_process import PLAIN_GROUP, PLAIN_STREAM
from tests.services import REPOSITORY, RedisServer
from utils.update_envelope import GROUP, LANES, PARTITIONS, UpdateEnvelope, stream_name

_UPDATES = 12_000
_CHATS = 400
_WAITING_UPDATES = 6_000
_WAITING_CHATS = 3_000
_WAIT_SECONDS = 0.2
_ROUNDS = 5
_WAITING_ROUNDS = 3


def measure() -> Report:
    """Measure and return the report."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            return _measure(server.url)
        finally:
            server.stop()


def _measure(redis_url: str) -> Report:
    plain, real = [], []
    for _ in range(_ROUNDS):
        plain.append(_run_one("plain", redis_url))
        real.append(_run_one("real", redis_url))
    one = [_run_waiting(1, redis_url) for _ in range(_WAITING_ROUNDS)]
    two = [_run_waiting(2, redis_url) for _ in range(_WAITING_ROUNDS)]
    of_rates = statistics.median(r["rate"] / p["rate"] for p, r in zip(plain, real, strict=True))
    of_two = statistics.median(two) / statistics.median(one)
    figures = {
        "plain_updates_per_s": _median(plain, "rate"),
        "real_updates_per_s": _median(real, "rate"),
        "plain_cpu_us": _median(plain, "cpu_us"),
        "real_cpu_us": _median(real, "cpu_us"),
        "ratio": round(of_rates, 3),
        "one_process_waiting_per_s": round(statistics.median(one)),
        "two_processes_waiting_per_s": round(statistics.median(two)),
        "two_to_one": round(of_two, 3),
    }
    return Report(
        "worker",
        figures,
        [
            Bar(
                "the real loop to the least that can be done",
                of_rates,
                0.85,
                at_least=True,
            ),
            Bar("two processes to one when the handler waits", of_two, 1.7, at_least=True),
        ],
    )


def _median(runs: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(run[name] for run in runs))


def _run_one(mode: str, redis_url: str) -> dict[str, float]:
    redis = Redis.from_url(redis_url)
    redis.flushall()
    if mode == "plain":
        _fill_plain(redis)
    else:
        _fill(redis, _UPDATES, _CHATS)
    (outcome,) = _run([mode], redis_url, 0.0)
    assert outcome["handled"] == _UPDATES, outcome
    return {
        "rate": _UPDATES / outcome["seconds"],
        "cpu_us": outcome["cpu_seconds"] / _UPDATES * 1e6,
    }


def _run_waiting(processes: int, redis_url: str) -> float:
    redis = Redis.from_url(redis_url)
    redis.flushall()
    _fill(redis, _WAITING_UPDATES, _WAITING_CHATS)
    outcomes = _run(["real"] * processes, redis_url, _WAIT_SECONDS)
    assert sum(outcome["handled"] for outcome in outcomes) == _WAITING_UPDATES, outcomes
    return _WAITING_UPDATES / max(float(outcome["seconds"]) for outcome in outcomes)


def _run(modes: list[str], redis_url: str, wait_seconds: float) -> list[dict[str, Any]]:
    workers = [
        _start(mode, redis_url, wait_seconds, core, len(modes)) for core, mode in enumerate(modes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    return [json.loads(worker.communicate()[0]) for worker in workers]


def _start(
    mode: str, redis_url: str, wait_seconds: float, core: int, processes: int
) -> subprocess.Popen[str]:
    cores = sorted(os.sched_getaffinity(0))
    worker = subprocess.Popen(
        [
            sys.executable, "-m", "tests.benchmarks.worker_process", mode, redis_url,
            str(wait_seconds), str(processes),
        ],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    os.sched_setaffinity(worker.pid, {cores[core % len(cores)]})
    return worker


def _fill(redis: Redis, updates: int, chats: int) -> None:
    pipeline = redis.pipeline(transaction=False)
    for partition in range(PARTITIONS):
        for lane in LANES:
            pipeline.xgroup_create(stream_name(partition, lane), GROUP, id="0", mkstream=True)
    for number in range(updates):
        update = _update(number, number % chats)
        body = json.dumps(update).encode()
        envelope = UpdateEnvelope.wrap(
            bot_name="english_bot", update=update, body=body, origin="gateway"
        )
        fields: dict[Any, Any] = envelope.fields()
        pipeline.xadd(envelope.stream, fields)
        if number % 1000 == 999:
            pipeline.execute()
    pipeline.execute()


def _fill_plain(redis: Redis) -> None:
    redis.xgroup_create(PLAIN_STREAM, PLAIN_GROUP, id="0", mkstream=True)
    pipeline = redis.pipeline(transaction=False)
    for number in range(_UPDATES):
        pipeline.xadd(PLAIN_STREAM, {"body": json.dumps(_update(number, number % _CHATS))})
    pipeline.execute()


def _update(number: int, chat: int) -> dict[str, Any]:
    """Return a text message as Telegram words it, about 480 bytes."""
    person = {
        "id": 100_000 + chat, "is_bot": False, "first_name": "Александра", "last_name": "К.",
        "username": f"person_{chat}", "language_code": "ru",
    }  # fmt: skip
    return {
        "update_id": 400_000_000 + number,
        "message": {
            "message_id": number,
            "from": person,
            "chat": {**{k: person[k] for k in ("id", "first_name", "username")}, "type": "private"},
            "date": int(time.time()),
            "text": "I have been learning English since the spring and I like it very much.",
        },
    }
