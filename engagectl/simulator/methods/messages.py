"""Methods that send, edit, delete, forward and pin messages, and answer buttons."""

from typing import Any

from engagectl.simulator.chat import CallbackAnswer, Chat, ChatAction
from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.keyboards import read_inline_keyboard
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import read_text, send, text_fields
from engagectl.simulator.records import Json, Message

_ACTION_SECONDS = 5.0
_ANSWERS_KEPT = 50
_ANSWER_LENGTH = 200
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note",
    "upload_video_note",
})  # fmt: skip


@method("sendMessage")
async def send_message(call: Call) -> Any:
    """Send a text."""
    chat = call.open_chat()
    return await send(call, {**_text(call)}, chat=chat)


def _text(call: Call) -> Json:
    content = text_fields(read_text(call.parameters))
    if preview := call.parameters.object("link_preview_options"):
        content["link_preview_options"] = preview
    elif call.parameters.flag("disable_web_page_preview"):
        content["link_preview_options"] = {"is_disabled": True}
    return content


@method("editMessageText")
async def edit_message_text(call: Call) -> Any:
    """Change a message's text."""
    message = editable(call)
    content = _text(call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return edit(call, message, content, replaced=("text", "entities", "link_preview_options"))


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(call: Call) -> Any:
    """Change a message's inline keyboard."""
    return edit(call, editable(call), {}, replaced=())


@method("answerCallbackQuery")
async def answer_callback_query(call: Call) -> Any:
    """Answer a pressed button."""
    text = call.parameters.text("text")
    if len(text) > _ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    query_id = call.parameters.text("callback_query_id")
    chat = call.telegram.queries.answer(query_id, call.bot.id)
    answer = CallbackAnswer(
        callback_query_id=query_id,
        version=chat.version + 1,
        text=text or None,
        show_alert=call.parameters.flag("show_alert"),
        url=call.parameters.text("url") or None,
    )
    chat.answers.append(answer)
    del chat.answers[:-_ANSWERS_KEPT]
    call.telegram.world.announce(
        chat,
        {
            "type": "callback_answer",
            "callback_query_id": query_id,
            "text": answer.text,
            "show_alert": answer.show_alert,
            "url": answer.url,
        },
    )
    return True


@method("sendChatAction")
async def send_chat_action(call: Call) -> Any:
    """Show for five seconds what the bot is doing."""
    chat = call.open_chat()
    action = call.parameters.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action = ChatAction(action, call.telegram.clock.now() + _ACTION_SECONDS)
    call.telegram.world.change_chat(chat, is_kept=False)
    return True


def editable(call: Call) -> Message:
    """Return the bot's own message that a call wants to edit.

    Raises:
        BotApiError: there is none that can be edited.
    """
    if call.parameters.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = call.open_chat()
    message = call.message(chat, purpose="edit")
    if message.outgoing:
        raise bad_request("message can't be edited")
    return message


def edit(call: Call, message: Message, content: Json, *, replaced: tuple[str, ...]) -> Json:
    """Change a message and return it.

    Args:
        call: the method's call, whose inline keyboard replaces the message's.
        message: what is edited.
        content: the new fields.
        replaced: the fields that go where `content` has no new value.

    Raises:
        BotApiError: nothing would change.
    """
    body = {name: value for name, value in message.body.items() if name not in replaced}
    body.update(content)
    body.pop("reply_markup", None)
    if markup := read_inline_keyboard(call.parameters):
        body["reply_markup"] = markup
    if body == message.body:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message"
        )
    body["edit_date"] = call.telegram.clock.date()
    message.body = body
    chat = chat_of(call, message)
    call.telegram.world.change_message(chat, message)
    return body


def chat_of(call: Call, message: Message) -> Chat:
    """Return the chat in which a message stands."""
    return call.telegram.world.chats[message.bot_id, message.user_id]
