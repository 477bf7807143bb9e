"""One bot made ready to handle updates, from its folder."""

import importlib
import importlib.util
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import httpx2
from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.types import BotCommand, Update
from pydantic import ValidationError

from bots.engine import fallback
from bots.engine.blocking import ChatStateMiddleware
from bots.engine.bot_settings import BotSettings, Command, read_bot_settings
from bots.engine.core_client import CoreClient
from bots.engine.failures import UnfitUpdateError
from bots.engine.middlewares import FailureMiddleware, LearnerMiddleware, tell, translator_for
from bots.engine.translating import Catalogues
from utils.bot_registry import BotFolder
from utils.errors import EngageError
from utils.update_envelope import UpdateEnvelope

ENGINE_LOCALE = Path(__file__).parent / "locale"
_logger = logging.getLogger(__name__)


class BotLoadError(EngageError):
    """A bot's folder does not load; the others serve."""


@dataclass(frozen=True)
class SharedConnections:
    """What all bots of the process use together."""

    telegram: BaseSession
    core: httpx2.AsyncClient


@dataclass(frozen=True)
class LoadedBot:
    """A bot that handles updates."""

    folder: BotFolder
    settings: BotSettings
    bot: Bot
    dispatcher: Dispatcher
    catalogues: Catalogues
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        """The BOT_NAME."""
        return self.settings.bot_name

    @property
    def internal_key(self) -> str:
        """The key that opens `POST /internal/update` for this bot."""
        return self.settings.bot_internal_key.get_secret_value()

    @property
    def core_key(self) -> str:
        """The key that the bot shares with the core, which opens `POST /internal/message`."""
        return self.settings.drf_internal_key.get_secret_value()

    @property
    def core(self) -> CoreClient:
        """The core's API with this bot's key."""
        core: CoreClient = self.dispatcher["core"]
        return core

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

    async def introduce(self) -> None:
        """See whether Telegram knows the token, and put the commands menu there.

        The menu is in Russian by default, and in English.

        Raises:
            TelegramUnauthorizedError: Telegram does not accept the token.
            TelegramAPIError: Telegram cannot be reached, or refuses the menu.
        """
        await self.bot.get_me()
        for language in (None, "ru", "en"):
            menu = [
                BotCommand(command=each.name, description=each.en if language == "en" else each.ru)
                for each in self.commands
            ]
            if menu:
                await self.bot.set_my_commands(menu, language_code=language)

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


def load_bot(folder: BotFolder, connections: SharedConnections) -> LoadedBot:
    """Import a bot's modules anew and build the bot.

    When that fails, the modules imported before are put back, so that a bot serving already can
    go on.

    Raises:
        BotLoadError: what the folder's own code raised, with its place.
        EngageError: the settings cannot be used.
    """
    with _fresh_modules(folder):
        config = _imported(f"bots.{folder.name}.config", folder.path / "config.py")
        settings_class = getattr(config, "Settings", BotSettings) if config else BotSettings
        settings = read_bot_settings(folder, settings_class)
        handlers = _imported(f"bots.{folder.name}.handlers", folder.path / "handlers")
        router = _call(folder, getattr(handlers, "create_router", None))
        commands = tuple(getattr(config, "COMMANDS", ())) if config else ()
        return _assemble(folder, settings, router, commands, connections)


def _assemble(
    folder: BotFolder,
    settings: BotSettings,
    router: Router,
    commands: tuple[Command, ...],
    connections: SharedConnections,
) -> LoadedBot:
    catalogues = Catalogues.read(folder.path / "locale", ENGINE_LOCALE)
    core = CoreClient(connections.core, key=settings.drf_internal_key.get_secret_value())
    dispatcher = Dispatcher(
        disable_fsm=True, name=folder.name, core=core, settings=settings, catalogues=catalogues
    )
    dispatcher.update.outer_middleware(FailureMiddleware())
    dispatcher.update.outer_middleware(ChatStateMiddleware(core))
    dispatcher.update.outer_middleware(LearnerMiddleware(core, catalogues))
    dispatcher.include_routers(router, fallback.create_router())
    bot = Bot(
        settings.bot_token.get_secret_value(),
        session=connections.telegram,
        default=DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True),
    )
    return LoadedBot(folder, settings, bot, dispatcher, catalogues, commands)


def purge_modules(package: str) -> dict[str, ModuleType]:
    """Take a package out of the imported modules and return what was there."""
    names = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def _fresh_modules(folder: BotFolder) -> Iterator[None]:
    package = f"bots.{folder.name}"
    before = purge_modules(package)
    if before:
        forget_bytecode(folder.path)
    importlib.invalidate_caches()
    try:
        yield
    except EngageError:
        _put_back(package, before)
        raise
    except BaseException as error:
        _put_back(package, before)
        raise _load_error(folder, error) from error


def _put_back(package: str, before: dict[str, ModuleType]) -> None:
    purge_modules(package)
    sys.modules.update(before)


def forget_bytecode(folder: Path) -> None:
    """Remove compiled files: one is taken for fresh when a source changed within a second."""
    for source in folder.rglob("*.py"):
        Path(importlib.util.cache_from_source(str(source))).unlink(missing_ok=True)


def _imported(module: str, path: Path) -> ModuleType | None:
    return importlib.import_module(module) if path.exists() else None


def _call(folder: BotFolder, create_router: Callable[[], Router] | None) -> Router:
    if create_router is None:
        raise BotLoadError(
            f"{folder.name} has no handlers",
            why="there is no create_router() in its handlers/__init__.py",
            mend="write it as bots/README.md shows",
        )
    return create_router()


def _load_error(folder: BotFolder, error: BaseException) -> BotLoadError:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(str(folder.path))
    ]  # fmt: skip
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return BotLoadError(
        f"{folder.name} does not load",
        why=f"{type(error).__name__}: {error}{place}",
        mend="mend the file; the bot is loaded again when it is saved",
    )


def _is_of_known_kind(update: Update) -> bool:
    try:
        return bool(update.event_type)
    except LookupError:
        _logger.warning("update %s is of a kind that aiogram does not know", update.update_id)
        return False
