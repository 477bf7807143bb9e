"""Slows down whoever tries internal keys."""

import logging

from django.core.cache import cache
from rest_framework.exceptions import Throttled

FAILURES_ALLOWED = 20
WINDOW_SECONDS = 60
_logger = logging.getLogger(__name__)


def refuse_after_many_failures(address: str) -> None:
    """Raise Throttled (429) once an address sent too many wrong keys within the window."""
    if cache.get(_counter(address), 0) >= FAILURES_ALLOWED:
        raise Throttled(wait=WINDOW_SECONDS)


def count_failure(address: str) -> None:
    """Remember one wrong key from an address; the window begins with the first."""
    cache.add(_counter(address), 0, timeout=WINDOW_SECONDS)
    failures = cache.incr(_counter(address))
    _logger.warning("a wrong internal key from %s (%d within a minute)", address, failures)


def _counter(address: str) -> str:
    return f"wrong-internal-key:{address}"
