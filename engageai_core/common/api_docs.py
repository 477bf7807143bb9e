"""`/api/docs/`: the schema as one page to read, with nothing loaded from elsewhere."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Answer:
    """One status an operation answers with."""

    status: str
    description: str
    shape: str


@dataclass(frozen=True)
class Operation:
    """One call of the API."""

    method: str
    path: str
    name: str
    description: str
    body: str
    answers: list[Answer]


@dataclass(frozen=True)
class Field:
    """One field of a shape."""

    name: str
    kind: str
    shape: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Shape:
    """One object or one set of values that goes over the wire."""

    name: str
    description: str
    values: str
    fields: list[Field]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show every call with what it takes and gives."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)
    context = {
        "title": schema["info"]["title"],
        "description": schema["info"].get("description", ""),
        "operations": _operations(schema),
        "shapes": _shapes(schema),
    }
    return render(request, "api_docs.html", context)


def _operations(schema: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            name=operation["operationId"],
            description=operation.get("description", ""),
            body=_shape_of_content(operation.get("requestBody", {})),
            answers=[
                Answer(status, answer.get("description", ""), _shape_of_content(answer))
                for status, answer in sorted(operation["responses"].items())
            ],
        )
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def _shapes(schema: dict[str, Any]) -> list[Shape]:
    return [
        Shape(
            name=name,
            # An enumeration's generated description says its values once more.
            description="" if "enum" in shape else shape.get("description", ""),
            values=_kind_of(shape) if "enum" in shape else "",
            fields=[
                _field(field, definition, is_required=field in shape.get("required", []))
                for field, definition in shape.get("properties", {}).items()
            ],
        )
        for name, shape in schema["components"]["schemas"].items()
    ]


def _field(name: str, definition: dict[str, Any], *, is_required: bool) -> Field:
    inner = definition.get("items", definition)
    return Field(
        name=name,
        kind=_kind_of(definition),
        shape=_referred(inner),
        description=definition.get("description", ""),
        is_required=is_required,
    )


def _kind_of(definition: dict[str, Any]) -> str:
    if definition.get("type") == "array":
        return f"list of {_kind_of(definition['items'])}"
    if "enum" in definition:
        return " | ".join(str(value) for value in definition["enum"])
    kind = _referred(definition) or str(definition.get("type", "any"))
    return f"{kind} or null" if definition.get("nullable") else kind


def _shape_of_content(part: dict[str, Any]) -> str:
    for content in part.get("content", {}).values():
        return _referred(content.get("schema", {}))
    return ""


def _referred(definition: dict[str, Any]) -> str:
    """Return the name of the shape that is referred to, directly or as one of several."""
    if "$ref" in definition:
        return str(definition["$ref"]).rsplit("/", maxsplit=1)[-1]
    parts = definition.get("allOf") or definition.get("oneOf") or []
    return next((name for part in parts if (name := _referred(part))), "")
