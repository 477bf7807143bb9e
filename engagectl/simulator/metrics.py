"""What the simulator counts, for Prometheus."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from engagectl.simulator.telegram import Telegram


class _World(Collector):
    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def collect(self) -> Iterable[Metric]:
        world = self._telegram.world
        for name, text, value in (
            ("people", "People made.", len(world.people)),
            ("bots", "Bots made.", len(world.bots)),
            ("chats", "Chats between people and bots.", len(world.chats)),
        ):
            yield GaugeMetricFamily(f"engage_simulator_{name}", text, value=value)
        pending = GaugeMetricFamily(
            "engage_simulator_pending_updates", "Updates not delivered yet.", labels=["bot"]
        )
        for bot in tuple(world.bots.values()):
            count = len(self._telegram.updates.of(bot).pending)
            pending.add_metric([bot.username], count)
        yield pending


def metrics_registry(telegram: Telegram) -> CollectorRegistry:
    """Return the registry that shows how the simulator stands."""
    registry = CollectorRegistry()
    registry.register(_World(telegram))
    return registry
