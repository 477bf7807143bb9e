"""How the gateway starts, refuses to start, and lives through Redis's absence."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api_gateway.gateway import ENV, Gateway
from tests.api_gateway.test_webhook import UPDATE
from tests.services import RedisServer, wait_until


@pytest.mark.parametrize("inside", [True, False], ids=["inside its folder", "from the root"])
def test_gateway_starts_by_both_doors_and_ends_when_asked(
    own_gateway: Gateway, inside: bool
) -> None:
    own_gateway.start(inside=inside)
    assert own_gateway.http.get("/health/live").json() == {"status": "live"}
    ready = own_gateway.http.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "checks": {"redis": "ok", "bots": "ok: 2"}}
    assert own_gateway.program is not None
    started = time.monotonic()
    own_gateway.program.stop()
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("inside", [True, False], ids=["inside its folder", "from the root"])
@pytest.mark.parametrize(
    ("change", "environment", "why"),
    [
        ({"BOT_TOKEN_1": ""}, {}, "BOT_TOKEN_1 is missing or no bot token"),
        ({"FAST_API_PORT": "many"}, {}, "FAST_API_PORT: "),
        ({}, {"ENGAGE_ENV": "production"}, "a simulator's token, and ENGAGE_ENV is production"),
    ],
)  # fmt: skip
def test_wrong_settings_are_refused_in_three_lines(
    own_gateway: Gateway,
    inside: bool,
    change: dict[str, str],
    environment: dict[str, str],
    why: str,
) -> None:
    own_gateway.write_env({**ENV, **change})
    program = own_gateway.launch(inside=inside, **environment)
    assert program.wait_for_end() != 0
    lines = program.output.strip().splitlines()
    assert len(lines) == 3, program.output
    assert why in lines[1]
    assert "engagectl env" in lines[2]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"BOT_NAME_2": "english_bot"}, "BOT_NAME_2 names english_bot a second time"),
        ({"BOT_NAME_2": "no name"}, "BOT_NAME_2: it stands in the webhook's path"),
        ({"WEBHOOK_SECRET": "", "BOT_WEBHOOK_SECRET_1": ""}, "(or WEBHOOK_SECRET) is missing"),
        ({"WEBHOOK_SECRET": "with spaces in it"}, "has other characters"),
        ({"BROKEN": '"open'}, ""),
    ],
)
def test_faulty_entries_are_refused(own_gateway: Gateway, change: dict[str, str], why: str) -> None:
    own_gateway.write_env({**ENV, **change})
    program = own_gateway.launch()
    assert program.wait_for_end() != 0
    assert why in program.output
    assert "Traceback" not in program.output


def test_missing_env_file_is_refused_with_the_command_that_makes_it(own_gateway: Gateway) -> None:
    own_gateway.env_file.unlink()
    program = own_gateway.launch()
    assert program.wait_for_end() != 0
    assert "engagectl env init" in program.output


def test_gateway_answers_503_while_redis_is_gone_and_takes_updates_when_it_is_back(
    tmp_path: Path,
) -> None:
    server = RedisServer(tmp_path)
    server.start()
    gateway = Gateway(tmp_path, server.url)
    try:
        gateway.start()
        assert gateway.post("english_bot", UPDATE).status_code == 200
        server.kill()
        refused = gateway.post("english_bot", {**UPDATE, "update_id": 2})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        ready = gateway.http.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"]["redis"].startswith("failed: ")
        assert gateway.http.get("/health/live").status_code == 200
        server.start()
        wait_until(
            lambda: gateway.post("english_bot", {**UPDATE, "update_id": 2}).status_code == 200,
            what="Redis is found again",
        )
    finally:
        gateway.close()
        server.stop()


def test_gateway_does_not_wait_for_a_redis_that_hangs(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    gateway = Gateway(tmp_path, server.url)
    try:
        gateway.start()
        assert gateway.post("english_bot", UPDATE).status_code == 200
        server.pause(signal.SIGSTOP)
        started = time.monotonic()
        assert gateway.post("english_bot", {**UPDATE, "update_id": 3}).status_code == 503
        assert time.monotonic() - started < 2
        server.pause(signal.SIGCONT)
        wait_until(
            lambda: gateway.post("english_bot", {**UPDATE, "update_id": 3}).status_code == 200,
            what="Redis answers again",
        )
    finally:
        server.pause(signal.SIGCONT)
        gateway.close()
        server.stop()


def test_gateway_brings_in_neither_aiogram_nor_django() -> None:
    program = (
        "import sys, api_gateway.app\n"
        "assert not {'aiogram', 'django', 'bots', 'engageai_core'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
