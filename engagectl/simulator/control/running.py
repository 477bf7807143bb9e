"""The routes of the `/sim` API for faults, the clock, limits, records and files."""

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from engagectl.simulator.control import shapes
from engagectl.simulator.errors import ControlError
from engagectl.simulator.faults import Fault
from engagectl.simulator.rate_limits import RateModel
from engagectl.simulator.telegram import Telegram


def steering_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for faults, the clock and the limits."""
    router = APIRouter(prefix="/sim")

    @router.post("/faults", summary="Set a fault")
    async def set_fault(fault: Fault) -> Fault:
        return telegram.faults.add(fault)

    @router.get("/faults", summary="List the faults")
    async def list_faults() -> shapes.FaultList:
        return shapes.FaultList(faults=telegram.faults.all())

    @router.delete("/faults", summary="Lift one fault, or all")
    async def lift_faults(id: int | None = None) -> shapes.Done:  # noqa: A002 (the query's name)
        telegram.faults.clear(id)
        return shapes.Done()

    @router.get("/clock", summary="Read the virtual clock")
    async def read_clock() -> shapes.ClockOut:
        return shapes.ClockOut(now=telegram.clock.now(), ahead=telegram.clock.ahead)

    @router.post("/clock", summary="Move the virtual clock ahead")
    async def move_clock(change: shapes.ClockChange) -> shapes.ClockOut:
        telegram.clock.advance(change.advance)
        return shapes.ClockOut(now=telegram.clock.now(), ahead=telegram.clock.ahead)

    @router.get("/rate_limits", summary="Read the model of Telegram's limits")
    async def read_limits() -> RateModel:
        return telegram.rate_limits.model

    @router.post("/rate_limits", summary="Change the model of Telegram's limits")
    async def change_limits(model: RateModel) -> RateModel:
        telegram.rate_limits.use(model)
        return model

    return router


def record_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for the record of calls and for files."""
    router = APIRouter(prefix="/sim")

    @router.get("/calls", summary="Read the record of calls")
    async def calls(
        bot: str | None = None, after: int = 0, limit: int = Query(200, ge=1, le=5000)
    ) -> shapes.Calls:
        found = telegram.calls.since(after, bot=bot, limit=limit)
        return shapes.Calls.model_construct(calls=found)

    @router.get("/files/{file_id}", summary="Load a file as the page shows it")
    async def load_file(file_id: str) -> FileResponse:
        file = telegram.world.files.get(file_id)
        if file is None:
            raise ControlError(404, "file_not_found", "there is no such file")
        return FileResponse(
            telegram.files.content_path(file),
            media_type=file.mime_type,
            filename=file.file_name,
            content_disposition_type="inline",
            # A file is what anyone uploaded: it may be shown, but not run.
            headers={
                "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return router
