"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from engagectl.simulator.calls import RecordedCall
from engagectl.simulator.errors import BotApiError, bad_request, forbidden, too_many_requests
from engagectl.simulator.files import DOWNLOAD_BYTES
from engagectl.simulator.methods import catalogue
from engagectl.simulator.methods.registry import Call, Described
from engagectl.simulator.parameters import Parameters, Upload
from engagectl.simulator.records import Bot
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.tokens import TOKEN

_logger = logging.getLogger(__name__)
_LARGEST_BODY = 52 * 1024 * 1024
_NOT_IN_BODY = frozenset({"setwebhook", "deletewebhook", "close", "logout"})


class BotApi:
    """Answers the calls of bots."""

    def __init__(self, telegram: Telegram) -> None:
        """Serve the bots of `telegram`; webhooks may answer with methods from now on."""
        self._telegram = telegram
        telegram.webhooks.run_body_method = self._run_body_method

    async def answer(self, request: Request) -> Response:
        """Answer one request of a bot."""
        token, name = request.path_params["token"], request.path_params["method"]
        begun = time.perf_counter()
        bot: Bot | None = None
        parameters = Parameters()
        try:
            bot = self._bot(token)
            parameters = await _read_parameters(request)
            status, document, headers = await self._perform(bot, name, parameters)
        except BotApiError as error:
            status, document, headers = error.code, error.body(), error.headers()
        if bot is None:
            return _json_response(status, document, headers)
        self._record(bot, name, parameters, status, document, begun)
        if self._telegram.faults.strike("lost_answer", bot.username, name):
            return _lost_answer()
        return _json_response(status, document, headers)

    async def download(self, request: Request) -> Response:
        """Hand out a file that getFile named."""
        try:
            bot = self._bot(request.path_params["token"])
        except BotApiError as error:
            return _json_response(error.code, error.body(), {})
        file = self._telegram.files.by_path(bot.id, request.path_params["file_path"])
        if file is None or file.file_size > DOWNLOAD_BYTES:
            missing = BotApiError(404, "Not Found")
            return _json_response(404, missing.body(), {})
        return FileResponse(
            self._telegram.files.content_path(file), media_type="application/octet-stream"
        )

    def _bot(self, token: str) -> Bot:
        bot = self._telegram.world.bot_by_token(token)
        if bot is not None:
            return bot
        if not TOKEN.fullmatch(token):
            raise BotApiError(401, "Unauthorized: invalid token specified")
        raise BotApiError(401, "Unauthorized")

    async def _perform(
        self, bot: Bot, name: str, parameters: Parameters
    ) -> tuple[int, Mapping[str, object], Mapping[str, str]]:
        method = catalogue.find(name)
        if method is None:
            raise BotApiError(404, "Not Found: method not found")
        await self._strike_faults(bot, name)
        result = await method(Call(self._telegram, bot, parameters))
        document: dict[str, object] = {"ok": True, "result": result}
        if isinstance(result, Described):
            document = {"ok": True, "result": result.result, "description": result.description}
        return 200, document, {}

    async def _strike_faults(self, bot: Bot, method: str) -> None:
        faults = self._telegram.faults
        if fault := faults.strike("slow", bot.username, method):
            await self._telegram.clock.sleep(fault.seconds)
        if fault := faults.strike("too_many_requests", bot.username, method):
            raise too_many_requests(fault.retry_after)
        if fault := faults.strike("server_error", bot.username, method):
            raise BotApiError(fault.status, "Internal Server Error")
        if faults.strike("forbidden", bot.username, method):
            raise forbidden("bot was blocked by the user")

    def _record(
        self,
        bot: Bot,
        name: str,
        parameters: Parameters,
        status: int,
        document: Mapping[str, object],
        begun: float,
    ) -> None:
        files = {
            field: f"<{len(upload.content)} bytes, {upload.mime_type}>"
            for field, upload in parameters.files.items()
        }
        description = document.get("description")
        self._telegram.calls.add(
            RecordedCall(
                at=self._telegram.clock.now(),
                bot=bot.username,
                direction="api",
                method=catalogue.proper_name(name),
                parameters={**parameters.values, **files},
                status=status,
                description=str(description) if description else None,
                milliseconds=(time.perf_counter() - begun) * 1000,
            )
        )

    async def _run_body_method(self, bot: Bot, *, content_type: str, body: bytes) -> None:
        """Run the method in a webhook's answer; its errors reach nobody, as with Telegram."""
        values = _body_values(content_type, body)
        name = str(values.pop("method", ""))
        if not name or name.lower().startswith("get") or name.lower() in _NOT_IN_BODY:
            return
        parameters = Parameters(values)
        begun = time.perf_counter()
        status: int
        document: Mapping[str, object]
        try:
            status, document, _ = await self._perform(bot, name, parameters)
        except BotApiError as error:
            status, document = error.code, error.body()
        self._record(bot, name, parameters, status, document, begun)


async def _read_parameters(request: Request) -> Parameters:
    values: dict[str, Any] = dict(request.query_params)
    if request.method != "POST":
        return Parameters(values)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if int(request.headers.get("content-length") or 0) > _LARGEST_BODY:
        raise BotApiError(413, "Request Entity Too Large")
    try:
        if kind == "multipart/form-data":
            return await _read_multipart(request, values)
        body = await request.body()
    except ClientDisconnect:
        raise bad_request("connection closed") from None
    values.update(_body_values(kind, body, is_strict=True))
    return Parameters(values)


async def _read_multipart(request: Request, values: dict[str, Any]) -> Parameters:
    files = {}
    try:
        async with request.form(max_files=50, max_part_size=_LARGEST_BODY) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(
                        file_name=value.filename or "",
                        mime_type=value.content_type or "application/octet-stream",
                        content=await value.read(),
                    )
                else:
                    values[name] = value
    except HTTPException as error:
        raise bad_request(f"can't parse multipart body: {error.detail}") from None
    return Parameters(values, files)


def _body_values(content_type: str, body: bytes, *, is_strict: bool = False) -> dict[str, Any]:
    """Read a JSON or form body; without `is_strict` what can't be read counts as empty."""
    if not body:
        return {}
    if "json" in content_type or (not content_type and body.lstrip().startswith(b"{")):
        try:
            values = json.loads(body)
        except ValueError:
            if is_strict:
                raise bad_request("can't parse JSON object") from None
            return {}
        return values if isinstance(values, dict) else {}
    if "x-www-form-urlencoded" in content_type:
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return {}


def _json_response(
    status: int, document: Mapping[str, object], headers: Mapping[str, str]
) -> Response:
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, dict(headers), "application/json")


def _lost_answer() -> Response:
    """Promise more than is sent: the connection ends before the answer does."""

    async def nothing() -> AsyncIterator[bytes]:
        for piece in (b"",):
            yield piece

    return StreamingResponse(nothing(), headers={"Content-Length": "64"})
