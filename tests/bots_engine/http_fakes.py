"""Telegram's side and the core's side of a bot, over real HTTP, keeping a record of each call."""

import itertools
import threading
import time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.services import free_port, wait_until


class HttpServer:
    """An ASGI application behind a real socket, in a thread of its own."""

    def __init__(self, routes: list[Route]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            Starlette(routes=routes), host="127.0.0.1", port=self.port, log_level="critical",
            log_config=None, lifespan="off",
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Serve, and return once it does."""
        self._thread.start()
        wait_until(lambda: self._server.started, what="the fake listens")

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


_ME = {"id": 7000000001, "is_bot": True, "first_name": "Bot", "username": "the_bot"}


class FakeTelegram(HttpServer):
    """Takes every Bot API call; what it refuses is told beforehand in `refusals`."""

    def __init__(self) -> None:
        super().__init__([Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])])
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals: list[tuple[str, int, dict[str, Any]]] = []
        self.arrivals: list[float] = []  # when each message came
        self._numbers = itertools.count(1)

    @property
    def texts(self) -> list[str]:
        """The texts of all messages sent, in order."""
        return [str(body["text"]) for method, body in self.calls if method == "sendMessage"]

    def forget(self) -> None:
        """Forget all calls and refusals."""
        self.calls.clear()
        self.refusals.clear()
        self.arrivals.clear()

    def refuse_next(self, method: str, status: int, **more: Any) -> None:
        """Answer the next call of `method` with an error."""
        self.refusals.append((method, status, more))

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        body = dict(await request.form())
        for refusal in self.refusals:
            if refusal[0] == method:
                self.refusals.remove(refusal)
                return _refused(refusal[1], refusal[2])
        self.arrivals.append(time.time())
        self.calls.append((method, body))
        if method == "getMe":
            return JSONResponse({"ok": True, "result": _ME})
        if method != "sendMessage":
            return JSONResponse({"ok": True, "result": True})
        self.arrivals.append(time.time())
        message = {
            "message_id": next(self._numbers), "date": int(time.time()), "text": body["text"],
            "chat": {"id": int(str(body["chat_id"])), "type": "private"},
            "link_preview_options": {"is_disabled": True},
        }  # fmt: skip
        return JSONResponse({"ok": True, "result": message})


def _refused(status: int, more: dict[str, Any]) -> Response:
    description = more.pop("description", "refused")
    content = {"ok": False, "error_code": status, "description": description, "parameters": more}
    return JSONResponse(content, status)


class ScriptedCore(HttpServer):
    """The learners' part of the core's API, which can be told to fail: its faults are the point."""

    def __init__(self) -> None:
        super().__init__(
            [
                Route("/api/v1/learners/{learner}/", self._answer, methods=["GET", "PUT"]),
                Route("/api/v1/learners/{learner}/chat/", self._mark, methods=["PATCH"]),
                Route("/api/v1/pushes/outcomes/", self._take_outcomes, methods=["POST"]),
            ]
        )
        self.learners: dict[str, dict[str, Any]] = {}
        self.keys: set[str] = set()
        self.calls: list[tuple[str, Any]] = []
        self.blocked: dict[str, bool] = {}
        self.outcomes: list[dict[str, Any]] = []
        self.outcome_posts = 0
        self.is_down = False

    def forget(self) -> None:
        """Know no learner, and answer again."""
        self.learners.clear()
        self.keys.clear()
        self.calls.clear()
        self.blocked.clear()
        self.outcomes.clear()
        self.outcome_posts = 0
        self.is_down = False

    async def _answer(self, request: Request) -> Response:
        self.keys.add(request.headers.get("x-internal-key", ""))
        learner = request.path_params["learner"]
        if self.is_down:
            return JSONResponse({"error": {"code": "down", "message": ""}}, 503)
        if request.method == "PUT":
            body = await request.json()
            self.calls.append(("PUT", body))
            language = "ru" if body.get("language_code", "ru") == "ru" else "en"
            self.learners[learner] = {
                "telegram_id": int(learner), "first_name": body["first_name"], "language": language,
            }  # fmt: skip
        elif learner not in self.learners:
            self.calls.append(("GET", None))
            error = {"code": "learner_not_found", "message": "no such learner"}
            return JSONResponse({"error": error}, 404)
        return JSONResponse(self.learners[learner])

    async def _mark(self, request: Request) -> Response:
        if self.is_down:
            return JSONResponse({"error": {"code": "down", "message": ""}}, 503)
        body = await request.json()
        self.blocked[request.path_params["learner"]] = body["is_blocked"]
        return JSONResponse(body)

    async def _take_outcomes(self, request: Request) -> Response:
        self.outcome_posts += 1
        self.keys.add(request.headers.get("x-internal-key", ""))
        if self.is_down:
            return JSONResponse({"error": {"code": "down", "message": ""}}, 503)
        outcomes = (await request.json())["outcomes"]
        self.outcomes += outcomes
        return JSONResponse({"accepted": len(outcomes)})
