"""Requests made from an OpenAPI document: as it asks for them, and bent."""

import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.fuzz.odd_values import bend, odd_number, odd_text, written

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_DEPTH = 5
_ANYTHING: dict[str, Any] = {}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


@dataclass(frozen=True)
class Call:
    """One request."""

    operation: str
    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def calls(
    document: dict[str, Any], *, known: dict[str, list[Any]] | None = None
) -> st.SearchStrategy[Call]:
    """Return a strategy for calls of every operation of the document.

    Args:
        document: the OpenAPI document.
        known: values of parameters and fields that lead somewhere, by name; most calls use them.
    """
    maker = _CallMaker(document, known or {})
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    return st.sampled_from(operations).flatmap(lambda each: maker.call(*each))


class _CallMaker:
    def __init__(self, document: dict[str, Any], known: dict[str, list[Any]]) -> None:
        self._document = document
        self._known = known
        self._made: dict[tuple[int, int], st.SearchStrategy[Any]] = {}

    @st.composite
    @staticmethod
    def _drawn(
        draw: st.DrawFn, maker: "_CallMaker", method: str, path: str, operation: Any
    ) -> Call:
        rng = random.Random(draw(st.integers(0, 2**32)))
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
        for parameter in maker.parameters(operation):
            if parameter.get("required") or rng.random() < 0.5:
                values[parameter["in"]][parameter["name"]] = draw(maker._parameter(parameter, rng))
        body = draw(maker._body(operation, rng))
        filled = path
        for name, value in values["path"].items():
            filled = filled.replace(f"{{{name}}}", quote(_as_text(value), safe=""))
        headers = {name: _header(value) for name, value in values["header"].items()}
        if body is not None:
            headers["Content-Type"] = rng.choice(("application/json",) * 9 + ("text/plain",))
        query = [(name, _as_text(value)) for name, value in values["query"].items()]
        return Call(f"{method} {path}", method.upper(), filled, query, headers, body)

    def call(self, method: str, path: str, operation: Any) -> st.SearchStrategy[Call]:
        """Return a strategy for calls of one operation."""
        drawn: st.SearchStrategy[Call] = self._drawn(self, method, path, operation)
        return drawn

    def parameters(self, operation: Any) -> list[Any]:
        """Return the operation's parameters, the headers that hold its key among them."""
        schemes = self._document.get("components", {}).get("securitySchemes", {})
        keys = [schemes[name] for each in operation.get("security", []) for name in each]
        headers = [
            {"name": key["name"], "in": "header", "required": True, "schema": {"type": "string"}}
            for key in keys
            if key["type"] == "apiKey" and key["in"] == "header"
        ]
        return [*map(self._resolved, operation.get("parameters", [])), *headers]

    def _parameter(self, parameter: Any, rng: random.Random) -> st.SearchStrategy[Any]:
        known = self._known.get(parameter["name"])
        if known and rng.random() < 0.7:
            return st.sampled_from(known)
        if rng.random() < 0.3:
            return st.just(rng.choice((odd_number, odd_text))(rng))
        return self.values(parameter.get("schema", _ANYTHING))

    def _body(self, operation: Any, rng: random.Random) -> st.SearchStrategy[bytes | None]:
        content = self._resolved(operation.get("requestBody", {})).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return st.none()
        return self.values(schema).map(lambda value: _spelt(rng, value))

    # ------------------------------------------------------------- schemas
    def values(self, schema: Any, depth: int = 0) -> st.SearchStrategy[Any]:
        """Return a strategy for values that fit a schema."""
        schema = self._resolved(schema)
        # Making one takes longer than drawing from it; the document's parts outlive this.
        key = (id(schema), depth)
        if key not in self._made:
            self._made[key] = self._new_values(schema, depth)
        return self._made[key]

    def _new_values(self, schema: Any, depth: int) -> st.SearchStrategy[Any]:
        if depth > _DEPTH:
            return st.none()
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        for name in ("oneOf", "anyOf"):
            if name in schema:
                return st.one_of([self.values(each, depth + 1) for each in schema[name]])
        if "allOf" in schema:
            return self._new_values(self._merged(schema), depth + 1)
        found = self._of_type(schema, depth)
        return st.none() | found if schema.get("nullable") else found

    def _of_type(self, schema: Any, depth: int) -> st.SearchStrategy[Any]:
        kinds = schema.get("type") or ("object" if "properties" in schema else None)
        if isinstance(kinds, list):
            return st.one_of([self._of_type({**schema, "type": kind}, depth) for kind in kinds])
        makers = {
            "string": lambda: _texts(schema),
            "integer": lambda: st.integers(schema.get("minimum"), schema.get("maximum")),
            "number": lambda: st.floats(schema.get("minimum"), schema.get("maximum")),
            "boolean": st.booleans,
            "null": st.none,
            "array": lambda: self._lists(schema, depth),
            "object": lambda: self._objects(schema, depth),
        }
        return makers[kinds]() if kinds in makers else _JSON

    def _lists(self, schema: Any, depth: int) -> st.SearchStrategy[Any]:
        smallest = schema.get("minItems", 0)
        largest = min(schema.get("maxItems", smallest + 4), smallest + 4)
        items = self.values(schema.get("items", _ANYTHING), depth + 1)
        return st.lists(items, min_size=smallest, max_size=largest)

    def _objects(self, schema: Any, depth: int) -> st.SearchStrategy[Any]:
        properties = {
            name: st.sampled_from(self._known[name])
            if name in self._known
            else self.values(each, depth + 1)
            for name, each in schema.get("properties", {}).items()
            if not self._resolved(each).get("readOnly")
        }
        required = {name for name in schema.get("required", []) if name in properties}
        if not properties:
            return st.dictionaries(st.text(max_size=8), _JSON, max_size=3)
        return st.fixed_dictionaries(
            {name: properties[name] for name in required},
            optional={name: each for name, each in properties.items() if name not in required},
        )

    def _merged(self, schema: Any) -> Any:
        merged: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for each in map(self._resolved, schema["allOf"]):
            properties = {**merged.get("properties", {}), **each.get("properties", {})}
            merged = {**each, **merged}
            if properties:
                merged["properties"] = properties
        return merged

    def _resolved(self, schema: Any) -> Any:
        while "$ref" in schema:
            found: Any = self._document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            schema = found
        return schema


def _texts(schema: Any) -> st.SearchStrategy[str]:
    formats = {
        "date": st.dates().map(str),
        "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
        "uuid": st.uuids().map(str),
        "uri": st.just("https://example.org/"),
    }
    if schema.get("format") in formats:
        return formats[schema["format"]]
    if pattern := schema.get("pattern"):
        return st.from_regex(pattern)
    smallest = schema.get("minLength", 0)
    largest = min(schema.get("maxLength", smallest + 40), smallest + 40)
    return st.text(min_size=smallest, max_size=largest)


def _spelt(rng: random.Random, value: Any) -> bytes:
    """Return a body: half of them as the schema asks, the others bent or broken."""
    if rng.random() < 0.5:
        return json.dumps(value).encode("utf-8", "surrogatepass")
    holder = [value]
    for _ in range(rng.choice((1, 1, 2, 5))):
        bend(rng, holder)
    return written(rng, holder[0] if holder else None)


def _as_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def _header(value: Any) -> str:
    return quote(_as_text(value))
