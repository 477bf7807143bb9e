"""Every call that a service's OpenAPI document describes, and bent: nothing answers 500."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings

from api_gateway.openapi import openapi_document
from tests.api_gateway.gateway import SHARED_SECRET, Gateway
from tests.bots_engine.conftest import surroundings
from tests.bots_engine.world import World
from tests.fuzz.cases import CASES
from tests.fuzz.openapi import Call, calls
from tests.services import REPOSITORY
from utils.internal_auth import HEADER

_BOT = "echo_bot"
_PRINT = "import json; from bots.bots_engine import app; print(json.dumps(app.openapi()))"


def _document_of_the_bots() -> Any:
    """Return the document that the bots' process shows to nobody by HTTP."""
    done = subprocess.run(
        [sys.executable, "-c", _PRINT],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _try_all(
    document: Any, known: dict[str, list[Any]], http: httpx2.Client
) -> Counter[tuple[str, int]]:
    """Send calls of all operations, and return how often each was answered how."""
    answers: Counter[tuple[str, int]] = Counter()

    @settings(
        max_examples=CASES, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(call=calls(document, known=known))
    def run(call: Call) -> None:
        response = http.request(
            call.method, call.path, params=call.query, headers=call.headers, content=call.body
        )
        answers[call.operation, response.status_code] += 1
        assert response.status_code < 500, call

    run()
    return answers


def _assert_all_doors_opened(document: Any, answers: Counter[tuple[str, int]]) -> None:
    """Every call that takes a body was refused by the key, refused by the body, and taken."""
    doors = [f"post {path}" for path, methods in document["paths"].items() if "post" in methods]
    assert doors
    for door in doors:
        statuses = {status for operation, status in answers if operation == door}
        assert {401, 422} <= statuses, answers
        assert {200, 202} & statuses, answers


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[World]:
    own_url = f"{redis_url.removesuffix('/0')}/4"
    with surroundings(tmp_path_factory.mktemp("doors") / "copy", own_url) as running:
        running.add_bot(_BOT)
        running.start()
        yield running


@pytest.mark.timeout(120 + CASES // 10)
def test_no_call_of_the_bots_answers_500(world: World):
    # One key for each side that may call; either is wrong at the other's door.
    keys = [f"internal-{_BOT}-".ljust(48, "i"), f"core-{_BOT}-".ljust(48, "c")]
    document = _document_of_the_bots()
    answers = _try_all(document, {HEADER: keys, "bot_name": [_BOT]}, world.http)
    _assert_all_doors_opened(document, answers)
    assert world.ready()["bots"] == {_BOT: "serving"}


@pytest.fixture
def gateway(tmp_path: Path, redis_url: str) -> Iterator[Gateway]:
    running = Gateway(tmp_path, f"{redis_url.removesuffix('/0')}/5")
    running.start()
    yield running
    running.close()


@pytest.mark.timeout(120 + CASES // 10)
def test_no_call_of_the_gateway_answers_500(gateway: Gateway):
    document = openapi_document()
    known = {"bot_name": ["english_bot"], "X-Telegram-Bot-Api-Secret-Token": [SHARED_SECRET]}
    answers = _try_all(document, known, gateway.http)
    _assert_all_doors_opened(document, answers)
    assert gateway.program is not None
    assert gateway.program.process.poll() is None
