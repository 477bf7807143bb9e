"""How a bot calls the core: key, paths, bodies, repeats, and the core's refusals as errors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bots.engine.core_client import CoreClient
from bots.engine.core_connections import CoreConnections
from bots.engine.core_errors import (
    CoreAccessError,
    CoreRefusalError,
    CoreUnavailableError,
    LearnerNotFoundError,
    WordUnknownError,
)
from tests.bots_engine.http_fakes import HttpServer

LEARNER = {"telegram_id": 7, "first_name": "Аня", "language": "ru", "a_field_of_the_future": 1}
OUTCOME = {"outcome": "judged", "verdict": {"correct": True, "score": 1.0}}


class CannedCore(HttpServer):
    """Answers every request with the next of `answers`, the last one again and again."""

    def __init__(self) -> None:
        methods = ["GET", "PUT", "PATCH", "POST", "DELETE"]
        super().__init__([Route("/{path:path}", self._answer, methods=methods)])
        self.answers: list[Response] = []
        self.requests: list[tuple[str, str, Any, str]] = []

    async def _answer(self, request: Request) -> Response:
        body = await request.json() if await request.body() else None
        key = request.headers.get("x-internal-key", "")
        self.requests.append((request.method, request.url.path, body, key))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(scope="module")
def server() -> Iterator[CannedCore]:
    """The far side."""
    server = CannedCore()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(server: CannedCore) -> AsyncIterator[CoreClient]:
    """A client with its key; the far side has nothing on record."""
    server.answers, server.requests = [], []
    async with CoreConnections(server.url) as connections:
        yield CoreClient(connections, key="the-key-of-the-bot")


Call = Callable[[CoreClient], Awaitable[Any]]


@pytest.mark.parametrize(
    ("call", "line", "body", "answer"),
    [
        (lambda c: c.learner(7), "GET ", None, LEARNER),
        (
            lambda c: c.put_learner(7, chat_id=7, first_name="Аня", username=None, timezone="UTC"),
            "PUT ", {"chat_id": 7, "first_name": "Аня", "timezone": "UTC"}, LEARNER,
        ),
        (
            lambda c: c.change_learner(7, goal="travel", reminder_hour=None),
            "PATCH ", {"goal": "travel", "reminder_hour": None}, LEARNER,
        ),
        (
            lambda c: c.start_activity(7, "lesson"),
            "POST activities/", {"kind": "lesson", "restart": False}, {"activity": "lesson"},
        ),
        (
            lambda c: c.answer(7, step_id="s1", by="choice", given="a", idempotency_key="b:1"),
            "POST answers/",
            {"step_id": "s1", "idempotency_key": "b:1", "dont_know": False, "choice": "a"}, OUTCOME,
        ),
        (
            lambda c: c.answer(7, by="dont_know", idempotency_key="b:2"),
            "POST answers/",
            {"step_id": None, "idempotency_key": "b:2", "dont_know": True}, OUTCOME,
        ),
        (
            lambda c: c.rate_card(7, step_id="s1", rating="good", idempotency_key="b:3"),
            "POST answers/",
            {"step_id": "s1", "idempotency_key": "b:3", "dont_know": False, "rating": "good"},
            OUTCOME,
        ),
        (
            lambda c: c.add_word(7, "apple"),
            "POST words/", {"text": "apple"}, {"word": {"word": "apple"}, "added": True},
        ),
        (lambda c: c.words(7), "GET words/", None, {"due": 1}),
        (lambda c: c.progress(7), "GET progress/", None, {"xp": 5}),
    ],
)  # fmt: skip
async def test_each_call_is_the_one_that_the_core_offers(
    client: CoreClient, server: CannedCore, call: Call, line: str, body: Any, answer: Any
) -> None:  # fmt: skip
    server.answers = [JSONResponse(answer)]
    result = await call(client)
    method, _, path = line.partition(" ")
    expected = (method, f"/api/v1/learners/7/{path}", body, "the-key-of-the-bot")
    assert server.requests == [expected]
    shown = result.model_dump()
    assert all(shown[name] == value for name, value in answer.items() if name in {"xp", "due"})


@pytest.mark.parametrize(
    ("call", "line", "body"),
    [
        (
            lambda c: c.mark_chat(7, is_blocked=True),
            "PATCH /api/v1/learners/7/chat/", {"is_blocked": True},
        ),
        (
            lambda c: c.give_feedback(7, "too easy"),
            "POST /api/v1/learners/7/feedback/", {"text": "too easy"},
        ),
        (
            lambda c: c.report_outcomes([{"push_id": 1, "outcome": "sent"}]),
            "POST /api/v1/pushes/outcomes/", {"outcomes": [{"push_id": 1, "outcome": "sent"}]},
        ),
    ],
)  # fmt: skip
async def test_what_the_core_only_takes_note_of(
    client: CoreClient, server: CannedCore, call: Call, line: str, body: Any
) -> None:
    server.answers = [JSONResponse({})]
    await call(client)
    assert server.requests == [(*line.split(), body, "the-key-of-the-bot")]


async def test_learner_is_read_with_fields_to_come_ignored(
    client: CoreClient, server: CannedCore
) -> None:
    server.answers = [JSONResponse(LEARNER)]
    learner = await client.learner(7)
    assert (learner.telegram_id, learner.first_name, learner.language) == (7, "Аня", "ru")
    assert (learner.level, learner.open_activity) == (None, None)


async def test_no_open_activity_is_none_and_pausing_is_silent(
    client: CoreClient, server: CannedCore
) -> None:
    server.answers = [Response(status_code=204)]
    assert await client.current_activity(7) is None
    await client.pause_activity(7)
    assert [request[0] for request in server.requests] == ["GET", "DELETE"]


async def test_picture_is_bytes(client: CoreClient, server: CannedCore) -> None:
    server.answers = [Response(b"\x89PNG", media_type="image/png")]
    assert await client.progress_picture(7) == b"\x89PNG"


@pytest.mark.parametrize(
    ("status", "code", "error_class"),
    [
        (404, "learner_not_found", LearnerNotFoundError),
        (404, "word_unknown", WordUnknownError),
        (401, "not_authenticated", CoreAccessError),
        (403, "permission_denied", CoreAccessError),
        (400, "invalid", CoreRefusalError),
    ],
)
async def test_refusal_becomes_an_error_of_its_own_and_is_not_repeated(
    client: CoreClient, server: CannedCore, status: int, code: str, error_class: type[Exception]
) -> None:
    content = {"error": {"code": code, "message": "no", "fields": {"goal": ["unknown"]}}}
    server.answers = [JSONResponse(content, status)]
    with pytest.raises(error_class) as raised:
        await client.learner(7)
    assert isinstance(raised.value, CoreRefusalError)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert raised.value.fields == {"goal": ["unknown"]}
    assert len(server.requests) == 1


async def test_refusal_that_is_no_json_is_an_error_too(
    client: CoreClient, server: CannedCore
) -> None:
    server.answers = [Response(b"<html>", 400)]
    with pytest.raises(CoreRefusalError):
        await client.learner(7)


async def test_call_is_repeated_while_the_core_restarts(
    client: CoreClient, server: CannedCore
) -> None:
    server.answers = [Response(status_code=503), Response(status_code=500), JSONResponse(LEARNER)]
    assert (await client.learner(7)).telegram_id == 7
    assert len(server.requests) == 3


async def test_answer_of_another_shape_names_what_is_wrong(
    client: CoreClient, server: CannedCore
) -> None:
    server.answers = [JSONResponse({"first_name": "secret name", "language": "de"})]
    with pytest.raises(CoreUnavailableError) as raised:
        await client.learner(7)
    assert raised.value.why == "wrong or missing: language, telegram_id"


async def test_core_that_does_not_run_is_unavailable_in_time_for_the_learner() -> None:
    async with CoreConnections("http://127.0.0.1:9") as connections:
        client = CoreClient(connections, key="k")
        async with asyncio.timeout(13):
            with pytest.raises(CoreUnavailableError, match="no answer"):
                await client.learner(7)
