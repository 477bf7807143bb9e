"""Whatever is sent, the core answers as its schema says, and never with a fault of its own.

`ENGAGE_FUZZ_CASES` sets how many calls are made (200).
"""

import os
from typing import Any

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings

from engageai_core.accounts.models import Learner
from tests.core_environment import ENVIRONMENT
from tests.engageai_core.common.odd_calls import Call, calls
from tests.engageai_core.learning.conftest import learner, school
from tests.engageai_core.school import School
from utils.internal_auth import HEADER

__all__ = ["learner", "school"]
_CASES = int(os.environ.get("ENGAGE_FUZZ_CASES", "200"))  # noqa: TID251 (a knob of this test)
_SCHEMA: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.django_db
@pytest.mark.timeout(60 + _CASES)
@settings(
    max_examples=_CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=calls(_SCHEMA))
def test_every_answer_is_as_the_schema_says(school: School, learner: Learner, call: Call):
    response = Client(raise_request_exception=False).generic(
        call.method.upper(),
        call.path,
        call.body,
        content_type=call.media_type,
        headers={**call.headers, HEADER: ENVIRONMENT["BOT_SYSTEM_KEY_1"]},
    )
    assert response.status_code < 500
    promised = call.operation["responses"]
    assert str(response.status_code) in promised
    content = promised[str(response.status_code)].get("content", {})
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    assert media_type in content or (not content and not response.content)
    if media_type == "application/json":
        jsonschema.validate(response.json(), _as_json_schema(content[media_type]["schema"]))


def _as_json_schema(shape: dict[str, Any]) -> dict[str, Any]:
    return {**_plain(shape), "components": _plain(_SCHEMA["components"])}


def _plain(part: Any) -> Any:
    """Say OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(part, list):
        return [_plain(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _plain(inner) for name, inner in part.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain
