"""The OpenAPI document, the page made from it, and that they tell the truth."""

import re

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from tests.engageai_core.callers import bot_client

_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""")


@pytest.fixture(scope="module")
def schema() -> dict:
    response = Client().get("/api/schema/", {"format": "json"})
    assert response.status_code == 200
    return response.json()


def test_the_schema_is_valid_openapi(schema: dict):
    validate_schema(schema)


def test_every_call_asks_for_the_key_and_names_its_refusals(schema: dict):
    operations = [call for methods in schema["paths"].values() for call in methods.values()]
    assert len(operations) >= 11
    for operation in operations:
        assert operation["security"] == [{"internalKey": []}]
        assert {"401", "403", "404", "503"} <= operation["responses"].keys()


def test_every_call_is_on_the_page_and_nothing_comes_from_elsewhere(schema: dict):
    page = Client().get("/api/docs/").content.decode()
    for path, methods in schema["paths"].items():
        assert path in page
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    assert not _OUTSIDE.search(page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "shape", "is_written"),
    [("", "Learner", True), ("progress/", "Progress", False), ("words/", "Words", False)],
)
def test_answers_have_the_shape_the_schema_promises(schema, path, shape, is_written):
    bot = bot_client(1)
    made = bot.put("/api/v1/learners/77/", {"first_name": "Ян", "chat_id": 77})
    body = made.json() if is_written else bot.get(f"/api/v1/learners/77/{path}").json()
    shapes = schema["components"]["schemas"]
    assert body.keys() == shapes[shape]["properties"].keys()


def test_refusals_have_the_shape_the_schema_promises(schema: dict):
    refusal = Client().get("/api/v1/learners/77/").json()
    jsonschema.validate(refusal, schema["components"]["schemas"]["Error"])
