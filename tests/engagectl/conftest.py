"""A small installation in a folder of its own, and a small Bot API over real HTTP."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from engagectl.installation import Installation
from tests.engagectl.queue_scene import QueueScene
from tests.services import REPOSITORY, redis_url

__all__ = ["redis_url"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """The shipped bots without any `.env`."""
    for name in ("english_bot", "vocabulary_bot"):
        shutil.copytree(
            REPOSITORY / "bots" / name,
            tmp_path / "bots" / name,
            ignore=shutil.ignore_patterns(".env", "__pycache__"),
        )
    return Installation(
        root=tmp_path,
        core_env=tmp_path / "engageai_core" / ".env",
        gateway_env=tmp_path / "api_gateway" / ".env",
        bots_env=tmp_path / "bots" / ".env",
    )


class BotApiServer:
    """Keeps webhooks by token and records every call, refusing tokens it does not know."""

    def __init__(self) -> None:
        self.webhooks: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refused: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                status, answer = server.answer(self.path, body)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                """Leave the test's output alone."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do what a call asks."""
        _, bot, method = path.split("/")
        token = bot.removeprefix("bot")
        self.calls.append((method, body))
        if token in self.refused:
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if method == "setWebhook":
            self.webhooks[token] = body["url"]
        elif method == "deleteWebhook":
            self.webhooks[token] = ""
        elif method == "getWebhookInfo":
            url = self.webhooks.get(token, "")
            return 200, {"ok": True, "result": {"url": url, "pending_update_count": 3}}
        return 200, {"ok": True, "result": True}

    def methods(self) -> list[str]:
        """The methods called, in order."""
        return [method for method, _ in self.calls]

    def stop(self) -> None:
        """End it."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def bot_api() -> Iterator[BotApiServer]:
    """A running Bot API."""
    server = BotApiServer()
    yield server
    server.stop()


@pytest.fixture
def queue(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[QueueScene]:
    """An empty queue in a real Redis, which engagectl finds by REDIS_URL."""
    redis = Redis.from_url(redis_url)
    redis.flushdb()
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("NO_COLOR", "1")
    yield QueueScene(redis, redis_url, monkeypatch, capsys)
    redis.close()
