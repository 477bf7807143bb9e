"""Posts updates as Telegram does, over 40 kept connections, each waiting for its answer.

`python -m tests.benchmarks.webhook_load PORT SECONDS BOTS FIRST_ID` prints one JSON document. A
program of its own, in plain bytes on uvloop: it must not be what is measured.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import uvloop

from tests.benchmarks.gateway_rivals import SECRET

CONNECTIONS = 40
"""Telegram's own default for one webhook."""

_CHATS = 997
_TEXT = "I have been learning English for years, and I still mix up all the tenses. Right? " * 2
_WARM_UP_SECONDS = 0.3


def secret_of(number: int) -> str:
    """Return the webhook secret of a bot of the benchmark."""
    return SECRET if number == 0 else f"{SECRET}-{number}"


def _updates(first_id: int) -> Iterator[bytes]:
    """Yield bodies of one length, spread over the chats, each with an id of its own."""
    frame = (
        b'{"update_id":%d,\n"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,'
        b'"first_name":"Anna","username":"anna_learns","language_code":"ru","is_premium":true},"chat":{"id":%d,'
        b'"first_name":"Anna","username":"anna_learns","type":"private"},"date":1763990000,'
        b'"text":"' + _TEXT.encode() + b'"}}'
    )
    for update_id in range(first_id, 2**31):
        chat_id = 500_000_000 + update_id * 7919 % _CHATS
        yield frame % (update_id, 1_000_000 + update_id % 1_000_000, chat_id, chat_id)


def _heads(bots: int, length: int) -> list[bytes]:
    return [
        (
            f"POST /webhook/bot_{number}/ HTTP/1.1\r\nHost: bots.example.org\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret_of(number)}\r\n"
            "Content-Type: application/json\r\nConnection: keep-alive\r\n"
            f"Accept-Encoding: gzip, deflate\r\nContent-Length: {length}\r\n\r\n"
        ).encode()
        for number in range(bots)
    ]


class Load:
    """What the connections share."""

    def __init__(self, bots: int, first_id: int) -> None:
        self._updates = _updates(first_id)
        self._heads = _heads(bots, len(next(_updates(first_id))))
        self._turn = 0
        self.taken: list[float] = []
        self.ends_at = 0.0

    def next_request(self) -> bytes:
        """Return the next request; the bots take turns."""
        self._turn += 1
        return self._heads[self._turn % len(self._heads)] + next(self._updates)


class Connection(asyncio.Protocol):
    """One kept connection in a closed loop."""

    def __init__(self, load: Load, finished: asyncio.Future[None]) -> None:
        self._load = load
        self._finished = finished
        self._received = b""
        self._length = 0
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._load.next_request())

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._length:
            self._length = _length_of(self._received)
        if not self._length or len(self._received) < self._length:
            return
        if not self._received.startswith(b"HTTP/1.1 200 "):
            self._finish(RuntimeError(f"answered {self._received[:200]!r}"))
            return
        now = time.perf_counter()
        self._load.taken.append(now - self._sent_at)
        self._received = b""
        if now < self._load.ends_at:
            self.send()
        else:
            self._finish(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(exc or RuntimeError("the server closed a connection"))

    def _finish(self, error: Exception | None) -> None:
        if self._finished.done():
            return
        if error is None:
            self._finished.set_result(None)
        else:
            self._finished.set_exception(error)


def _length_of(received: bytes) -> int:
    """Return the bytes of a whole answer, 0 while its head is not complete.

    One server's answers are all of one length, so that only the first is looked into.
    """
    head, blank, _ = received.partition(b"\r\n\r\n")
    if not blank:
        return 0
    _, _, rest = head.lower().partition(b"content-length: ")
    return len(head) + 4 + int(rest.partition(b"\r\n")[0])


async def _run(port: int, seconds: float, load: Load) -> float:
    """Keep all connections busy for so long and return the seconds it took."""
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    finished: list[asyncio.Future[None]] = []
    for _ in range(CONNECTIONS):
        end = loop.create_future()
        _, connection = await loop.create_connection(
            lambda end=end: Connection(load, end), "127.0.0.1", port
        )
        connections.append(connection)
        finished.append(end)
    begun = time.perf_counter()
    load.ends_at = begun + seconds
    for connection in connections:
        connection.send()
    await asyncio.gather(*finished)
    taken = time.perf_counter() - begun
    for connection in connections:
        connection._transport.close()
    return taken


async def measure(port: int, seconds: float, bots: int, first_id: int) -> dict[str, float]:
    """Warm up, then measure one server."""
    load = Load(bots, first_id)
    await _run(port, _WARM_UP_SECONDS, load)
    warmed_up = len(load.taken)
    load.taken = []
    cpu = time.process_time()
    taken = await _run(port, seconds, load)
    percent = statistics.quantiles(load.taken, n=100)
    return {
        "updates": len(load.taken),
        "all_updates": len(load.taken) + warmed_up,
        "per_second": len(load.taken) / taken,
        "p50_ms": percent[49] * 1000,
        "p99_ms": percent[98] * 1000,
        "generator_share": (time.process_time() - cpu) / taken,
    }


if __name__ == "__main__":
    to_port, for_seconds, of_bots, from_id = sys.argv[1:]
    outcome = uvloop.run(measure(int(to_port), float(for_seconds), int(of_bots), int(from_id)))
    sys.stdout.write(json.dumps(outcome))
