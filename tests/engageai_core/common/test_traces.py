"""A caller's trace goes into the log, and each API call leaves one line that names no person."""

import io
import json
import logging

import pytest
from django.test import Client

from tests.engageai_core.callers import bot_client
from utils.logs import current_trace, set_up_logging

pytestmark = pytest.mark.django_db
_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_PARENT = f"00-{_TRACE}-00f067aa0ba902b7-01"
_PATH = "/api/v1/learners/774411/"


@pytest.fixture
def log_lines():
    """What the core logs from here on, each line parsed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logging("core", style="json")
    written = io.StringIO()
    (handler,) = root.handlers
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_api_call_leaves_one_line_with_its_trace_and_without_the_person(log_lines):
    person = {"first_name": "Аня Каренина", "chat_id": 774411}
    bot_client().put(_PATH, person, headers={"traceparent": _PARENT})
    (line,) = log_lines()
    assert (line["trace"], line["level"]) == (_TRACE, "INFO")
    assert line["message"].startswith("PUT api/v1/learners/<int:telegram_id>/ 201 ")
    assert line["message"].endswith(" ms english_bot")
    assert not {"774411", "Каренина"} & set(line["message"].replace("/", " ").split())
    assert current_trace.get() == ""


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: bot_client().get(_PATH), "GET api/v1/learners/<int:telegram_id>/ 404 "),
        (lambda: Client().get(_PATH), "GET api/v1/learners/<int:telegram_id>/ 401 "),
        (lambda: bot_client().get("/api/v1/Anna"), "GET - 404 "),
    ],
)
def test_a_refusal_leaves_one_line_too(log_lines, call, told: str):
    call()
    (line,) = log_lines()
    assert line["message"].startswith(told)


def test_health_and_metrics_leave_none(log_lines):
    for path in ("/health/live", "/health/ready", "/metrics"):
        Client().get(path)
    assert log_lines() == []


@pytest.mark.parametrize(
    "parent",
    [
        "", "x", _TRACE, _PARENT.upper(), f"{_PARENT}-more", f"{_PARENT} ", _PARENT[:-1],
        f"ff{_PARENT[2:]}", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{_TRACE}-{'0' * 16}-01",
    ],
)  # fmt: skip
def test_a_malformed_trace_is_ignored(log_lines, parent: str):
    bot_client().get(_PATH, headers={"traceparent": parent})
    (line,) = log_lines()
    assert "trace" not in line


def test_a_later_version_of_the_header_is_understood(log_lines):
    bot_client().get(_PATH, headers={"traceparent": f"01{_PARENT[2:]}-more"})
    assert [line["trace"] for line in log_lines()] == [_TRACE]
