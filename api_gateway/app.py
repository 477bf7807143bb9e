"""The gateway as one application: the webhook first, FastAPI for the rest."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterator

from fastapi import FastAPI

from api_gateway.body import BODY_SECONDS, SlowBodies
from api_gateway.bot_directory import BotDirectory
from api_gateway.intake import UpdateIntake
from api_gateway.metrics import GatewayMetrics
from api_gateway.redis_address import parse_redis_url
from api_gateway.rest import build_rest
from api_gateway.settings import GatewaySettings, gateway_env_file, load_gateway_settings
from api_gateway.telegram_networks import TelegramNetworks
from api_gateway.webhook import WebhookRoute
from utils.errors import EngageError
from utils.logs import set_up_logging

_REFRESH_SECONDS = 1.0
_logger = logging.getLogger(__name__)


def create_app() -> WebhookRoute:
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


def _join(settings: GatewaySettings, bots: BotDirectory, intake: UpdateIntake) -> WebhookRoute:
    metrics = GatewayMetrics(is_connected=lambda: intake.is_connected)
    slow_bodies = SlowBodies()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _logger.info("serving %s", bots.summary)
        intake.start()
        chores = [
            asyncio.create_task(_repeat(bots.refresh, _REFRESH_SECONDS)),
            asyncio.create_task(_repeat(slow_bodies.sweep, BODY_SECONDS)),
        ]
        with _rare_garbage_collection():
            yield
        for chore in chores:
            chore.cancel()
        await intake.close()

    networks = TelegramNetworks(trusted_proxies=settings.trusted_proxies)
    return WebhookRoute(
        build_rest(bots=bots, intake=intake, metrics=metrics, lifespan=lifespan),
        bots=bots,
        slow_bodies=slow_bodies,
        intake=intake,
        metrics=metrics,
        networks=networks if settings.telegram_networks_only else None,
    )


async def _repeat(chore: Callable[[], None], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        chore()


@contextlib.contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Look for cycles of garbage seldom, and never in what was there at the start.

    A request leaves none. Looking for it as often as Python does by itself costs a third of what
    the webhook does, and each thorough look is a pause that updates wait through.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
