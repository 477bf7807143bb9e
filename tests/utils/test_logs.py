"""Logs carry no secret, in either form."""

import json
import logging

import pytest

from utils.logs import set_up_logging, without_secrets


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
