"""The gateway as one application: the webhook, health and metrics."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api_gateway.bot_directory import BotDirectory
from api_gateway.intake import IntakeError, UpdateIntake
from api_gateway.metrics import GatewayMetrics
from api_gateway.settings import GatewaySettings, gateway_env_file, load_gateway_settings
from api_gateway.webhook import WebhookRoute
from utils.errors import EngageError
from utils.logs import set_up_logging

_REFRESH_SECONDS = 1.0
_logger = logging.getLogger(__name__)


def create_app() -> FastAPI:
    """Build the gateway from its settings.

    Exits with the refusal's three lines when the settings cannot be used: a traceback would
    hide them.
    """
    env_file = gateway_env_file()
    try:
        settings = load_gateway_settings(env_file)
        bots = BotDirectory(settings, env_file)
    except EngageError as error:
        raise SystemExit(str(error)) from None
    _set_up_logging(settings)
    return _build(bots, UpdateIntake(settings.redis_url.get_secret_value()), GatewayMetrics())


def _set_up_logging(settings: GatewaySettings) -> None:
    set_up_logging("api_gateway", level=settings.log_level, style=settings.log_style)
    # The webhook counts its requests; a line for each would cost more than the request.
    logging.getLogger("uvicorn.access").propagate = False


def _build(bots: BotDirectory, intake: UpdateIntake, metrics: GatewayMetrics) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _logger.info("serving %s", ", ".join(bots.names) or "no bot")
        refreshing = asyncio.create_task(_keep_fresh(bots))
        yield
        refreshing.cancel()
        await intake.close()

    app = FastAPI(title="engageAI gateway", lifespan=lifespan, docs_url=None, redoc_url=None,
                  openapi_url=None)  # fmt: skip
    app.mount("/webhook", WebhookRoute(bots=bots, intake=intake, metrics=metrics))
    _add_health(app, bots, intake)
    _add_metrics(app, metrics)
    return app


async def _keep_fresh(bots: BotDirectory) -> None:
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        bots.refresh()


def _add_health(app: FastAPI, bots: BotDirectory, intake: UpdateIntake) -> None:
    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        redis, is_ready = "ok", True
        try:
            await intake.check()
        except IntakeError as error:
            redis, is_ready = f"failed: {error.what} ({error.why})", False
        checks = {"redis": redis, "bots": f"ok: {len(bots.names)}"}
        status = "ready" if is_ready else "not ready"
        return JSONResponse({"status": status, "checks": checks}, 200 if is_ready else 503)


def _add_metrics(app: FastAPI, metrics: GatewayMetrics) -> None:
    @app.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        # What came through a proxy came from outside, where only the webhook and health belong.
        if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            return JSONResponse({"detail": "Not Found"}, 404)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
