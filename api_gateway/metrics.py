"""What the gateway counts, for Prometheus."""

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

NO_BOT = "-"
"""Stands for a bot's name that nobody vouched for: strangers must not grow the metrics."""

_APPEND_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class GatewayMetrics:
    """The gateway's counters, in a registry of their own."""

    def __init__(self) -> None:
        """Make the counters."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "engage_gateway_webhook_requests",
            "Webhook requests by bot and outcome.",
            ["bot", "outcome"],
            registry=self.registry,
        )
        self._by_labels: dict[tuple[str, str], Counter] = {}
        self.append_seconds = Histogram(
            "engage_gateway_append_seconds",
            "Time until Redis confirmed an update.",
            buckets=_APPEND_BUCKETS,
            registry=self.registry,
        )
        self._connected = Gauge(
            "engage_gateway_redis_connected",
            "1 while a connection to Redis is open.",
            registry=self.registry,
        )

    def count(self, bot_name: str, outcome: str) -> None:
        """Count one request."""
        labels = (bot_name, outcome)
        counter = self._by_labels.get(labels)
        if counter is None:
            counter = self._by_labels[labels] = self._requests.labels(*labels)
        counter.inc()

    def watch_connection(self, is_connected: Callable[[], bool]) -> None:
        """Show what `is_connected` says whenever the metrics are read."""
        self._connected.set_function(lambda: float(is_connected()))
