"""One trace from the webhook to the core's log, and one line there for each API request."""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from utils.logs import current_trace

CALLER = "engage.caller"
"""Where in a request's META the authentication leaves the calling bot's name; no header can."""

_API = "/api/v1/"
_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})"
    r"-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?P<more>-.*)?"
)
_logger = logging.getLogger(__name__)


def follow_traces(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Take up the caller's trace for all that is logged meanwhile (a middleware)."""

    def followed(request: HttpRequest) -> HttpResponse:
        token = current_trace.set(trace_of(request.headers.get("traceparent", "")))
        start = time.perf_counter()
        try:
            response = get_response(request)
            if request.path.startswith(_API):
                _log(request, response, time.perf_counter() - start)
        finally:
            current_trace.reset(token)
        return response

    return followed


def trace_of(traceparent: str) -> str:
    """Return the trace id in a W3C `traceparent`, "" when it is malformed."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if not found or (found["version"] == "00" and found["more"]):
        return ""
    return found["trace"]


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Log the route and never the path, which names a person."""
    match = request.resolver_match
    _logger.info(
        "%s %s %d %.0f ms %s",
        request.method,
        match.route if match else "-",
        response.status_code,
        1000 * seconds,
        request.META.get(CALLER, "-"),
    )
    # Django would log refusals once more, with the path and outside the trace.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (Django's mark)
