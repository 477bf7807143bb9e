"""Methods that delete, forward, copy, pin and react, and that tell about a chat."""

from typing import Any

from engagectl.simulator.chat import Chat
from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import read_caption, send, without_nesting
from engagectl.simulator.parameters import Parameters
from engagectl.simulator.records import Json, Message

_MOST_AT_ONCE = 100
_DELETABLE_SECONDS = 48 * 3600
_EMOJI = frozenset({
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩",
    "🙏", "👌", "🕊", "🤡", "🥱", "🥴", "😍", "🐳", "❤\u200d🔥", "🌚", "🌭", "💯", "🤣", "⚡",
    "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋", "🖕", "😈", "😴", "😭", "🤓", "👻",
    "👨\u200d💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅",
    "🤪", "🗿", "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷\u200d♂", "🤷",
    "🤷\u200d♀", "😡",
})  # fmt: skip
_SERVICE = ("pinned_message", "web_app_data")
_FRAME = frozenset({
    "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup",
    "media_group_id", "forward_origin", "quote", "effect_id", "has_protected_content",
})  # fmt: skip


@method("deleteMessage")
async def delete_message(call: Call) -> Any:
    """Delete a message."""
    chat = call.chat()
    message = call.message(chat, purpose="delete")
    if call.telegram.clock.now() - message.body["date"] > _DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    call.telegram.world.delete_messages(chat, [message.message_id])
    return True


@method("deleteMessages")
async def delete_messages(call: Call) -> Any:
    """Delete several messages; those that are not there are skipped."""
    chat = call.chat()
    found = [message.message_id for message in _named_messages(call, chat)]
    if found:
        call.telegram.world.delete_messages(chat, found)
    return True


def _named_messages(call: Call, chat: Chat) -> list[Message]:
    ids = call.parameters.array("message_ids") or []
    if not 1 <= len(ids) <= _MOST_AT_ONCE:
        raise bad_request(
            "message identifiers are not specified" if not ids else "too many messages"
        )
    return [chat.messages[number] for number in ids if number in chat.messages]


@method("forwardMessage")
async def forward_message(call: Call) -> Any:
    """Forward a message."""
    target, source = call.open_chat(), call.chat("from_chat_id")
    message = call.message(source, purpose="forward")
    return await send(call, _forwarded(message), chat=target)


@method("forwardMessages")
async def forward_messages(call: Call) -> Any:
    """Forward several messages."""
    target, source = call.open_chat(), call.chat("from_chat_id")
    found = _named_messages(call, source)
    sent = [await send(call, _forwarded(message), chat=target) for message in found]
    return [{"message_id": body["message_id"]} for body in sent]


@method("copyMessage")
async def copy_message(call: Call) -> Any:
    """Send a message again as one's own."""
    target, source = call.open_chat(), call.chat("from_chat_id")
    message = call.message(source, purpose="copy")
    body = await send(call, _copied(message, call.parameters), chat=target)
    return {"message_id": body["message_id"]}


@method("copyMessages")
async def copy_messages(call: Call) -> Any:
    """Send several messages again as one's own."""
    target, source = call.open_chat(), call.chat("from_chat_id")
    found = _named_messages(call, source)
    given = Parameters({"caption": ""} if call.parameters.flag("remove_caption") else {})
    sent = [await send(call, _copied(message, given), chat=target) for message in found]
    return [{"message_id": body["message_id"]} for body in sent]


def content_of(message: Message) -> Json:
    """Return the fields that make up a message's content.

    Raises:
        BotApiError: it is a service message, or protected.
    """
    if any(name in message.body for name in _SERVICE):
        raise bad_request("the message can't be forwarded")
    if message.body.get("has_protected_content"):
        raise bad_request("the message can't be forwarded")
    return {name: value for name, value in message.body.items() if name not in _FRAME}


def _forwarded(message: Message) -> Json:
    origin = message.body.get("forward_origin") or {
        "type": "user",
        "date": message.body["date"],
        "sender_user": message.body["from"],
    }
    return {**content_of(message), "forward_origin": origin}


def _copied(message: Message, given: Parameters) -> Json:
    content = content_of(message)
    if "caption" in given and "text" not in content:
        kept = ("caption", "caption_entities")
        content = {name: value for name, value in content.items() if name not in kept}
        content |= read_caption(given)
    return content


@method("setMessageReaction")
async def set_message_reaction(call: Call) -> Any:
    """Change the bot's reaction to a message."""
    chat = call.open_chat()
    message = call.message(chat, purpose="react")
    reactions = call.parameters.array("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.bot_reactions = [_reaction(reaction) for reaction in reactions]
    call.telegram.world.change_message(chat, message)
    return True


def _reaction(reaction: Any) -> Json:
    if not isinstance(reaction, dict) or reaction.get("type") != "emoji":
        raise bad_request("REACTION_INVALID")
    emoji = str(reaction.get("emoji", "")).replace("\ufe0f", "")
    if emoji not in _EMOJI:
        raise bad_request("REACTION_INVALID")
    return {"type": "emoji", "emoji": emoji}


@method("pinChatMessage")
async def pin_chat_message(call: Call) -> Any:
    """Pin a message."""
    chat = call.open_chat()
    message = call.message(chat, purpose="pin")
    if message.message_id not in chat.record.pinned:
        chat.record.pinned.append(message.message_id)
        call.telegram.world.change_chat(chat)
        service = Call(call.telegram, call.bot, Parameters())
        await send(service, {"pinned_message": without_nesting(message.body)}, chat=chat)
    return True


@method("unpinChatMessage")
async def unpin_chat_message(call: Call) -> Any:
    """Unpin a message, or the one pinned last."""
    chat = call.open_chat()
    pinned = chat.record.pinned
    message_id = call.parameters.integer("message_id") or (pinned[-1] if pinned else 0)
    if message_id not in pinned:
        raise bad_request("message to unpin not found")
    pinned.remove(message_id)
    call.telegram.world.change_chat(chat)
    return True


@method("unpinAllChatMessages")
async def unpin_all_chat_messages(call: Call) -> Any:
    """Unpin every message."""
    chat = call.open_chat()
    chat.record.pinned.clear()
    call.telegram.world.change_chat(chat)
    return True


@method("getChat")
async def get_chat(call: Call) -> Any:
    """Tell about a chat."""
    chat = call.chat()
    _, person = call.telegram.parties(chat)
    gifts = (
        "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
        "gifts_from_channels",
    )  # fmt: skip
    shown: Json = {
        **person.as_chat(),
        "accent_color_id": person.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if person.username:
        shown["active_usernames"] = [person.username]
    if chat.record.pinned and (pinned := chat.messages.get(chat.record.pinned[-1])):
        shown["pinned_message"] = without_nesting(pinned.body)
    return shown


@method("getChatMember")
async def get_chat_member(call: Call) -> Any:
    """Tell about one of the two in a private chat."""
    chat = call.chat()
    _, person = call.telegram.parties(chat)
    user_id = call.parameters.integer("user_id")
    users = {person.id: person.as_user(), call.bot.id: call.bot.as_user()}
    if user_id not in users:
        raise bad_request("user not found" if not user_id else "PARTICIPANT_ID_INVALID")
    return {"status": "member", "user": users[user_id]}


@method("getChatMemberCount")
async def get_chat_member_count(call: Call) -> Any:
    """Tell how many are in a private chat."""
    call.chat()
    return 2


@method("getChatAdministrators")
async def get_chat_administrators(call: Call) -> Any:
    """Refuse: a private chat has none."""
    call.chat()
    raise bad_request("there are no administrators in the private chat")
