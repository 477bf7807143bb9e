"""Keeps foreign pages out: a browser may reach the simulator from its own page only."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnOriginOnly:
    """Refuses requests that a page of another origin makes, or under another host's name.

    A name that resolves to this machine (DNS rebinding) would make a foreign page look like
    the simulator's own; so hosts are addresses or localhost.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        if scope["type"] == "http" and not _is_own(Headers(scope=scope)):
            error = {"code": "foreign_origin", "message": "open the simulator's own page"}
            await JSONResponse({"error": error}, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    host = headers.get("host", "")
    origin = headers.get("origin")
    if not _is_address(urlsplit(f"//{host}").hostname or ""):
        return False
    return origin is None or urlsplit(origin).netloc == host


def _is_address(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
