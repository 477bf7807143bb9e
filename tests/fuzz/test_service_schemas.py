"""Every call that a service's OpenAPI document describes, and bent: nothing answers 500."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.bots_engine.conftest import surroundings
from tests.bots_engine.world import World
from tests.fuzz.cases import CASES
from tests.fuzz.openapi import Call, calls
from tests.services import REPOSITORY
from utils.internal_auth import HEADER

_BOT = "echo_bot"
_PRINT = "import json; from {module} import app; print(json.dumps(app.openapi()))"


def _document(module: str, **environment: str) -> Any:
    """Return the OpenAPI document of a service, which it shows to nobody by HTTP."""
    done = subprocess.run(
        [sys.executable, "-c", _PRINT.format(module=module)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _try_all(document: Any, known: dict[str, list[Any]], send: Callable[[Call], int]) -> Counter:
    answers: Counter[tuple[str, int]] = Counter()

    @settings(
        max_examples=CASES, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(call=calls(document, known=known))
    def run(call: Call) -> None:
        status = send(call)
        answers[call.operation, status] += 1
        assert status < 500, call

    run()
    return answers


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[World]:
    own_url = f"{redis_url.removesuffix('/0')}/4"
    with surroundings(tmp_path_factory.mktemp("doors") / "copy", own_url) as running:
        running.add_bot(_BOT)
        running.start()
        yield running


@pytest.mark.timeout(120 + CASES // 20)
def test_no_call_of_the_bots_answers_500(world: World):
    # One key for each side that may call; either is wrong at the other's door.
    keys = [f"internal-{_BOT}-".ljust(48, "i"), f"core-{_BOT}-".ljust(48, "c")]

    def send(call: Call) -> int:
        return world.http.request(
            call.method, call.path, params=call.query, headers=call.headers, content=call.body
        ).status_code

    document = _document("bots.bots_engine")
    answers = _try_all(document, {HEADER: keys, "bot_name": [_BOT]}, send)
    doors = [f"post {path}" for path, methods in document["paths"].items() if "post" in methods]
    assert "post /internal/update" in doors
    for door in doors:
        statuses = {status for operation, status in answers if operation == door}
        assert {401, 422} <= statuses, answers
        assert {200, 202} & statuses, answers
    assert world.ready()["bots"] == {_BOT: "serving"}
