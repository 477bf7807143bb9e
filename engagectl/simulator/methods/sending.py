"""What all sending methods share: the message's frame, replies, keyboards, text."""

from typing import Any

from engagectl.simulator.chat import Chat
from engagectl.simulator.errors import BotApiError, bad_request
from engagectl.simulator.formatting.text import FormattedText, format_text
from engagectl.simulator.methods.keyboards import read_reply_markup
from engagectl.simulator.methods.registry import Call
from engagectl.simulator.parameters import Parameters
from engagectl.simulator.records import Json, Message

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
_REPLY_KEYBOARDS = ("keyboard", "force_reply", "remove_keyboard")
_NOT_IN_REPLIES = ("reply_to_message", "reply_markup")


def read_text(
    parameters: Parameters | Json,
    name: str = "text",
    *,
    mode: str = "parse_mode",
    entities: str = "entities",
    longest: int = TEXT_LENGTH,
) -> FormattedText:
    """Read a formatted text from a call's parameters or an object inside them.

    Raises:
        BotApiError: its marks can't be parsed, or it is too long.
    """
    source = parameters if isinstance(parameters, Parameters) else Parameters(parameters)
    text = format_text(
        source.text(name), parse_mode=source.text(mode), entities=source.array(entities)
    )
    if text.length > longest:
        raise bad_request(
            "message is too long" if name == "text" else f"message {name} is too long"
        )
    return text


def read_caption(parameters: Parameters | Json) -> Json:
    """Return the `caption` fields of a message."""
    text = read_text(parameters, "caption", entities="caption_entities", longest=CAPTION_LENGTH)
    if not text.text:
        return {}
    caption: Json = {"caption": text.text}
    if text.entities:
        caption["caption_entities"] = text.entities
    return caption


def text_fields(text: FormattedText) -> Json:
    """Return the `text` fields of a message.

    Raises:
        BotApiError: the text is empty.
    """
    if not text.text:
        raise bad_request("message text is empty")
    return {"text": text.text, **({"entities": text.entities} if text.entities else {})}


async def send(call: Call, content: Json, *, chat: Chat | None = None) -> Json:
    """Put a message of the bot into a chat and return it.

    Args:
        call: the method's call, which names the chat, the reply and the keyboard.
        content: the fields that make up the message's content.
        chat: the chat, where the caller has looked it up already.
    """
    chat = chat or call.open_chat()
    markup = read_reply_markup(call.parameters)
    reply = _reply_fields(call, chat)
    call.telegram.rate_limits.spend(call.bot.id, chat.record.user_id)
    return _put(call, chat, {**reply, **content}, markup).body


def _put(call: Call, chat: Chat, fields: Json, markup: Json | None) -> Message:
    telegram = call.telegram
    _, person = telegram.parties(chat)
    body: Json = {
        "message_id": telegram.world.next_message_id(call.bot),
        "from": call.bot.as_user(),
        "chat": person.as_chat(),
        "date": telegram.clock.date(),
        **fields,
    }
    if call.parameters.flag("protect_content"):
        body["has_protected_content"] = True
    if effect := call.parameters.text("message_effect_id"):
        body["effect_id"] = effect
    if markup is not None and "inline_keyboard" in markup:
        body["reply_markup"] = markup
    _end_preview(chat)
    message = telegram.world.add_message(chat, body, outgoing=False)
    if markup is not None and any(name in markup for name in _REPLY_KEYBOARDS):
        _show_keyboard(call, chat, markup)
    return message


def _end_preview(chat: Chat) -> None:
    """A message ends what announced it."""
    chat.draft = None
    chat.action = None


def _show_keyboard(call: Call, chat: Chat, markup: Json) -> None:
    chat.record.keyboard = None if "remove_keyboard" in markup else markup
    call.telegram.world.change_chat(chat)


def _reply_fields(call: Call, chat: Chat) -> Json:
    reply = call.parameters.object("reply_parameters") or {}
    if not reply and call.parameters.integer("reply_to_message_id"):
        reply = {
            "message_id": call.parameters.integer("reply_to_message_id"),
            "allow_sending_without_reply": call.parameters.flag("allow_sending_without_reply"),
        }
    if not reply:
        return {}
    target = chat.messages.get(Parameters(reply).integer("message_id"))
    if target is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise _no_message_to_reply(reply)
    return {"reply_to_message": without_nesting(target.body), **_quote(reply, target)}


def _no_message_to_reply(reply: Json) -> BotApiError:
    if not reply.get("message_id"):
        return bad_request("message identifier is not specified")
    return bad_request("message to be replied not found")


def _quote(reply: Json, target: Message) -> Json:
    if not reply.get("quote"):
        return {}
    quote = read_text(reply, "quote", mode="quote_parse_mode", entities="quote_entities")
    text = str(target.body.get("text") or target.body.get("caption") or "")
    position = text.find(quote.text)
    if position < 0:
        raise bad_request("QUOTE_TEXT_INVALID")
    shown: Json = {"text": quote.text, "position": position, "is_manual": True}
    if quote.entities:
        shown["entities"] = quote.entities
    return {"quote": shown}


def without_nesting(body: Json) -> Json:
    """Return a message as it stands inside another one."""
    return {name: value for name, value in body.items() if name not in _NOT_IN_REPLIES}


def carried(parameters: Parameters, *names: str) -> dict[str, Any]:
    """Return the flags among `names` that are set, as fields of a message."""
    return {name: True for name in names if parameters.flag(name)}
