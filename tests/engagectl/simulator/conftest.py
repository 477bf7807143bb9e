"""A simulator of one's own for each test, over real HTTP, and a bot and a person in it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from tests.simulator_process import SimulatorProcess


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    running = SimulatorProcess(tmp_path_factory.mktemp("simulator"))
    running.start()
    yield running
    running.stop()


@dataclass
class Scene:
    """A bot and a person who chat."""

    http: httpx2.Client
    bot: dict[str, Any]
    user: dict[str, Any]

    @property
    def who(self) -> dict[str, Any]:
        return {"user_id": self.user["id"], "bot": self.bot["username"]}

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method as the bot does and return the whole answer."""
        answer = self.http.post(f"/bot{self.bot['token']}/{method}", json=parameters)
        document = answer.json()
        assert answer.status_code == document.get("error_code", 200)
        return document

    def say(self, **parameters: Any) -> Any:
        """Call a method on the person's chat and return the result."""
        method = parameters.pop("method", "sendMessage")
        document = self.call(method, chat_id=self.user["id"], **parameters)
        assert document["ok"], document
        return document["result"]

    def refusal(self, method: str, **parameters: Any) -> str:
        """Call a method on the person's chat and return why it was refused."""
        document = self.call(method, **{"chat_id": self.user["id"], **parameters})
        assert not document["ok"], document
        return document["description"]

    def act(self, name: str, **fields: Any) -> Any:
        """Let the person act and return what came of it."""
        answer = self.http.post(f"/sim/{name}", json={**self.who, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def history(self, **query: Any) -> dict[str, Any]:
        return self.http.get("/sim/history", params={**self.who, **query}).json()

    def updates(self, **parameters: Any) -> list[dict[str, Any]]:
        """Take all pending updates and confirm them."""
        found = self.call("getUpdates", **parameters)["result"]
        if found:
            self.call("getUpdates", offset=found[-1]["update_id"] + 1, timeout=0)
        return found


_names = iter(range(1, 1_000_000))


@pytest.fixture
def scene(simulator: SimulatorProcess) -> Iterator[Scene]:
    with httpx2.Client(base_url=simulator.url, timeout=20) as http:
        bot = http.post("/sim/bots", json={"username": f"test_{next(_names)}_bot"}).json()
        user = http.post("/sim/users", json={"first_name": "Анна", "language_code": "ru"}).json()
        yield Scene(http, bot, user)
        http.post(f"/bot{bot['token']}/deleteWebhook", json={"drop_pending_updates": True})
        http.delete("/sim/faults")


@pytest.fixture
def started(scene: Scene) -> Scene:
    """The scene after the person pressed Start and the bot read that."""
    scene.act("start")
    scene.updates()
    return scene


class Receiver:
    """A webhook's server: keeps what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.arrived:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.received.append((headers, body))
                    answer = receiver.answers.pop(0) if receiver.answers else (200, {}, b"")
                    receiver.arrived.notify_all()
                status, more, content = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def wait_for(self, count: int, *, seconds: float = 10) -> list[dict[str, Any]]:
        """Return the updates once there are `count`."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, seconds), (
                f"{len(self.received)} of {count} updates came"
            )
            return [body for _, body in self.received]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()
