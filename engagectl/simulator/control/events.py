"""What happens in a person's chats, as Server-Sent Events."""

import json
from collections.abc import AsyncIterator

from engagectl.simulator.records import Json
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.views import view_chat

_KEEP_ALIVE_SECONDS = 15.0


async def event_stream(telegram: Telegram, user_id: int) -> AsyncIterator[bytes]:
    """Yield the person's events until the simulator stops."""
    yield b": connected\n\n"
    async for event in telegram.world.feed.listen(user_id, idle_seconds=_KEEP_ALIVE_SECONDS):
        if event is None:
            yield b": alive\n\n"
        else:
            yield _event(_with_chat(telegram, user_id, event))


def _event(event: Json) -> bytes:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


def _with_chat(telegram: Telegram, user_id: int, event: Json) -> Json:
    """A change of the chat is told by showing how it stands when it is told."""
    if event["type"] != "chat":
        return event
    world = telegram.world
    person, bot = world.person(user_id), world.bot(event["bot"])
    chat = world.chat(bot, person)
    shown = view_chat(chat, bot, now=telegram.clock.now(), language_code=person.language_code)
    return {**event, "chat": shown}
