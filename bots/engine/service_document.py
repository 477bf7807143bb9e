"""The OpenAPI document of the bots' process, with the doors for what comes from inside.

Their bodies are read by hand, up to a bound and after the key, so FastAPI cannot tell. Nobody is
shown the document by HTTP; it is for tests and for who writes another caller.
"""

from typing import Any

from fastapi import FastAPI

from utils.internal_auth import HEADER

_UPDATE: dict[str, Any] = {
    "type": "object",
    "required": ["bot_name", "update"],
    "properties": {
        "bot_name": {"type": "string", "description": "the BOT_NAME of a bot that serves"},
        "update": {
            "type": "object",
            "description": "a Telegram update",
            "required": ["update_id"],
            "properties": {
                "update_id": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
                "message": {"type": "object"},
                "callback_query": {"type": "object"},
            },
        },
    },
}
_BUTTON: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 128},
        "callback_data": {"type": "string", "minLength": 1, "maxLength": 64},
        "url": {"type": "string", "format": "uri"},
    },
}
_MESSAGE: dict[str, Any] = {
    "type": "object",
    "required": ["bot_name", "chat_id", "text", "key"],
    "properties": {
        "bot_name": {"type": "string", "description": "the BOT_NAME of a bot that serves"},
        "chat_id": {"type": "integer"},
        "text": {"type": "string", "minLength": 1, "maxLength": 4096, "description": "HTML"},
        "key": {"type": "string", "minLength": 1, "maxLength": 100, "description": "idempotency"},
        "buttons": {"type": "array", "items": {"type": "array", "minItems": 1, "items": _BUTTON}},
        "silent": {"type": "boolean"},
        "bulk": {"type": "boolean"},
        "push_id": {"type": "integer"},
    },
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
_DOORS = {"/internal/update": _UPDATE, "/internal/message": _MESSAGE}
_REFUSALS = {
    "401": "the key is missing or wrong",
    "404": "no such bot serves here",
    "413": "the body is too large",
    "422": "the body is not what it should be",
    "503": "it could not be stored; come again after Retry-After",
}


def describe(app: FastAPI) -> None:
    """Let `app.openapi()` tell of the doors' keys, bodies and refusals too."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        for path, body in _DOORS.items():
            if path in document["paths"]:
                _add_door(document["paths"][path]["post"], body)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _add_door(operation: dict[str, Any], body: dict[str, Any]) -> None:
    key = {"name": HEADER, "in": "header", "required": True, "schema": {"type": "string"}}
    operation["parameters"] = [key]
    operation["requestBody"] = {"required": True, "content": _json(body)}
    for status, text in _REFUSALS.items():
        operation["responses"][status] = {"description": text, "content": _json(_ERROR)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
