"""Who calls: a bot, known by its internal key."""

from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from engageai_core.common.known_bots import known_bots
from engageai_core.common.throttle import count_failure, refuse_after_many_failures
from engageai_core.common.traces import CALLER
from utils.internal_auth import HEADER, owner_of_key


@dataclass(frozen=True)
class InternalBot:
    """A bot that proved itself by its key.

    Attributes:
        number: its number `<n>` in BOT_SYSTEM_KEY_<n>.
        name: its BOT_NAME_<n>, else `bot <n>`.
    """

    number: str
    name: str

    @property
    def is_authenticated(self) -> bool:
        """Always true: a request without a right key never becomes a bot."""
        return True


class InternalKeyAuthentication(BaseAuthentication):
    """Checks X-Internal-Key against INTERNAL_BOTS, as its file stands now, in constant time."""

    def authenticate(self, request: Request) -> tuple[InternalBot, str] | None:
        """Return the calling bot, or None when the header is missing."""
        given = request.headers.get(HEADER, "")
        if not given:
            return None
        address = str(request.META.get("REMOTE_ADDR", ""))
        known_bots.refresh()
        number = owner_of_key(given, known_bots.keys)
        if number is None:
            refuse_after_many_failures(address)
            count_failure(address)
            raise NotAuthenticated("The internal key is not known here.")
        name = known_bots.names.get(number) or f"bot {number}"
        request.META[CALLER] = name
        return InternalBot(number=number, name=name), number

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 (DRF's signature)
        """Name the scheme, which makes a refusal 401 instead of 403."""
        return HEADER


def calling_bot(request: Request) -> InternalBot:
    """Return the bot that calls; the permission class has made sure there is one."""
    user: Any = request.user
    if not isinstance(user, InternalBot):
        raise NotAuthenticated("The internal key is missing.")
    return user
