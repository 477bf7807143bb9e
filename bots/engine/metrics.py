"""What the bots count, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class EngineMetrics:
    """The engine's counters, in a registry of their own."""

    def __init__(self) -> None:
        """Make the counters."""
        self.registry = CollectorRegistry()
        self.updates = Counter(
            "engage_bots_updates",
            "Updates by bot and by what became of an attempt: handled, failed, parked.",
            ["bot", "outcome"],
            registry=self.registry,
        )
        self.handler_seconds = Histogram(
            "engage_bots_handler_seconds",
            "How long a handler ran.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.wait_seconds = Histogram(
            "engage_bots_wait_seconds",
            "From an update's arrival at the gateway to its first handler.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "engage_bots_entries_in_flight",
            "Entries taken from the queue and not yet settled, by lane.",
            ["lane"],
            registry=self.registry,
        )
        self.serving = Gauge(
            "engage_bots_serving", "1 for a bot that serves, 0 for one that failed to load.",
            ["bot"], registry=self.registry,
        )  # fmt: skip
        self.core_seconds = Histogram(
            "engage_bots_core_call_seconds",
            "Time until the core answered a call.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.sending = SendingMetrics(self.registry)
        self._children: dict[tuple[str, str], Counter] = {}

    def handled(self, bot_name: str) -> None:
        """Count an update that was handled."""
        self._count(bot_name, "handled")

    def failed(self, bot_name: str) -> None:
        """Count an attempt that failed."""
        self._count(bot_name, "failed")

    def parked(self, bot_name: str, reason: str) -> None:
        """Count an update that was given up."""
        self._count(bot_name, f"parked: {reason}")

    def _count(self, bot_name: str, outcome: str) -> None:
        # Looking a child up by its labels costs more than counting.
        child = self._children.get((bot_name, outcome))
        if child is None:
            child = self._children[bot_name, outcome] = self.updates.labels(bot_name, outcome)
        child.inc()


class SendingMetrics:
    """What is counted of the messages that bots send."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Make the counters, in `registry`."""
        self.sends = Counter(
            "engage_bots_sends",
            "Messages by what became of them: sent, waited (sent after a wait for its turn), "
            "retry_after (given back to be sent later), blocked, failed.",
            ["outcome"],
            registry=registry,
        )
        self.holds = Counter(
            "engage_bots_holds", "How often Telegram asked to wait (429).", registry=registry
        )
        self.pace_seconds = Histogram(
            "engage_bots_pace_wait_seconds",
            "How long a message waited for its turn, by how it is sent: reply, push, bulk.",
            ["sending"],
            buckets=(0.001, *_SECONDS),
            registry=registry,
        )
        self.call_seconds = Histogram(
            "engage_bots_telegram_call_seconds",
            "Time until Telegram answered a call.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.pushes = Counter(
            "engage_bots_pushes",
            "Pushes by what became of them: sent, blocked, failed.",
            ["outcome"],
            registry=registry,
        )
