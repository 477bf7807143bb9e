"""The API's one error shape: `{"error": {"code", "message", "fields"?}}`."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from utils.embedded_postgres import PostgresError

_logger = logging.getLogger(__name__)


class ApiError(exceptions.APIException):
    """A refusal with a code that callers can act on.

    Args:
        code: a stable name such as `learner_not_found`.
        message: one sentence for whoever reads the log of the caller.
        status_code: the HTTP status.
    """

    def __init__(self, code: str, message: str, *, status_code: int) -> None:
        super().__init__(detail=message, code=code)
        self.status_code = status_code


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any refusal into the one shape; what is no refusal stays an error of ours (500)."""
    if isinstance(error, (OperationalError, InterfaceError, PostgresError)):
        _logger.error("the database does not answer: %s", type(error).__name__)
        body = _shape("database_unavailable", "The database does not answer; try again soon.")
        return Response(
            body, status=status.HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": "2"}
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = _shape_of(error)
    return response


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    """Answer for an address that leads nowhere (Django's handler404)."""
    return JsonResponse(_shape("not_found", "Nothing is at this address."), status=404)


def internal_error(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer for a fault of ours, which the log tells about (Django's handler500)."""
    return JsonResponse(_shape("internal_error", "The core failed; its log says how."), status=500)


def _shape_of(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_faults(error.detail))
        return _shape("invalid", "Some fields cannot be used.", fields=fields)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return _shape(code, str(error.detail))


def _faults(detail: Any, place: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield each field's faults; a field inside another is named as in `order.0`."""
    if isinstance(detail, list) and not any(isinstance(part, (dict, list)) for part in detail):
        if detail:
            yield place or "non_field_errors", [str(part) for part in detail]
        return
    inner = detail.items() if isinstance(detail, dict) else enumerate(detail)
    for name, part in inner:
        yield from _faults(part, f"{place}.{name}" if place else str(name))


def _shape(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}
