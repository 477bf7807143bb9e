"""The gateway's OpenAPI document against what it serves."""

import json

from api_gateway.openapi import openapi_document
from tests.api_gateway.gateway import Gateway
from tests.api_gateway.test_webhook import UPDATE


def test_document_names_every_public_path_and_every_answer_of_the_webhook(
    gateway: Gateway,
) -> None:
    document = openapi_document()
    assert set(document["paths"]) == {
        "/health/live", "/health/ready", "/metrics", "/webhook/{bot_name}/"
    }  # fmt: skip
    responses = document["paths"]["/webhook/{bot_name}/"]["post"]["responses"]
    for content, secret in ((UPDATE, "wrong"), (b"not json", None), (b"[]", "x" * 300)):
        answer = gateway.post("english_bot", content, secret=secret)
        assert str(answer.status_code) in responses
        assert answer.json()["error"]["code"]
    references = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in references
    assert gateway.http.get("/openapi.json").status_code == 404
