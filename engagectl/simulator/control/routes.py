"""The routes of the `/sim` API that a chat is made of."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from engagectl.simulator.chat import Chat
from engagectl.simulator.control import shapes
from engagectl.simulator.control.events import event_stream
from engagectl.simulator.people import People
from engagectl.simulator.records import Bot, Json, Message
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.views import view_answer, view_bot, view_chat, view_message


def account_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for bots and people."""
    router = APIRouter(prefix="/sim")
    world = telegram.world

    @router.post("/bots", summary="Make a bot, or find the one of that username")
    async def make_bot(new: shapes.NewBot) -> shapes.BotOut:
        return _bot_out(world.add_bot(new.username, new.token, new.name))

    @router.get("/bots", summary="List the bots")
    async def list_bots() -> list[shapes.BotOut]:
        return [_bot_out(bot) for bot in world.bots.values()]

    @router.post("/users", summary="Make a person, or find the one of that id")
    async def make_user(new: shapes.NewUser) -> shapes.UserOut:
        person = world.people.get(new.id or 0) or world.add_person(
            person_id=new.id, **new.model_dump(exclude={"id"})
        )
        return shapes.UserOut.model_validate(person, from_attributes=True)

    @router.get("/users", summary="List the people")
    async def list_users() -> list[shapes.UserOut]:
        return [
            shapes.UserOut.model_validate(person, from_attributes=True)
            for person in world.people.values()
        ]

    @router.get("/chats", summary="List the bots as a person's list of chats")
    async def list_chats(user_id: int) -> list[Json]:
        person = world.person(user_id)
        by_bot = {chat.record.bot_id: chat for chat in world.chats_of(person)}
        return [
            _chat_line(telegram, bot, by_bot.get(bot.id), person.language_code)
            for bot in world.bots.values()
        ]

    return router


def talk_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for starting, editing, pressing and blocking."""
    router = APIRouter(prefix="/sim")
    world, people = telegram.world, People(telegram)

    @router.post("/start", summary="Press Start, or follow a deep link")
    async def start(act: shapes.Start) -> Json:
        chat = people.chat(act.user_id, act.bot)
        return view_message(world.polls, people.start(chat, act.payload))

    @router.post("/edit", summary="Edit one's own message")
    async def edit(act: shapes.Edit) -> Json:
        chat = people.chat(act.user_id, act.bot)
        return view_message(world.polls, people.edit(chat, act.message_id, act.text))

    @router.post("/tap", summary="Press an inline button")
    async def tap(act: shapes.Tap) -> shapes.Tapped:
        chat = people.chat(act.user_id, act.bot)
        query_id = people.tap(chat, act.message_id, act.data)
        answer = await _await_answer(chat, query_id, act.wait)
        return shapes.Tapped(callback_query_id=query_id, version=chat.version, answer=answer)

    @router.post("/block", summary="Block the bot")
    async def block(act: shapes.InChat) -> shapes.Done:
        chat = people.chat(act.user_id, act.bot)
        people.block(chat)
        return shapes.Done(version=chat.version)

    @router.post("/unblock", summary="Unblock the bot")
    async def unblock(act: shapes.InChat) -> shapes.Done:
        chat = people.chat(act.user_id, act.bot)
        people.unblock(chat)
        return shapes.Done(version=chat.version)

    return router


def reading_routes(telegram: Telegram) -> APIRouter:
    """Return the routes by which a person's chats are read and followed."""
    router = APIRouter(prefix="/sim")
    world, people = telegram.world, People(telegram)

    @router.get("/history", summary="Read a chat, waiting for something new")
    async def history(
        user_id: int,
        bot: str,
        after: int = -1,
        wait: Annotated[float, Query(ge=0, le=60)] = 0,
    ) -> shapes.History:
        chat = people.chat(user_id, bot)
        if wait and chat.version <= after:
            await chat.wait_for_change(after, wait)
        return _history(telegram, chat, after)

    @router.get("/events", summary="Follow a person's chats (Server-Sent Events)")
    async def events(user_id: int) -> StreamingResponse:
        world.person(user_id)
        return StreamingResponse(
            event_stream(telegram, user_id),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


def _bot_out(bot: Bot) -> shapes.BotOut:
    return shapes.BotOut(
        id=bot.id, username=bot.username, name=bot.as_user()["first_name"], token=bot.token
    )


def _chat_line(telegram: Telegram, bot: Bot, chat: Chat | None, language: str | None) -> Json:
    last: Message | None = None
    if chat is not None and chat.messages:
        last = chat.messages[max(chat.messages)]
    return {
        "bot": view_bot(bot, language_code=language),
        "version": chat.version if chat else 0,
        "is_started": chat is not None and chat.record.is_started,
        "is_blocked": chat is not None and chat.record.is_blocked,
        "last_message": view_message(telegram.world.polls, last) if last else None,
    }


def _history(telegram: Telegram, chat: Chat, after: int) -> shapes.History:
    bot, person = telegram.parties(chat)
    return shapes.History.model_construct(
        version=chat.version,
        messages=[
            view_message(telegram.world.polls, message) for message in chat.changed_since(after)
        ],
        deleted=[key for key, version in chat.record.deleted.items() if version > after],
        chat=view_chat(chat, bot, now=telegram.clock.now(), language_code=person.language_code),
        callback_answers=[view_answer(answer) for answer in chat.answers if answer.version > after],
    )


async def _await_answer(chat: Chat, query_id: str, seconds: float) -> Json | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        version = chat.version
        for answer in reversed(chat.answers):
            if answer.callback_query_id == query_id:
                return view_answer(answer)
        left = deadline - loop.time()
        if left <= 0:
            return None
        await chat.wait_for_change(version, left)
