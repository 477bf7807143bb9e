"""From a learner's message in the simulator to the bot's answer there, when nothing else runs."""

import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from tests.benchmarks.report import Bar, Report
from tests.stack import StackCopy

_ROUNDS = 60
_TARGET_MS = 150.0


def measure() -> Report:
    """Return the milliseconds of each message's way, as a median and the 95th percentile."""
    with tempfile.TemporaryDirectory(prefix="engageai-reply-") as folder:
        stack = StackCopy(Path(folder))
        started = stack.up()
        try:
            if started.code != 0:
                raise RuntimeError(started.err)
            taken = _answers(stack.simulator_url)
        finally:
            stack.down()
    median = statistics.median(taken)
    figures = {
        "median_ms": round(median, 1),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 1),
        "messages": len(taken),
    }
    return Report("reply", figures, [Bar("median_ms", round(median, 1), _TARGET_MS)])


def _answers(simulator_url: str) -> list[float]:
    with httpx2.Client(base_url=simulator_url, timeout=30) as page:
        person = page.post("/sim/users", json={"first_name": "Bench", "language_code": "ru"})
        chat = {"user_id": person.json()["id"], "bot": "english_bot"}
        _say(page, chat, "/start")
        return [_say(page, chat, "/help") for _ in range(_ROUNDS)]


def _say(page: httpx2.Client, chat: dict[str, object], text: str) -> float:
    """Send `text` and return the milliseconds until an answer of the bot is in the chat."""
    begun = time.perf_counter()
    version = page.post("/sim/send", json={**chat, "text": text}).json()["version"]
    while True:
        seen = page.get("/sim/history", params={**chat, "after": version, "wait": 20}).json()
        version = seen["version"]
        if any(not message["outgoing"] for message in seen["messages"]):
            return (time.perf_counter() - begun) * 1000
