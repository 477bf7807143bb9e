"""Logs carry no secret, in either form."""

import json
import logging

import pytest

from utils.logs import current_trace, set_up_logging, without_secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("POST /bot7000000001:SIMabcdefghijklmnopqrstuvwxyz0123456/getMe", "SIMabc"),
        ("X-Internal-Key: abcdefABCDEF", "abcdefABCDEF"),
        ("redis://:hunter2@127.0.0.1:6379/0", "hunter2"),
        ("postgres://engage:hunter2@db/x", "hunter2"),
        ("key sk-abcdefgh12345678", "abcdefgh12345678"),
        ("secret_token=abcdefgh", "abcdefgh"),
    ],
)
def test_secrets_are_blotted_out(text: str, secret: str):
    assert secret not in without_secrets(text)


@pytest.fixture
def untouched_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("untouched_logging")
def test_a_json_record_is_one_line_with_its_error(capsys: pytest.CaptureFixture[str]):
    set_up_logging("gateway", style="json")
    try:
        int("token 123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ is bad")
    except ValueError:
        logging.getLogger("x").exception("while trying %s", "that")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry["service"] == "gateway"
    assert entry["message"] == "while trying that"
    assert "ValueError" in entry["error"]
    assert "ABCDEFG" not in line


@pytest.fixture
def trace():
    token = current_trace.set("4bf92f3577b34da6a3ce929d0e0e4736")
    yield current_trace.get()
    current_trace.reset(token)


@pytest.mark.usefixtures("untouched_logging")
def test_a_trace_stands_in_every_line(capsys: pytest.CaptureFixture[str], trace: str):
    set_up_logging("bots", style="json")
    logging.getLogger("x").info("one")
    set_up_logging("bots", style="text")
    logging.getLogger("x").info("two")
    in_json, in_text = capsys.readouterr().err.splitlines()
    assert json.loads(in_json)["trace"] == trace
    assert in_text.endswith(f"x: two [{trace}]")


@pytest.mark.usefixtures("untouched_logging")
def test_without_a_trace_lines_are_as_they_were(capsys: pytest.CaptureFixture[str]):
    set_up_logging("bots", style="json")
    logging.getLogger("x").info("one")
    set_up_logging("bots", style="text")
    logging.getLogger("x").info("two")
    in_json, in_text = capsys.readouterr().err.splitlines()
    assert "trace" not in json.loads(in_json)
    assert in_text.endswith("x: two")
