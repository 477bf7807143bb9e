"""The bots' side: POST /internal/message over real HTTP, with a record of what came."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bots_engine.http_fakes import HttpServer
from utils.internal_auth import HEADER


@dataclass(frozen=True)
class Message:
    """One message as it came."""

    key: str
    body: dict[str, Any]


class FakeBots(HttpServer):
    """Takes messages, and answers with the status that is set."""

    def __init__(self) -> None:
        super().__init__([Route("/internal/message", self._take, methods=["POST"])])
        self.status = 202
        self.messages: list[Message] = []

    @property
    def push_ids(self) -> list[int]:
        """The pushes that came, in order."""
        return [message.body["push_id"] for message in self.messages]

    async def _take(self, request: Request) -> JSONResponse:
        self.messages.append(Message(request.headers[HEADER], await request.json()))
        return JSONResponse({"accepted": True, "duplicate": False}, status_code=self.status)
