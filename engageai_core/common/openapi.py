"""What the OpenAPI schema says of the whole API: the key, and the one shape of errors."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from engageai_core.common.limits import TELEGRAM_ID_LIMIT
from utils.internal_auth import HEADER

_ERROR = {
    "type": "object",
    "description": "The one shape of every refusal.",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "stable, such as learner_not_found"},
                "message": {"type": "string", "description": "one sentence for the caller's log"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    "description": "of the code invalid alone: each field's faults",
                },
            },
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
_REFUSALS = {
    "401": "The internal key is missing or wrong (not_authenticated).",
    "403": "The learner has no chat with the calling bot (permission_denied).",
    "404": "Nobody has this Telegram id (learner_not_found), or nothing is at this address.",
    "405": "This address does not take this method (method_not_allowed).",
    "406": "The caller takes no JSON (not_acceptable).",
    "429": "Too many wrong keys (throttled).",
    "503": "The database does not answer (database_unavailable); try again.",
}
_REFUSALS_OF_WRITING = {
    "400": "A field or the key cannot be used (invalid), or the body is no JSON (parse_error).",
    "413": "The body is larger than 1 MiB (too_large).",
    "415": "The body is said to be no JSON (unsupported_media_type).",
    "422": "The key was used for another method or path (idempotency_key_reused).",
}
_WRITING = frozenset({"post", "put", "patch", "delete"})
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat under the same key within three days changes nothing and gets the "
    "first successful answer, with Idempotency-Replayed: true.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 200},
}
_TELEGRAM_ID = {"minimum": 0, "maximum": TELEGRAM_ID_LIMIT}


class SchemaView(SpectacularAPIView):
    """The OpenAPI document; like health and metrics it asks for no key."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class InternalKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes X-Internal-Key."""

    target_class = "engageai_core.common.authentication.InternalKeyAuthentication"
    name = "internalKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """Return the header's description."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "DRF_INTERNAL_KEY of the bot, BOT_SYSTEM_KEY_<n> of the core.",
        }


def describe_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the refusals, which every operation may answer with (a post-processing hook)."""
    result["components"]["schemas"]["Error"] = _ERROR
    for method, operation in _operations(result):
        refusals = _REFUSALS | (_REFUSALS_OF_WRITING if method in _WRITING else {})
        for status, description in refusals.items():
            operation["responses"].setdefault(status, _refusal(description))
    return result


def describe_parameters(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add Idempotency-Key to what writes, and the bounds of Telegram's ids (a hook likewise)."""
    for method, operation in _operations(result):
        parameters = operation.setdefault("parameters", [])
        for parameter in parameters:
            if parameter["name"] == "telegram_id":
                parameter["schema"] |= _TELEGRAM_ID
        if method in _WRITING:
            parameters.append(_IDEMPOTENCY_KEY)
    return result


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in schema["paths"].values():
        yield from methods.items()


def _refusal(description: str) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}
