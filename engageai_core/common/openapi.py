"""What the OpenAPI schema says of the whole API: the key, and the one shape of errors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

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
    "400": "A field cannot be used (invalid), or the body is no JSON (parse_error).",
    "401": "The internal key is missing or wrong (not_authenticated).",
    "403": "The learner has no chat with the calling bot (permission_denied).",
    "404": "Nobody has this Telegram id (learner_not_found).",
    "429": "Too many wrong keys (throttled).",
    "503": "The database does not answer (database_unavailable); try again.",
}


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
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status, description in _REFUSALS.items():
                if status == "400" and method not in {"post", "put", "patch"}:
                    continue
                operation["responses"].setdefault(status, _refusal(description))
    return result


def _refusal(description: str) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}
