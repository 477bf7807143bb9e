"""What the core counts, for Prometheus: requests by route and outcome, and how long they take."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "-"
"""Stands for addresses that lead nowhere: strangers must not grow the metrics."""

_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_requests = Counter(
    "engage_core_requests",
    "Requests by method, route and status.",
    ["method", "route", "status"],
    registry=_registry,
)
_seconds = Histogram(
    "engage_core_request_seconds",
    "Time to answer a request.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=_registry,
)

push_outcomes = Counter(
    "engage_core_push_outcomes",
    "Messages to learners by what became of them, as the bots tell.",
    ["outcome"],
    registry=_registry,
)


def count_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count and time every request (a middleware)."""

    def counted(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        method = request.method if request.method in _METHODS else "other"
        match = request.resolver_match
        route = match.view_name if match and match.view_name else _NO_ROUTE
        _seconds.labels(method, route).observe(time.perf_counter() - start)
        _requests.labels(method, route, str(response.status_code)).inc()
        return response

    return counted


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a view's signature)
    """Return all counters in Prometheus' text form."""
    return HttpResponse(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)
