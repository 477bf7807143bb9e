"""What the gateway counts, for Prometheus."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

NO_BOT = "-"
"""Stands for a bot's name that nobody vouched for: strangers must not grow the metrics."""

_APPEND_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class GatewayMetrics(Collector):
    """The gateway's counters, in a registry of their own.

    Plain numbers until someone reads them. Only the event loop's thread writes them, so that they
    do without the locks of the library's own counters, which a request would feel.
    """

    def __init__(self, *, is_connected: Callable[[], bool]) -> None:
        """Begin at zero; `is_connected` is asked when the metrics are read."""
        self._is_connected = is_connected
        self._requests: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._appends = [0] * (len(_APPEND_BUCKETS) + 1)
        self._append_seconds = 0.0
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def count(self, bot_name: str, outcome: str) -> None:
        """Count one request."""
        self._requests[outcome][bot_name] += 1

    def observe_append(self, seconds: float) -> None:
        """Note how long Redis took to confirm an update."""
        self._appends[bisect_left(_APPEND_BUCKETS, seconds)] += 1
        self._append_seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Hand the numbers to Prometheus's library."""
        requests = CounterMetricFamily(
            "engage_gateway_webhook_requests",
            "Webhook requests by bot and outcome.",
            labels=["bot", "outcome"],
        )
        for outcome, bots in self._requests.items():
            for bot_name, number in bots.items():
                requests.add_metric((bot_name, outcome), number)
        yield requests
        yield HistogramMetricFamily(
            "engage_gateway_append_seconds",
            "Time until Redis confirmed an update.",
            buckets=self._buckets(),
            sum_value=self._append_seconds,
        )
        yield GaugeMetricFamily(
            "engage_gateway_redis_connected",
            "1 while a connection to Redis is open.",
            value=float(self._is_connected()),
        )

    def _buckets(self) -> list[tuple[str, float]]:
        buckets: list[tuple[str, float]] = []
        total = 0
        for bound, number in zip((*_APPEND_BUCKETS, "+Inf"), self._appends, strict=True):
            total += number
            buckets.append((str(bound), total))
        return buckets
