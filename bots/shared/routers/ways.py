"""Commands and the buttons that lead to the same places."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bots.shared.callbacks import Destination, GoTap
from bots.shared.learner_chat import LearnerChat

Way = Callable[[LearnerChat], Awaitable[None]]


def create_router(*, commands: Mapping[str, Way], taps: Mapping[Destination, Way]) -> Router:
    """Return a router that leads each command and each destination its way."""
    router = Router(name="ways")
    for name, way in commands.items():
        router.message.register(_on_command(way), Command(name, ignore_case=True))

    @router.callback_query(GoTap.filter())
    async def go(_query: CallbackQuery, callback_data: GoTap, chat: LearnerChat) -> None:
        await chat.acknowledge()
        way = taps.get(callback_data.to)
        if way is not None:
            await way(chat)

    return router


def _on_command(way: Way) -> Callable[[Message, LearnerChat], Awaitable[None]]:
    async def handle(message: Message, chat: LearnerChat) -> None:  # noqa: ARG001 (aiogram's shape)
        await way(chat)

    return handle
