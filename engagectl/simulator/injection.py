"""An update from elsewhere, such as a failed one of a real bot, sent to a bot of the simulator."""

from typing import Any

from engagectl.simulator.chat import Chat
from engagectl.simulator.errors import ControlError
from engagectl.simulator.records import Bot, Json, Message, PendingUpdate, Person
from engagectl.simulator.telegram import Telegram
from engagectl.simulator.views import view_message


def inject(telegram: Telegram, chat: Chat, update: Json) -> PendingUpdate:
    """Send a bot an update as if the person of the chat had just caused it.

    What names a person of this id, or a bot, becomes this chat's person and bot. A message is
    shown in the chat under a number of its own; a pressed button can be answered.

    Raises:
        ControlError: it holds no single kind of update, or the bot does not want that kind.
    """
    kinds = [name for name in update if name != "update_id"]
    if len(kinds) != 1:
        raise ControlError(400, "not_an_update", "an update holds update_id and one thing more")
    bot, person = telegram.parties(chat)
    payload = _recast(update[kinds[0]], bot, person)
    if isinstance(payload, dict):
        payload = _placed(telegram, chat, kinds[0], payload)
    sent = telegram.push(bot, kinds[0], payload, queue_id=person.id)
    if sent is None:
        raise ControlError(409, "kind_not_wanted", f"@{bot.username} takes no {kinds[0]}")
    return sent


def _placed(telegram: Telegram, chat: Chat, kind: str, payload: Json) -> Json:
    """Return the payload after what it speaks of was put into the chat."""
    if kind == "message":
        return _shown(telegram, chat, payload, outgoing=True)
    if kind != "callback_query":
        return payload
    payload = {**payload, "id": telegram.queries.ask(chat)}
    if isinstance(payload.get("message"), dict):
        payload["message"] = _shown(telegram, chat, payload["message"], outgoing=False)
    return payload


def _shown(telegram: Telegram, chat: Chat, body: Json, *, outgoing: bool) -> Json:
    bot, _ = telegram.parties(chat)
    body = {
        **body,
        "message_id": telegram.world.next_message_id(bot),
        "date": telegram.clock.date(),
    }
    if not chat.record.is_started:
        chat.record.is_started = True
        telegram.world.save_chat(chat)
    if _can_be_shown(telegram, chat, body):
        telegram.world.add_message(chat, body, outgoing=outgoing)
    return body


def _can_be_shown(telegram: Telegram, chat: Chat, body: Json) -> bool:
    """A malformed message is delivered, that is what it is for; the page could not draw it."""
    bot_id, user_id = chat.key
    try:
        message = Message(
            bot_id=bot_id,
            user_id=user_id,
            message_id=body["message_id"],
            outgoing=True,
            version=0,
            body=body,
        )
        view_message(telegram.world.polls, message)
    except (AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def _recast(value: Any, bot: Bot, person: Person) -> Any:
    if isinstance(value, list):
        return [_recast(held, bot, person) for held in value]
    if not isinstance(value, dict):
        return value
    if value.get("is_bot") is True:
        return bot.as_user()
    if value.get("id") == person.id and value.get("is_bot") is False:
        return person.as_user()
    if value.get("id") == person.id and value.get("type") == "private":
        return person.as_chat()
    return {name: _recast(held, bot, person) for name, held in value.items()}
