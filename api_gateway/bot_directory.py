"""Which bots the gateway serves now: bots come and go without a restart."""

import logging
from enum import Enum
from hmac import compare_digest
from pathlib import Path

from api_gateway.settings import (
    GatewaySettings,
    ServedBots,
    WebhookSecrets,
    read_bots,
)
from utils.errors import EngageError

_logger = logging.getLogger(__name__)
_MOST_NAMED = 20
_NOBODY = WebhookSecrets()


class Admission(Enum):
    """What a request's bot and secret amount to."""

    ADMITTED = 200
    WRONG_SECRET = 401
    UNKNOWN_BOT = 404
    BOT_GONE = 410


_ADMITTED = Admission.ADMITTED


class BotDirectory:
    """The bots of the gateway's `.env`, read again when the file changes.

    A bot taken out of the file is remembered as gone as long as the process lives.
    """

    def __init__(self, settings: GatewaySettings, env_file: Path) -> None:
        """Read the bots.

        Raises:
            SettingsError, EnvFileError: the entries cannot be used.
        """
        self._settings = settings
        self._env_file = env_file
        self._stamp = _stamp(env_file)
        self._served: ServedBots = read_bots(settings, env_file)
        self._gone: dict[str, WebhookSecrets] = {}

    @property
    def names(self) -> list[str]:
        """The names of the bots served now."""
        return list(self._served.secrets)

    @property
    def summary(self) -> str:
        """The bots in a few words, for a log line."""
        names = self.names
        return ", ".join(names) if 0 < len(names) <= _MOST_NAMED else f"{len(names)} bots"

    def admit(self, bot_name: str, secret: bytes) -> Admission:
        """Compare a request's secret, in constant time, with those of the bot it names.

        Whether a bot exists shows only to who holds a right secret: its own (during a change the
        one before or after it), that of the bot that is gone, or the one shared by all.
        """
        if compare_digest(secret, self._served.secrets.get(bot_name, _NOBODY).current):
            return _ADMITTED
        # Looked at for every refusal alike: a bot that exists must not take less time.
        self.refresh()
        return self._judge(bot_name, secret)

    def _judge(self, bot_name: str, secret: bytes) -> Admission:
        is_known = _is_one_of(self._served.secrets.get(bot_name, _NOBODY), secret)
        is_gone = _is_one_of(self._gone.get(bot_name, _NOBODY), secret)
        is_shared = compare_digest(secret, self._served.shared_secret)
        if bot_name in self._served.secrets:
            return Admission.ADMITTED if is_known else Admission.WRONG_SECRET
        if is_gone:
            return Admission.BOT_GONE
        return Admission.UNKNOWN_BOT if is_shared else Admission.WRONG_SECRET

    def refresh(self) -> None:
        """Read the file again if it changed; a file with a fault changes nothing."""
        stamp = _stamp(self._env_file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            served = read_bots(self._settings, self._env_file)
        except EngageError as error:
            _logger.warning("the bots stay as they were: %s", error)
            return
        self._replace(served)

    def _replace(self, served: ServedBots) -> None:
        before = self._served.secrets
        removed = {name: before[name] for name in before if name not in served.secrets}
        self._gone = {
            name: secret
            for name, secret in {**self._gone, **removed}.items()
            if name not in served.secrets
        }
        self._served = served
        _logger.info("serving %s", self.summary)


def _is_one_of(known: WebhookSecrets, secret: bytes) -> bool:
    return compare_digest(secret, known.current) or compare_digest(secret, known.following)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
