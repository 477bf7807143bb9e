"""The routes of the `/sim` API for what people do beside writing and pressing."""

from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile

from engagectl.simulator.control import shapes
from engagectl.simulator.errors import ControlError
from engagectl.simulator.injection import inject
from engagectl.simulator.parameters import Upload
from engagectl.simulator.people import People
from engagectl.simulator.records import Json, Message
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.views import view_message
from engagectl.simulator.web_apps import sign_init_data


def act_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for voting, reacting, stopping, deleting, forwarding."""
    router = APIRouter(prefix="/sim")
    world, people = telegram.world, People(telegram)

    def shown(message: Message) -> Json:
        return view_message(world.polls, message)

    @router.post("/vote", summary="Vote in a poll")
    async def vote(act: shapes.Vote) -> Json:
        chat = people.chat(act.user_id, act.bot)
        return shown(people.vote(chat, act.message_id, act.option_ids))

    @router.post("/react", summary="React to a message")
    async def react(act: shapes.Reaction) -> Json:
        chat = people.chat(act.user_id, act.bot)
        return shown(people.react(chat, act.message_id, act.emoji))

    @router.post("/stop_draft", summary="Stop the message that the bot is writing")
    async def stop_draft(act: shapes.InChat) -> shapes.Done:
        chat = people.chat(act.user_id, act.bot)
        people.stop_draft(chat)
        return shapes.Done(version=chat.version)

    @router.post("/delete", summary="Delete a message")
    async def delete(act: shapes.OnMessage) -> shapes.Done:
        chat = people.chat(act.user_id, act.bot)
        people.delete(chat, act.message_id)
        return shapes.Done(version=chat.version)

    @router.post("/clear", summary="Delete all messages of a chat")
    async def clear(act: shapes.InChat) -> shapes.Done:
        chat = people.chat(act.user_id, act.bot)
        people.clear(chat)
        return shapes.Done(version=chat.version)

    @router.post("/forward", summary="Forward a message to a bot")
    async def forward(act: shapes.Forward) -> Json:
        chat = people.chat(act.user_id, act.bot)
        return shown(people.forward(chat, act.message_id, act.to_bot))

    return router


def profile_routes(telegram: Telegram) -> APIRouter:
    """Return the routes for profile photos and Mini Apps."""
    router = APIRouter(prefix="/sim")
    world, people = telegram.world, People(telegram)

    @router.post(
        "/users/{user_id}/photo", summary="Give a person a profile photo, for a bot to see"
    )
    async def set_photo(user_id: int, photo: UploadFile, bot: str = Form()) -> shapes.Done:
        person = world.person(user_id)
        content = await photo.read()
        kind = photo.content_type or "image/jpeg"
        upload = Upload(photo.filename or "photo.jpg", kind, content)
        file = await telegram.files.store(world.bot(bot).id, "photo", upload)
        person.photo_file_ids.insert(0, file.file_id)
        world.save_person(person)
        return shapes.Done()

    @router.post("/web_app", summary="Open a Mini App: its address with signed init data")
    async def open_web_app(act: shapes.WebAppOpening) -> Json:
        bot, person = world.bot(act.bot), world.person(act.user_id)
        button = bot.menu_buttons.get(str(person.id)) or bot.menu_buttons.get("", {})
        url = act.url or button.get("web_app", {}).get("url")
        if not url:
            raise ControlError(404, "web_app_not_found", f"@{bot.username} has no Mini App")
        init_data = sign_init_data(
            bot, person, now=telegram.clock.date(), start_param=act.start_param
        )
        fragment = f"tgWebAppData={quote(init_data, safe='')}&tgWebAppVersion=9.1"
        return {
            "url": f"{url}#{fragment}&tgWebAppPlatform=web",
            "init_data": init_data,
        }

    @router.post("/web_app_data", summary="Send what a Mini App hands to its bot")
    async def send_web_app_data(act: shapes.WebAppData) -> Json:
        chat = people.chat(act.user_id, act.bot)
        message = people.send_web_app_data(chat, act.button_text, act.data)
        return view_message(world.polls, message)

    return router


def injection_routes(telegram: Telegram) -> APIRouter:
    """Return the route by which updates from elsewhere reach a bot."""
    router = APIRouter(prefix="/sim")
    people = People(telegram)

    @router.post("/inject", summary="Send the bot an update that came from elsewhere")
    async def inject_update(act: shapes.Injection) -> shapes.Injected:
        chat = people.chat(act.user_id, act.bot)
        sent = inject(telegram, chat, act.update)
        return shapes.Injected(update_id=sent.update_id, kind=sent.kind, version=chat.version)

    return router
