"""The gateway's OpenAPI document: for tests and tools, never served."""

from typing import Any

from fastapi.openapi.utils import get_openapi

from api_gateway import replies
from api_gateway.rest import router

_MEANINGS = {
    401: "The secret token is wrong, or there is no such bot.",
    403: "The sender is not in Telegram's networks (TELEGRAM_NETWORKS_ONLY).",
    404: "There is no such bot.",
    408: "The body did not arrive in time.",
    410: "The bot is out of service.",
    413: "The body is larger than 1 MiB.",
    422: "The body is not JSON with a whole update_id.",
    503: "The update could not be stored; Retry-After says when to send it again.",
}


def openapi_document() -> dict[str, Any]:
    """Return the document of the webhook, health and metrics."""
    document = get_openapi(title="engageAI gateway", version="1", routes=router.routes)
    # FastAPI gives every answer of a route one media type.
    document["paths"]["/metrics"]["get"]["responses"]["404"]["content"] = _json("Missing")
    document["paths"]["/webhook/{bot_name}/"] = {"post": _webhook()}
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(Update=_update(), Refusal=_refusal())
    components["securitySchemes"] = {
        "secretToken": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Telegram-Bot-Api-Secret-Token",
        }
    }
    return document


def _webhook() -> dict[str, Any]:
    refusals: dict[str, Any] = {
        str(reply.status): _answer(_MEANINGS[reply.status], "Refusal")
        for reply in replies.DOCUMENTED
    }
    refusals["503"]["headers"] = {"Retry-After": {"schema": {"type": "integer", "const": 2}}}
    stored = {
        "description": "The update is stored, now or before.",
        "content": {"application/json": {"schema": {"type": "object", "required": ["ok"]}}},
    }
    return {
        "summary": "Take an update of a bot",
        "operationId": "take_update",
        "security": [{"secretToken": []}],
        "parameters": [
            {
                "name": "bot_name",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": "^[^/]+$"},
            }
        ],
        "requestBody": {"required": True, "content": _json("Update")},
        "responses": {"200": stored, **refusals},
    }


def _answer(meaning: str, schema: str) -> dict[str, Any]:
    return {"description": meaning, "content": _json(schema)}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _update() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["update_id"],
        "properties": {"update_id": {"type": "integer", "format": "int64"}},
        "additionalProperties": True,
    }


def _refusal() -> dict[str, Any]:
    error = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    }
    return {
        "type": "object",
        "required": ["ok", "error"],
        "properties": {"ok": {"const": False}, "error": error},
    }
