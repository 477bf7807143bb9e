"""Who may call the core, and how a refusal looks."""

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from engageai_core.common.throttle import FAILURES_ALLOWED
from tests.engageai_core.callers import bot_client
from utils.internal_auth import HEADER

pytestmark = pytest.mark.django_db
_LEARNER = "/api/v1/learners/42/"
_PERSON = {"first_name": "Аня", "chat_id": 42}


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()
    yield
    cache.clear()


def test_a_call_without_a_key_is_refused():
    response = APIClient().get(_LEARNER)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == HEADER
    assert response.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize("key", ["x", "ключ".encode().decode("latin-1"), "a" * 5000])
def test_a_call_with_a_wrong_key_is_refused_without_repeating_it(key: str):
    response = APIClient(headers={HEADER: key}).get(_LEARNER)
    assert response.status_code == 401
    assert key not in response.json()["error"]["message"] or key == "x"


def test_guessing_keys_is_slowed_down_but_a_right_key_still_works():
    stranger = APIClient(headers={HEADER: "guess"})
    codes = [stranger.get(_LEARNER).status_code for _ in range(FAILURES_ALLOWED + 1)]
    assert codes[0] == 401
    assert codes[-1] == 429
    assert bot_client().put(_LEARNER, _PERSON).status_code == 201


def test_a_bot_reaches_its_own_learners_alone():
    assert bot_client(1).put(_LEARNER, _PERSON).status_code == 201
    assert bot_client(1).get(_LEARNER).status_code == 200
    refused = bot_client(2).get(_LEARNER)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "permission_denied"
    assert bot_client(2).put(_LEARNER, _PERSON).status_code == 200
    assert bot_client(2).get(_LEARNER).status_code == 200


def test_an_unknown_learner_is_named_as_such():
    response = bot_client().get(_LEARNER)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "learner_not_found"


def test_wrong_fields_are_named_in_the_one_shape():
    response = bot_client().put(_LEARNER, {"first_name": "x" * 200})
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "invalid"
    assert set(error["fields"]) == {"first_name", "chat_id"}


def test_a_body_that_is_no_json_is_refused_in_the_one_shape():
    response = bot_client().put(_LEARNER, data="{", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"
