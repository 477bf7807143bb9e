"""The simulator as one application: Bot API, `/sim`, health, metrics and the chat page."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from engagectl.simulator.bot_api import BotApi
from engagectl.simulator.control.acts import act_routes, injection_routes, profile_routes
from engagectl.simulator.control.routes import account_routes, reading_routes, talk_routes
from engagectl.simulator.control.running import record_routes, steering_routes
from engagectl.simulator.control.sending import sending_routes
from engagectl.simulator.errors import BotApiError, ControlError
from engagectl.simulator.metrics import metrics_registry
from engagectl.simulator.origins import OwnOriginOnly
from engagectl.simulator.telegram import Telegram

_ROUTES = (
    account_routes,
    talk_routes,
    reading_routes,
    sending_routes,
    act_routes,
    profile_routes,
    injection_routes,
    steering_routes,
    record_routes,
)
_PAGE = Path(__file__).parent / "page"


def create_app(state_dir: Path) -> FastAPI:
    """Build the simulator, with the state that lies in `state_dir`."""
    telegram = Telegram(state_dir)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        telegram.start()
        yield
        await telegram.close()

    app = FastAPI(
        title="engageAI Telegram simulator",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/sim/openapi.json",
    )
    app.add_middleware(OwnOriginOnly)
    _add_bot_api(app, telegram)
    for routes in _ROUTES:
        app.include_router(routes(telegram))
    _add_errors(app)
    _add_health(app, telegram)
    _PAGE.mkdir(exist_ok=True)
    app.mount("/", StaticFiles(directory=_PAGE, html=True))
    return app


def _add_bot_api(app: FastAPI, telegram: Telegram) -> None:
    api = BotApi(telegram)
    for path in ("/bot{token}/{method}", "/bot{token}/test/{method}"):
        app.add_route(path, api.answer, methods=["GET", "POST"], include_in_schema=False)
    app.add_route("/file/bot{token}/{file_path:path}", api.download, include_in_schema=False)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(ControlError)
    async def refuse(_: Request, error: ControlError) -> JSONResponse:
        return _refusal(error.status, error.code, error.message)

    @app.exception_handler(BotApiError)
    async def refuse_content(_: Request, error: BotApiError) -> JSONResponse:
        return _refusal(400, "content_refused", error.description)

    @app.exception_handler(RequestValidationError)
    async def refuse_fields(_: Request, error: RequestValidationError) -> JSONResponse:
        fields: dict[str, list[str]] = {}
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"] if part not in ("body", "query"))
            fields.setdefault(name, []).append(fault["msg"])
        return _refusal(422, "invalid", "some fields cannot be used", fields)


def _refusal(
    status: int, code: str, message: str, fields: dict[str, list[str]] | None = None
) -> JSONResponse:
    error: dict[str, object] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return JSONResponse({"error": error}, status)


def _add_health(app: FastAPI, telegram: Telegram) -> None:
    registry = metrics_registry(telegram)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> dict[str, object]:
        return {"status": "ready", "checks": {"bots": f"ok: {len(telegram.world.bots)}"}}

    @app.get("/metrics", include_in_schema=False)
    async def show_metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
