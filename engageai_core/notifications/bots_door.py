"""The bots' door for messages to learners: POST /internal/message."""

import logging
from enum import Enum
from types import TracebackType
from typing import Self

import httpx2
from django.conf import settings

from engageai_core.common.known_bots import known_bots
from engageai_core.notifications.models import Push
from utils.internal_auth import HEADER

_UNFIT = frozenset({400, 413, 422})
_logger = logging.getLogger(__name__)


class Reception(Enum):
    """What the bots say to a push."""

    TAKEN = "taken"
    LATER = "later"
    """They take nothing now, or do not serve this bot now."""
    UNFIT = "the bots cannot use the message"
    BOT_GONE = "the bot is gone"


class BotsDoor:
    """One connection to the bots, for a number of pushes."""

    def __init__(self) -> None:
        known_bots.refresh()
        self._http = httpx2.Client(
            base_url=settings.INTERNAL_BOT_API_URL,
            timeout=httpx2.Timeout(5.0, connect=2.0),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def offer(self, push: Push) -> Reception:
        """Give the bots a push, whose chat is loaded; a repeat is a duplicate to them."""
        number = push.chat.bot_number
        key = known_bots.keys.get(number)
        if not key:
            return Reception.BOT_GONE
        name = known_bots.names.get(number) or push.chat.bot_name
        try:
            response = self._http.post(
                "/internal/message", json=_message(push, name), headers={HEADER: key}
            )
        except httpx2.TransportError as error:
            _logger.warning("the bots take no messages: %s", type(error).__name__)
            return Reception.LATER
        if response.is_success:
            return Reception.TAKEN
        _logger.warning("the bots answer %d to push %d", response.status_code, push.pk)
        return Reception.UNFIT if response.status_code in _UNFIT else Reception.LATER


def is_known(bot_number: str) -> bool:
    """Tell whether the bot may still call the core, and so be given messages."""
    known_bots.refresh()
    return bool(known_bots.keys.get(bot_number))


def _message(push: Push, bot_name: str) -> dict[str, object]:
    message = {
        "bot_name": bot_name,
        "chat_id": push.chat.chat_id,
        "text": push.text,
        "key": push.key,
        "silent": push.is_silent,
        "bulk": push.broadcast_id is not None,
        "push_id": push.pk,
    }
    return message | ({"buttons": push.buttons} if push.buttons else {})
