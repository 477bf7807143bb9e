"""One bot made ready to handle updates, from its folder."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.types import Update
from pydantic import ValidationError

from bots.engine import fallback
from bots.engine.blocking import ChatStateMiddleware
from bots.engine.bot_settings import BotSettings, Command, read_bot_settings
from bots.engine.core_client import CoreClient
from bots.engine.core_connections import CoreConnections
from bots.engine.failures import UnfitUpdateError
from bots.engine.generations import ROOT, Generation
from bots.engine.middlewares import FailureMiddleware, LearnerMiddleware, tell, translator_for
from bots.engine.slim_routers import make_slim
from bots.engine.translating import Catalogues
from utils.bot_registry import BotFolder
from utils.errors import EngageError
from utils.update_envelope import UpdateEnvelope

ENGINE_LOCALE = Path(__file__).parent / "locale"
_DEFAULTS = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
_logger = logging.getLogger(__name__)


class BotLoadError(EngageError):
    """A bot's folder does not load; the others serve."""


@dataclass(frozen=True)
class SharedConnections:
    """What all bots of the process use together."""

    telegram: BaseSession
    core: CoreConnections


@dataclass(frozen=True)
class LoadedBot:
    """A bot that handles updates."""

    folder: BotFolder
    settings: BotSettings
    bot: Bot
    dispatcher: Dispatcher
    catalogues: Catalogues
    commands: tuple[Command, ...]
    modules: Generation

    @property
    def name(self) -> str:
        """The BOT_NAME."""
        return self.settings.bot_name

    async def handle(self, envelope: UpdateEnvelope) -> None:
        """Run the update through the bot's handlers.

        Raises:
            UnfitUpdateError: the body is no update that the Bot API knows.
            Exception: whatever a handler raises.
        """
        update = self._parse(envelope)
        if _is_of_known_kind(update):
            key = f"{envelope.bot_name}:{envelope.update_id}"
            await self.dispatcher.feed_update(self.bot, update, update_key=key)

    async def apologise(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update could not be handled."""
        update = self._parse(envelope)
        translate = translator_for(update, self.catalogues)
        text = translate("Something went wrong on my side, and I have noted it. Please try again.")
        await tell(self.bot, update, text)

    async def announce_outage(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update waits for the core."""
        update = self._parse(envelope)
        translate = translator_for(update, self.catalogues)
        text = translate(
            "I cannot reach my notebook just now. I have your message and will answer as soon as "
            "I can: nothing is lost."
        )
        await tell(self.bot, update, text)

    def _parse(self, envelope: UpdateEnvelope) -> Update:
        try:
            return Update.model_validate_json(envelope.body, context={"bot": self.bot})
        except ValidationError as error:
            places = sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
            raise UnfitUpdateError(
                "the body is no update of the Bot API",
                why=f"wrong or missing: {', '.join(places)}",
                mend="compare it with https://core.telegram.org/bots/api#update",
            ) from None


def open_bot(settings: BotSettings, connections: SharedConnections) -> Bot:
    """Return the bot's way to Telegram."""
    token = settings.bot_token.get_secret_value()
    return Bot(token, session=connections.telegram, default=_DEFAULTS)


def load_bot(
    folder: BotFolder,
    connections: SharedConnections,
    *,
    shared: Generation | None = None,
    before: Generation | None = None,
    is_anew: bool = False,
) -> LoadedBot:
    """Import a bot's modules as a new generation and build the bot.

    Args:
        folder: where it lies.
        connections: what all bots use together.
        shared: the packages that bots import from; None leaves them to Python.
        before: the bot's modules until now; they stay in their place when this fails.
        is_anew: trust no bytecode, because the files were changed a moment ago.

    Raises:
        BotLoadError: what the folder's own code raised, with its place.
        EngageError: the settings cannot be used.
    """
    modules = Generation({folder.name: folder.path}, beside=shared, is_anew=is_anew)
    try:
        loaded = _build(folder, modules, connections)
    except EngageError:
        modules.withdraw(before)
        raise
    except BaseException as error:
        modules.withdraw(before)
        raise load_error(folder.name, folder.path, error) from error
    modules.keep_sources()
    modules.take_over_from(before)
    return loaded


def _build(folder: BotFolder, modules: Generation, connections: SharedConnections) -> LoadedBot:
    config = _imported(modules, f"{ROOT}.{folder.name}.config", folder.path / "config.py")
    settings_class = getattr(config, "Settings", BotSettings) if config else BotSettings
    settings = read_bot_settings(folder, settings_class)
    handlers = _imported(modules, f"{ROOT}.{folder.name}.handlers", folder.path / "handlers")
    router = _call(folder, getattr(handlers, "create_router", None))
    catalogues = Catalogues.read(folder.path / "locale", ENGINE_LOCALE)
    return LoadedBot(
        folder=folder,
        settings=settings,
        bot=open_bot(settings, connections),
        dispatcher=_dispatcher(folder, settings, catalogues, router, connections),
        catalogues=catalogues,
        commands=tuple(getattr(config, "COMMANDS", ())) if config else (),
        modules=modules,
    )


def _dispatcher(
    folder: BotFolder,
    settings: BotSettings,
    catalogues: Catalogues,
    router: Router,
    connections: SharedConnections,
) -> Dispatcher:
    core = CoreClient(connections.core, key=settings.drf_internal_key.get_secret_value())
    dispatcher = Dispatcher(
        disable_fsm=True, name=folder.name, core=core, settings=settings, catalogues=catalogues
    )
    dispatcher.update.outer_middleware(FailureMiddleware())
    dispatcher.update.outer_middleware(ChatStateMiddleware(core))
    dispatcher.update.outer_middleware(LearnerMiddleware(core, catalogues))
    dispatcher.include_routers(router, fallback.create_router())
    make_slim(dispatcher)
    return dispatcher


def _imported(modules: Generation, name: str, path: Path) -> ModuleType | None:
    return modules.module(name) if path.exists() else None


def _call(folder: BotFolder, create_router: Callable[[], Router] | None) -> Router:
    if create_router is None:
        raise BotLoadError(
            f"{folder.name} has no handlers",
            why="there is no create_router() in its handlers/__init__.py",
            mend="write it as bots/README.md shows",
        )
    return create_router()


def load_error(name: str, folder: Path, error: BaseException) -> BotLoadError:
    """Return what the folder's own code raised, with its place."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(str(folder))
    ]  # fmt: skip
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return BotLoadError(
        f"{name} does not load",
        why=f"{type(error).__name__}: {error}{place}",
        mend="mend the file; it is loaded again when it is saved",
    )


def _is_of_known_kind(update: Update) -> bool:
    try:
        return bool(update.event_type)
    except LookupError:
        _logger.warning("update %s is of a kind that aiogram does not know", update.update_id)
        return False
