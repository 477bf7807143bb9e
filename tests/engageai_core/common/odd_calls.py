"""Calls made from the OpenAPI schema: some right, most of them odd in one place or another."""

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

_ODD_TEXTS = st.sampled_from(
    ["", " ", "\x00", "a\x00b", "\ud800", "\udfff!", "\ufeff", "𝔸🙂", "x" * 5000, "' OR 1=1 --",
     "<b>", "$x^{2", "%s%n{0}", "-1", "1e999", "null", "true", "٣", "../..", "\u202e", "\r\n"]
)  # fmt: skip
_ODD_NUMBERS = st.sampled_from(
    [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**40, 1.5, -0.0, 1e308, float("inf"),
     float("nan")]
)  # fmt: skip
_ODD = st.recursive(
    st.none() | st.booleans() | _ODD_NUMBERS | _ODD_TEXTS | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_ODD_TEXTS, inner, max_size=2),
    max_leaves=4,
)
_DEEP = st.sampled_from([30, 33, 900, 100_000])
_RAW_BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"{", b"null", b"[]", b'"', b"\xff\xfe{\x00", b"\xef\xbb\xbf{}", b"1" * 5000, b"NaN",
         b'{"a": 1, "a": 2}', b'"' + b"x" * 1_100_000 + b'"']
    ),
    _DEEP.map(lambda depth: b"[" * depth + b"]" * depth),
    _DEEP.map(lambda depth: b'{"text":' * depth + b"1" + b"}" * depth),
)  # fmt: skip
_MEDIA_TYPES = st.sampled_from(
    [*["application/json"] * 12, "application/json; charset=rot13", "text/plain", "a/b; charset=",
     "application/json; charset=utf-16", "application/json; charset=\xff", ""]
)  # fmt: skip
_IDS = st.one_of(
    st.sampled_from([1001] * 6),
    st.sampled_from([0, 1002, 2**52, 2**52 + 1, 2**63, 10**30, "1" * 4400, "-1", "%00", "٣", "a"]),
)
_KEYS = st.one_of(
    st.none(), st.none(), st.integers(0, 10**9).map(str),
    st.sampled_from(["", "k", "a b", "k" * 201, "\xff", "\t"]),
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One request, ready to be sent; `operation` is its entry in the schema."""

    method: str
    path: str
    operation: Any = field(repr=False)
    body: bytes = b""
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def calls(schema: dict[str, Any]) -> st.SearchStrategy[Call]:
    """Return calls of every operation of the schema."""
    return st.one_of(
        [
            _calls_of(schema, method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ]
    )


def _calls_of(
    schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]
) -> st.SearchStrategy[Call]:
    described = operation.get("requestBody", {}).get("content", {}).get("application/json")
    bodies = st.just(b"")
    if described:
        made = _mutated(described["schema"], schema).map(lambda value: json.dumps(value).encode())
        bodies = st.one_of(made, made, made, _RAW_BODIES)
    return st.builds(
        lambda number, body, media_type, key: Call(
            method=method,
            path=path.replace("{telegram_id}", str(number)),
            operation=operation,
            body=body,
            media_type=media_type,
            headers={} if key is None else {"Idempotency-Key": key},
        ),
        _IDS,
        bodies,
        _MEDIA_TYPES,
        _KEYS,
    )


def _mutated(shape: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values of a shape, of which about a quarter are something else in each place."""
    fitting = _fitting(shape, schema)
    return st.one_of(fitting, fitting, fitting, _ODD)


def _fitting(shape: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in shape:
        return _fitting(schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]], schema)
    parts = shape.get("allOf") or shape.get("oneOf") or shape.get("anyOf")
    if parts:
        return st.one_of([_fitting(part, schema) for part in parts])
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    return _OF_TYPE[shape.get("type", "object")](shape, schema)


def _object(shape: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: _mutated(inner, schema) for name, inner in shape.get("properties", {}).items()}
    needed = {name: fields[name] for name in shape.get("required", [])}
    optional = {name: value for name, value in fields.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=optional)


def _array(shape: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    most = min(4, shape.get("maxItems", 4))
    return st.lists(_mutated(shape["items"], schema), max_size=most)


def _integer(shape: dict[str, Any], _: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.integers(shape.get("minimum"), shape.get("maximum"))


def _number(shape: dict[str, Any], _: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.floats(shape.get("minimum"), shape.get("maximum"))


def _string(shape: dict[str, Any], _: dict[str, Any]) -> st.SearchStrategy[Any]:
    useful = st.sampled_from(["Europe/Moscow", "UTC", "library", "correct"])
    return st.text(max_size=min(30, shape.get("maxLength", 30))) | useful


_OF_TYPE = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "boolean": lambda *_: st.booleans(),
}
