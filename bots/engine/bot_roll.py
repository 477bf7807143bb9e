"""The bots that a process knows, found at one look by folder, by BOT_NAME or by key."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from aiogram import Bot

from bots.engine.bot_settings import BotSettings, Command
from bots.engine.core_client import CoreClient
from bots.engine.loaded_bot import LoadedBot, SharedConnections, open_bot
from utils.bot_registry import BotFolder


@dataclass(eq=False, slots=True)
class ServedBot:
    """A bot whose updates are taken; its handlers are imported, or will be when needed.

    Attributes:
        folder: where it lies.
        settings: its names and keys.
        bot: its way to Telegram.
        core: its way to the core.
        loaded: its handlers, None while they are not in memory.
        commands: its menu; None as long as its folder has never been loaded.
        uses_shared: whether its modules import from the packages beside the bots.
    """

    folder: BotFolder
    settings: BotSettings
    bot: Bot
    core: CoreClient
    loaded: LoadedBot | None = None
    commands: tuple[Command, ...] | None = None
    uses_shared: bool = False

    @classmethod
    def known(
        cls, folder: BotFolder, settings: BotSettings, connections: SharedConnections
    ) -> "ServedBot":
        """Return a bot of which no more than the settings is known."""
        core = CoreClient(connections.core, key=settings.drf_internal_key.get_secret_value())
        return cls(folder, settings, open_bot(settings, connections), core)

    @classmethod
    def loaded_as(cls, loaded: LoadedBot, connections: SharedConnections) -> "ServedBot":
        """Return a bot with its handlers."""
        served = cls.known(loaded.folder, loaded.settings, connections)
        served.loaded = loaded
        served.bot = loaded.bot
        served.commands = loaded.commands
        served.uses_shared = loaded.modules.uses_shared
        return served

    @property
    def name(self) -> str:
        """The BOT_NAME."""
        return self.settings.bot_name

    @property
    def internal_key(self) -> str:
        """The BOT_INTERNAL_KEY, which opens `POST /internal/update` for this bot."""
        return self.settings.bot_internal_key.get_secret_value()

    @property
    def core_key(self) -> str:
        """The DRF_INTERNAL_KEY, which the bot shares with the core."""
        return self.settings.drf_internal_key.get_secret_value()


class BotRoll:
    """All bots of the process."""

    def __init__(self) -> None:
        """Know no bot."""
        self._by_folder: dict[str, ServedBot] = {}
        self._by_name: dict[str, ServedBot] = {}
        self._by_token: dict[str, ServedBot] = {}
        self._internal_keys = _KeyRing()
        self._core_keys = _KeyRing()

    def __iter__(self) -> Iterator[ServedBot]:
        """Go through all bots."""
        return iter(self._by_folder.values())

    def __len__(self) -> int:
        """Return how many bots there are."""
        return len(self._by_folder)

    def at(self, folder_name: str) -> ServedBot | None:
        """Return the bot of this folder."""
        return self._by_folder.get(folder_name)

    def named(self, bot_name: str) -> ServedBot | None:
        """Return the bot with this BOT_NAME."""
        return self._by_name.get(bot_name)

    def twin_of(self, folder_name: str, settings: BotSettings) -> ServedBot | None:
        """Return a bot of another folder that has the same BOT_NAME or BOT_TOKEN."""
        token = settings.bot_token.get_secret_value()
        for found in (self._by_name.get(settings.bot_name), self._by_token.get(token)):
            if found is not None and found.folder.name != folder_name:
                return found
        return None

    def put(self, served: ServedBot) -> None:
        """Add a bot in the place of the one that had its folder until now."""
        self.remove(served.folder.name)
        self._by_folder[served.folder.name] = served
        self._by_name[served.name] = served
        self._by_token[served.bot.token] = served
        self._internal_keys.add(served.internal_key)
        self._core_keys.add(served.core_key)

    def remove(self, folder_name: str) -> ServedBot | None:
        """Forget the bot of a folder and return it."""
        gone = self._by_folder.pop(folder_name, None)
        if gone is not None:
            del self._by_name[gone.name]
            del self._by_token[gone.bot.token]
            self._internal_keys.remove(gone.internal_key)
            self._core_keys.remove(gone.core_key)
        return gone

    def knows_key(self, key: str) -> bool:
        """Tell whether `key` is the BOT_INTERNAL_KEY of any bot."""
        return key in self._internal_keys

    def knows_core_key(self, key: str) -> bool:
        """Tell whether `key` is the DRF_INTERNAL_KEY of any bot."""
        return key in self._core_keys


class _KeyRing:
    """Keys looked up by a digest under a secret of the process.

    One look takes the same time for a thousand bots as for one, and what it takes says nothing
    about any key: who guesses cannot know a guess's digest.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._digests: Counter[bytes] = Counter()

    def add(self, key: str) -> None:
        self._digests[self._digest(key)] += 1

    def remove(self, key: str) -> None:
        digest = self._digest(key)
        self._digests[digest] -= 1
        if not self._digests[digest]:
            del self._digests[digest]

    def __contains__(self, key: str) -> bool:
        return self._digest(key) in self._digests

    def _digest(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode(errors="replace"), key=self._secret).digest()
