"""The bots that may call the core: bots come and go without a restart."""

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from engageai_core.core_settings import core_env_file, internal_bots, numbered_settings
from utils.errors import EngageError

_logger = logging.getLogger(__name__)
_Stamp = tuple[int, int, int]


@dataclass
class KnownBots:
    """Keys and names by number, read again when the core's `.env` changes.

    A file with a fault changes nothing, and is told of in the log.
    """

    keys: dict[str, str] = field(default_factory=lambda: settings.INTERNAL_BOTS)
    names: dict[str, str] = field(default_factory=lambda: settings.INTERNAL_BOT_NAMES)
    _stamp: _Stamp | None = field(default_factory=lambda: _stamp(core_env_file()))

    def refresh(self) -> None:
        """Read the file again if it changed."""
        stamp = _stamp(core_env_file())
        if stamp == self._stamp:
            return
        self._stamp = stamp
        environment = dict(os.environ)  # noqa: TID251 (the environment beats the file here too)
        try:
            keys = internal_bots(environment, is_production=settings.ENGAGE_PRODUCTION)
            names = numbered_settings("BOT_NAME_", environment)
        except EngageError as error:
            _logger.warning("the bots stay as they were: %s", error)
            return
        self.keys, self.names = keys, names
        _logger.info("%s bots may call", len(keys))


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


known_bots = KnownBots()
