"""A bot's files saved again and again while people talk to it: what is lost, how soon it counts.

Every save changes the answer. What is measured is the time from a save to the first answer by the
new code, at steady traffic from many chats through the real queue and the real engine.
"""

import itertools
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.report import Bar, Report
from tests.bots_engine.http_fakes import FakeTelegram, ScriptedCore
from tests.bots_engine.world import ECHO, World
from tests.services import RedisServer, wait_until

_RELOADS = 100
_UPDATES_A_SECOND = 50
_CHATS = 60
_SECONDS_BETWEEN = 0.2
_MOST_MEDIAN_S = 1.0
_BOT = "echo_bot"


@dataclass
class Traffic:
    """People who talk to one bot while its files change."""

    world: World
    sent: int = 0
    delays: list[float] = field(default_factory=list)
    _seen: int = 0

    def answered(self) -> Counter[str]:
        """Return how often each update was answered, by the text that was sent."""
        return Counter(text.rpartition(" ")[2] for text in self.world.telegram.texts)

    @property
    def lost(self) -> int:
        """How many updates were never answered."""
        return self.sent - len(self.answered())

    @property
    def repeated(self) -> int:
        """How many answers came more than once."""
        return sum(times - 1 for times in self.answered().values())

    def run(self, reloads: int) -> None:
        """Save the handlers `reloads` times, each time after the last one answers."""
        ticks = self._ticks()
        for number in range(1, reloads + 1):
            saved_at = time.monotonic()
            self.world.write_handlers(_BOT, answering(number))
            while not self._has_answered(number):
                next(ticks)
            self.delays.append(time.monotonic() - saved_at)
            until = time.monotonic() + _SECONDS_BETWEEN
            while time.monotonic() < until:
                next(ticks)
        wait_until(lambda: self.lost == 0, seconds=60, what="every update was answered")

    def _ticks(self) -> Iterator[None]:
        """Send an update at each step, as many a second as are to be sent."""
        began = time.monotonic()
        for number in itertools.count():
            self.world.say(_BOT, f"n{number}", chat=1 + number % _CHATS)
            self.sent += 1
            yield
            time.sleep(max(0.0, began + (number + 1) / _UPDATES_A_SECOND - time.monotonic()))

    def _has_answered(self, number: int) -> bool:
        texts = self.world.telegram.texts[self._seen :]
        self._seen += len(texts)
        return any(text.startswith(f"Ann: v{number} ") for text in texts)


def answering(number: int) -> str:
    """Return handlers whose answer tells this number."""
    return ECHO.replace("{message.text}", f"v{number} {{message.text}}")


def measure() -> Report:
    """Reload a bot a hundred times under load."""
    with tempfile.TemporaryDirectory(prefix="engageai-reload-") as folder:
        root = Path(folder)
        redis, telegram, core = RedisServer(root), FakeTelegram(), ScriptedCore()
        for each in (redis, telegram, core):
            each.start()
        world = World(root / "copy", redis.url, telegram, core)
        try:
            world.add_bot(_BOT, answering(0))
            world.start()
            traffic = Traffic(world)
            traffic.run(_RELOADS)
        finally:
            world.close()
            for each in (core, telegram, redis):
                each.stop()
    median = round(statistics.median(traffic.delays), 3)
    figures = {
        "reloads": _RELOADS,
        "updates": traffic.sent,
        "updates_a_second": _UPDATES_A_SECOND,
        "chats": _CHATS,
        "median_s": median,
        "p95_s": round(statistics.quantiles(traffic.delays, n=20)[-1], 3),
        "slowest_s": round(max(traffic.delays), 3),
        "lost": traffic.lost,
        "repeated": traffic.repeated,
    }
    bars = [
        Bar("lost", traffic.lost, 0),
        Bar("repeated", traffic.repeated, 0),
        Bar("median_s", median, _MOST_MEDIAN_S),
    ]
    return Report("reload", figures, bars)
