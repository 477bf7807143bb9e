"""Pressed buttons that wait for the bot's answer."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from engagectl.simulator.chat import Chat
from engagectl.simulator.clock import VirtualClock
from engagectl.simulator.errors import bad_request

ANSWERABLE_SECONDS = 15.0
_KEPT = 10_000


@dataclass(frozen=True)
class _Query:
    bot_id: int
    chat: Chat
    asked_at: float


class CallbackQueries:
    """The callback queries that may still be answered, each once."""

    def __init__(self, clock: VirtualClock) -> None:
        """Start without queries."""
        self._clock = clock
        self._open: OrderedDict[str, _Query] = OrderedDict()

    def ask(self, chat: Chat) -> str:
        """Open a query and return its id."""
        query_id = str(secrets.randbits(62))
        self._open[query_id] = _Query(chat.record.bot_id, chat, self._clock.now())
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)
        return query_id

    def answer(self, query_id: str, bot_id: int) -> Chat:
        """Close a query and return the chat in which it was asked.

        Raises:
            BotApiError: it is unknown, answered, another bot's or too old.
        """
        query = self._open.get(query_id)
        if query is not None and query.bot_id == bot_id:
            del self._open[query_id]
            if self._clock.now() - query.asked_at <= ANSWERABLE_SECONDS:
                return query.chat
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
