"""A chat as the person sees it: the shapes that the page and scripts read."""

from collections.abc import Mapping
from typing import Any

from engagectl.simulator.chat import CallbackAnswer, Chat
from engagectl.simulator.records import Bot, Json, Message, Poll

_MEDIA_KINDS = (
    "animation",
    "audio",
    "document",
    "photo",
    "sticker",
    "video",
    "video_note",
    "voice",
)
_PLAIN_KINDS = ("contact", "dice", "location", "venue", "web_app_data", "pinned_message")
_CARRIED = (
    "date",
    "edit_date",
    "media_group_id",
    "forward_origin",
    "quote",
    "link_preview_options",
    "has_media_spoiler",
    "show_caption_above_media",
    "effect_id",
    "rich_message",
)


def view_message(polls: Mapping[str, Poll], message: Message) -> Json:
    """Return a message as the page shows it."""
    body = message.body
    view: Json = {
        "message_id": message.message_id,
        "version": message.version,
        "outgoing": message.outgoing,
        "kind": _kind(body),
        "text": body.get("text", body.get("caption")),
        "entities": body.get("entities", body.get("caption_entities", [])),
        "media": _media(body),
        "inline_keyboard": body.get("reply_markup", {}).get("inline_keyboard"),
        "reply_to_message_id": body.get("reply_to_message", {}).get("message_id"),
        "reactions": {"own": message.person_reactions, "bot": message.bot_reactions},
        "poll": _poll(polls, message),
    }
    view.update({name: body[name] for name in (*_CARRIED, *_PLAIN_KINDS) if name in body})
    return view


def view_chat(chat: Chat, bot: Bot, *, now: float, language_code: str | None) -> Json:
    """Return what surrounds the messages: keyboard, menu, draft, typing, pins, blocking."""
    return {
        "bot": view_bot(bot, language_code=language_code, user_id=chat.record.user_id),
        "is_started": chat.record.is_started,
        "is_blocked": chat.record.is_blocked,
        "keyboard": chat.record.keyboard,
        "pinned": chat.record.pinned,
        "action": _action(chat, now),
        "draft": _draft(chat, now),
    }


def view_answer(answer: CallbackAnswer) -> Json:
    """Return what a bot answered to a pressed button."""
    return {
        "callback_query_id": answer.callback_query_id,
        "version": answer.version,
        "text": answer.text,
        "show_alert": answer.show_alert,
        "url": answer.url,
    }


def view_bot(bot: Bot, *, language_code: str | None = None, user_id: int | None = None) -> Json:
    """Return a bot as a person sees it, in the person's language where the bot has one."""
    language = language_code or ""

    def in_language(texts: Mapping[str, str]) -> str:
        return texts.get(language) or texts.get("", "")

    return {
        "id": bot.id,
        "username": bot.username,
        "name": in_language(bot.names) or bot.first_name,
        "description": in_language(bot.descriptions),
        "short_description": in_language(bot.short_descriptions),
        "commands": _commands(bot, user_id, language),
        "menu_button": bot.menu_buttons.get(str(user_id))
        or bot.menu_buttons.get("", {"type": "commands"}),
    }


def _commands(bot: Bot, user_id: int | None, language: str) -> list[Json]:
    """Telegram takes the narrowest scope that has commands, and the language first in each."""
    for scope in (f"chat:{user_id}", "all_private_chats", "default"):
        for spoken in (language, ""):
            if commands := bot.commands.get(f"{scope}|{spoken}"):
                return commands
    return []


def _kind(body: Json) -> str:
    kinds = ("rich_message", *_MEDIA_KINDS, "poll", *_PLAIN_KINDS)
    # Telegram repeats an animation as a document, and a venue as a location.
    ordered = ("venue", *kinds)
    return next((kind for kind in ordered if kind in body), "text")


def _media(body: Json) -> Json | None:
    kind = next((kind for kind in _MEDIA_KINDS if kind in body), None)
    if kind is None:
        return None
    file: Any = body[kind][-1] if kind == "photo" else body[kind]
    kept = ("file_id", "file_name", "mime_type", "file_size", "width", "height", "duration")
    view = {name: file[name] for name in kept if name in file}
    more = ("emoji", "title", "performer", "length")
    view.update({name: file[name] for name in more if name in file})
    return {"kind": kind, "url": f"/sim/files/{file['file_id']}", **view}


def _poll(polls: Mapping[str, Poll], message: Message) -> Json | None:
    shown = message.body.get("poll")
    if shown is None:
        return None
    poll = polls.get(shown["id"])
    if poll is None:
        return {**shown, "own_vote": []}
    own = poll.votes.get(message.user_id, [])
    view = {**poll.body, "own_vote": own}
    if own or poll.body["is_closed"]:
        view["correct_option_ids"] = poll.correct_option_ids
    else:
        view.pop("explanation", None)
        view.pop("explanation_entities", None)
        view.pop("correct_option_ids", None)
        view.pop("correct_option_id", None)
    return view


def _action(chat: Chat, now: float) -> Json | None:
    action = chat.action
    if action is None or action.expires_at <= now:
        return None
    return {"action": action.action, "expires_in": round(action.expires_at - now, 3)}


def _draft(chat: Chat, now: float) -> Json | None:
    draft = chat.draft
    if draft is None or draft.expires_at <= now:
        return None
    return {
        "draft_id": draft.draft_id,
        "text": draft.text,
        "entities": draft.entities,
        "rich_message": draft.rich_message,
        "can_stop": draft.can_stop,
        "expires_in": round(draft.expires_at - now, 3),
    }
