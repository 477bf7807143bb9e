"""Every refusal has the one shape, whatever is sent."""

import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engageai_core.accounts.api.serializers import (
    LearnerChangeSerializer,
    LearnerUpsertSerializer,
)
from engageai_core.common.openapi import describe_errors
from tests.engageai_core.callers import bot_client

_ERROR = describe_errors({"components": {"schemas": {}}, "paths": {}})["components"]["schemas"][
    "Error"
]
_ROOT = "/api/v1/learners/12/"
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    sorted({*LearnerUpsertSerializer().fields, *LearnerChangeSerializer().fields})
)


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("put", _ROOT, "{", 400, "parse_error"),
        ("put", _ROOT, "[]", 400, "invalid"),
        ("put", _ROOT, '{"first_name": "A", "chat_id": 9999999999999999999999}', 400, "invalid"),
        ("put", f"/api/v1/learners/{10**30}/", '{"first_name": "A", "chat_id": 1}', 400, "invalid"),
        ("get", f"/api/v1/learners/{10**30}/", "", 404, "learner_not_found"),
        ("delete", _ROOT, "", 405, "method_not_allowed"),
        ("get", "/api/v1/nothing/", "", 404, "not_found"),
        ("get", "/api/v1/learners/-5/", "", 404, "not_found"),
    ],
)
def test_a_refusal_has_a_status_a_code_and_the_shape(method, path, body, status, code):
    send = getattr(bot_client(), method)
    response = send(path, body, content_type="application/json") if body else send(path)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    jsonschema.validate(response.json(), _ERROR)


def test_another_media_type_is_refused_in_the_shape():
    response = bot_client().put(_ROOT, b"<a/>", content_type="text/xml")
    assert (response.status_code, response.json()["error"]["code"]) == (
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 100_000, 400, "parse_error"),
        (b'{"first_name":' + b"[" * 40 + b"]" * 40 + b"}", 400, "parse_error"),
        (b'{"first_name": "\\ud800", "chat_id": 1}', 400, "parse_error"),
        (b'{"\\udfff": 1}', 400, "parse_error"),
        (b'{"chat_id": NaN}', 400, "parse_error"),
        (b"9" * 5000, 400, "parse_error"),
        ("ё".encode("koi8-r"), 400, "parse_error"),
        (b'{"first_name": "' + b"x" * 1024 * 1024 + b'"}', 413, "too_large"),
        (b'{"first_name": "a\\u0000b", "chat_id": 1}', 400, "invalid"),
    ],
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=rot13", "; charset=utf-16"])
def test_a_body_that_is_no_sane_json_is_refused_whatever_charset_it_claims(
    body: bytes, status: int, code: str, charset: str
):
    response = bot_client().put(_ROOT, body, content_type=f"application/json{charset}")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    jsonschema.validate(response.json(), _ERROR)


def test_text_beyond_the_first_plane_is_text_also_as_escapes():
    body = b'{"first_name": "\\ud83d\\ude42", "chat_id": 1}'
    response = bot_client().put(_ROOT, body, content_type="application/json")
    assert (response.status_code, response.json()["first_name"]) == (201, "🙂")


def test_a_field_inside_another_is_named_by_its_place():
    bot_client().put(_ROOT, {"first_name": "A", "chat_id": 1})
    response = bot_client().post(f"{_ROOT}answers/", {"order": ["a", {}], "pairs": [["a"]]})
    fields = response.json()["error"]["fields"]
    assert set(fields) == {"order.1", "pairs.0"}
    jsonschema.validate(response.json(), _ERROR)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(change=st.dictionaries(_FIELDS, _JSON, max_size=4), method=st.sampled_from(["put", "patch"]))
def test_no_body_makes_the_core_fail(db: None, change: dict, method: str):
    bot = bot_client()
    bot.put(_ROOT, {"first_name": "A", "chat_id": 1})
    response = getattr(bot, method)(_ROOT, json.dumps(change), content_type="application/json")
    assert response.status_code in {200, 400}
    if response.status_code == 400:
        jsonschema.validate(response.json(), _ERROR)
