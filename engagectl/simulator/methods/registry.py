"""Which methods there are, by name in any case, and what one gets to work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from engagectl.simulator.chat import Chat
from engagectl.simulator.errors import bad_request, forbidden
from engagectl.simulator.parameters import Parameters
from engagectl.simulator.records import Bot, Message
from engagectl.simulator.telegram import Telegram


class Described:
    """A result that comes with Telegram's own remark on it."""

    def __init__(self, result: Any, description: str) -> None:
        """Keep both."""
        self.result = result
        self.description = description


@dataclass(frozen=True)
class Call:
    """One call of a method by a bot."""

    telegram: Telegram
    bot: Bot
    parameters: Parameters

    def chat(self, name: str = "chat_id") -> Chat:
        """Return the chat that a parameter names.

        Raises:
            BotApiError: there is none, or the person has not started the bot yet.
        """
        named = self.parameters.text(name)
        if not named:
            raise bad_request(f"{name} is empty")
        world = self.telegram.world
        chat_id = self.parameters.integer(name)
        if chat_id in world.bots or (named.startswith("@") and world.find_bot(named)):
            raise forbidden("bots can't send messages to bots")
        chat = world.chats.get((self.bot.id, chat_id))
        if chat is None or not chat.record.is_started:
            raise bad_request("chat not found")
        return chat

    def open_chat(self, name: str = "chat_id") -> Chat:
        """Return the chat that a parameter names, if the bot may write there.

        Raises:
            BotApiError: there is none, or the person blocked the bot.
        """
        chat = self.chat(name)
        if chat.record.is_blocked:
            raise forbidden("bot was blocked by the user")
        return chat

    def message(self, chat: Chat, *, purpose: str) -> Message:
        """Return the message that `message_id` names.

        Raises:
            BotApiError: there is none; `purpose` says what it was wanted for, such as `edit`.
        """
        message_id = self.parameters.integer("message_id")
        if message := chat.messages.get(message_id):
            return message
        if message_id <= 0 and purpose == "edit":
            raise bad_request("message identifier is not specified")
        raise bad_request(f"message to {purpose} not found")


Method = Callable[[Call], Awaitable[Any]]
METHODS: dict[str, Method] = {}
"""The methods by their names in small letters."""
NAMES: dict[str, str] = {}
"""Their names as Telegram writes them."""


def method(name: str) -> Callable[[Method], Method]:
    """Enter a function as the Bot API's method of that name."""

    def enter(function: Method) -> Method:
        METHODS[name.lower()] = function
        NAMES[name.lower()] = name
        return function

    return enter
