"""What the gateway serves beside the webhook: health and metrics, by FastAPI."""

from typing import Literal

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.types import Lifespan

from api_gateway.bot_directory import BotDirectory
from api_gateway.intake import UpdateIntake
from api_gateway.metrics import GatewayMetrics
from api_gateway.redis_connection import RedisGoneError


class Live(BaseModel):
    """The answer of `/health/live`."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """The answer of `/health/ready`: what was looked at, and what was found."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str]


class Missing(BaseModel):
    """The answer where there is nothing."""

    detail: str


router = APIRouter()


def build_rest(
    *,
    bots: BotDirectory,
    intake: UpdateIntake,
    metrics: GatewayMetrics,
    lifespan: Lifespan[FastAPI],
) -> FastAPI:
    """Build the FastAPI application around the gateway's parts; it shows no documents itself."""
    app = FastAPI(title="engageAI gateway", lifespan=lifespan, docs_url=None, redoc_url=None,
                  openapi_url=None)  # fmt: skip
    app.state.bots, app.state.intake, app.state.metrics = bots, intake, metrics
    app.include_router(router)
    return app


@router.get("/health/live")
async def live() -> Live:
    """Tell that the process runs."""
    return Live()


@router.get("/health/ready", response_model=Ready, responses={503: {"model": Ready}})
async def ready(request: Request) -> Response:
    """Tell whether updates can be taken."""
    redis, is_ready = "ok", True
    try:
        await request.app.state.intake.check()
    except RedisGoneError as error:
        redis, is_ready = f"failed: {error.what} ({error.why})", False
    checks = {"redis": redis, "bots": f"ok: {len(request.app.state.bots.names)}"}
    answer = Ready(status="ready" if is_ready else "not ready", checks=checks)
    return JSONResponse(answer.model_dump(), 200 if is_ready else 503)


@router.get("/metrics", response_class=PlainTextResponse, responses={404: {"model": Missing}})
async def show_metrics(request: Request) -> Response:
    """Show the metrics to who asks from inside."""
    # What came through a proxy came from outside, where only the webhook and health belong.
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return JSONResponse({"detail": "Not Found"}, 404)
    shown = generate_latest(request.app.state.metrics.registry)
    return Response(shown, media_type=CONTENT_TYPE_LATEST)
