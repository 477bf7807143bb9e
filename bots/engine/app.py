"""The process of all bots as one application: health, metrics and updates from inside.

aiogram is imported aside, so that the process answers long before its bots serve.
"""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bots.engine import internal_message, internal_update
from bots.engine.internal_door import answer_starting
from bots.engine.metrics import EngineMetrics
from bots.engine.queue_gauges import QueueGauges
from bots.engine.redis_access import QueueError, RedisAccess
from bots.engine.service_document import describe
from bots.engine.settings import EngineSettings, bots_folder, load_engine_settings
from bots.engine.update_queue import UpdateQueue
from utils.errors import EngageError
from utils.logs import set_up_logging

if TYPE_CHECKING:
    from bots.engine.running import RunningEngine

_logger = logging.getLogger(__name__)


class _Engine:
    """The engine while it comes up, runs, or has failed to come up."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.metrics = EngineMetrics()
        redis = RedisAccess(settings.redis_url.get_secret_value())
        self.gauges = QueueGauges(redis, self.metrics.registry)
        self.queue = UpdateQueue(redis, high_mark=settings.queue_high_mark)
        self.running: RunningEngine | None = None
        self.failure: str | None = None

    async def come_up(self) -> None:
        try:
            engine_class = await asyncio.to_thread(_import_engine)
            engine = engine_class(self._settings, bots_folder(), self.queue, self.metrics)
            self.running = engine
            await engine.start()
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            _logger.exception("the engine does not start")

    async def go_down(self) -> None:
        if self.running:
            await self.running.stop()
        await self.queue.redis.close()

    async def checks(self) -> tuple[bool, dict[str, str], dict[str, str]]:
        """Return whether all is ready, each check's outcome, and each bot's state."""
        redis = "ok"
        try:
            await self.queue.redis.check()
        except QueueError as error:
            redis = f"failed: {error.what} ({error.why})"
        bots = self.running.cluster.states if self.running else {}
        checks = {"redis": redis, "engine": self._own_state(), "bots": _state_of_all(bots)}
        return all(state.startswith("ok") for state in checks.values()), checks, bots

    def _own_state(self) -> str:
        if self.failure:
            return f"failed: {self.failure}"
        if self.running is None:
            return "being imported"
        return "ok" if self.running.is_started else "starting"


def create_app() -> FastAPI:
    """Build the application from its settings.

    Exits with the refusal's three lines when the settings cannot be used: a traceback would
    hide them.
    """
    try:
        settings = load_engine_settings()
    except EngageError as error:
        raise SystemExit(str(error)) from None
    _set_up_logging(settings)
    return _build(_Engine(settings))


def _set_up_logging(settings: EngineSettings) -> None:
    set_up_logging("bots", level=settings.log_level, style=settings.log_style)
    # Health is asked for ten times a second while the stack comes up.
    logging.getLogger("uvicorn.access").propagate = False
    # A line or more for each update, where the metrics count them already.
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)


def _build(engine: _Engine) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        coming_up = asyncio.create_task(engine.come_up())
        yield
        coming_up.cancel()
        await asyncio.gather(coming_up, return_exceptions=True)
        await engine.go_down()

    app = FastAPI(title="engageAI bots", lifespan=lifespan, docs_url=None, redoc_url=None,
                  openapi_url=None)  # fmt: skip
    describe(app)
    _add_health(app, engine)
    _add_internal_doors(app, engine)
    return app


def _add_health(app: FastAPI, engine: _Engine) -> None:
    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        is_ready, checks, bots = await engine.checks()
        content: dict[str, object] = {
            "status": "ready" if is_ready else "not ready",
            "checks": checks,
            "bots": bots,
        }
        if engine.running and engine.running.cluster.refused_changes:
            content["refused_changes"] = engine.running.cluster.refused_changes
        return JSONResponse(content, 200 if is_ready else 503)

    @app.get("/metrics")
    async def show_metrics() -> Response:
        await engine.gauges.refresh()
        return Response(generate_latest(engine.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_internal_doors(app: FastAPI, engine: _Engine) -> None:
    @app.post("/internal/update")
    async def take_update(request: Request) -> JSONResponse:
        if engine.running is None:
            return answer_starting()
        return await internal_update.take_in(request, engine.running.cluster, engine.queue)

    @app.post("/internal/message")
    async def take_message(request: Request) -> JSONResponse:
        if engine.running is None:
            return answer_starting()
        return await internal_message.take_in(request, engine.running.cluster, engine.queue)


def _state_of_all(bots: dict[str, str]) -> str:
    serving = sum(state.startswith("serving") for state in bots.values())
    if bots and not serving:
        return "failed: none of the bots serves"
    unproven = sum(state.startswith("serving:") for state in bots.values())
    remark = f", the handlers of {unproven} are not imported yet" if unproven else ""
    return f"ok: {serving} of {len(bots)} serve{remark}"


def _import_engine() -> "type[RunningEngine]":
    # Hundreds of classes are made and all stay: looking for garbage among them only costs,
    # now and at every later collection, when learners wait.
    gc.disable()
    try:
        from bots.engine.running import RunningEngine  # noqa: PLC0415 (seconds of CPU)
    finally:
        gc.freeze()
        gc.enable()
    return RunningEngine
