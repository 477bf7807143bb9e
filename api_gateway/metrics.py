"""What the gateway counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram

NO_BOT = "-"
"""Stands for a bot's name that nobody vouched for: strangers must not grow the metrics."""

_APPEND_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class GatewayMetrics:
    """The gateway's counters, in a registry of their own."""

    def __init__(self) -> None:
        """Make the counters."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "engage_gateway_webhook_requests",
            "Webhook requests by bot and outcome.",
            ["bot", "outcome"],
            registry=self.registry,
        )
        self.append_seconds = Histogram(
            "engage_gateway_append_seconds",
            "Time until Redis confirmed an update.",
            buckets=_APPEND_BUCKETS,
            registry=self.registry,
        )

    def count(self, bot_name: str, outcome: str) -> None:
        """Count one request."""
        self._requests.labels(bot_name, outcome).inc()
