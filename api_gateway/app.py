"""The gateway as one application: the webhook first, FastAPI for the rest."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api_gateway.body import BODY_SECONDS
from api_gateway.bot_directory import BotDirectory
from api_gateway.intake import UpdateIntake
from api_gateway.metrics import GatewayMetrics
from api_gateway.redis_address import parse_redis_url
from api_gateway.rest import build_rest
from api_gateway.settings import GatewaySettings, gateway_env_file, load_gateway_settings
from api_gateway.telegram_networks import TelegramNetworks
from api_gateway.webhook import PREFIX, WebhookRoute
from utils.errors import EngageError
from utils.logs import set_up_logging

_REFRESH_SECONDS = 1.0
_logger = logging.getLogger(__name__)


class Gateway:
    """Gives each request to the webhook or to the rest; the webhook passes no framework."""

    def __init__(self, webhook: WebhookRoute, rest: ASGIApp) -> None:
        """Join the two."""
        self._webhook = webhook
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and end."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._webhook(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def create_app() -> Gateway:
    """Build the gateway from its settings.

    Exits with the refusal's three lines when the settings cannot be used: a traceback would
    hide them.
    """
    env_file = gateway_env_file()
    try:
        settings = load_gateway_settings(env_file)
        bots = BotDirectory(settings, env_file)
        address = parse_redis_url(settings.redis_url.get_secret_value())
    except EngageError as error:
        raise SystemExit(str(error)) from None
    _set_up_logging(settings)
    intake = UpdateIntake(address, high_mark=settings.queue_high_mark)
    return _join(settings, bots, intake)


def _set_up_logging(settings: GatewaySettings) -> None:
    set_up_logging("api_gateway", level=settings.log_level, style=settings.log_style)
    # The webhook counts its requests; a line for each would cost more than the request.
    logging.getLogger("uvicorn.access").propagate = False


def _join(settings: GatewaySettings, bots: BotDirectory, intake: UpdateIntake) -> Gateway:
    metrics = GatewayMetrics()
    metrics.watch_connection(lambda: intake.is_connected)
    webhook = WebhookRoute(
        bots=bots, intake=intake, metrics=metrics,
        networks=TelegramNetworks(trusted_proxies=settings.trusted_proxies)
        if settings.telegram_networks_only
        else None,
    )  # fmt: skip

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _logger.info("serving %s", ", ".join(bots.names) or "no bot")
        intake.start()
        chores = [
            asyncio.create_task(_repeat(bots.refresh, _REFRESH_SECONDS)),
            asyncio.create_task(_repeat(webhook.bodies.sweep, BODY_SECONDS)),
        ]
        yield
        for chore in chores:
            chore.cancel()
        await intake.close()

    return Gateway(
        webhook, build_rest(bots=bots, intake=intake, metrics=metrics, lifespan=lifespan)
    )


async def _repeat(chore: Callable[[], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        chore()
