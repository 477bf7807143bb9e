"""What people do: write, press, vote, react, block; each act reaches the bot as an update."""

from engagectl.simulator.chat import Chat
from engagectl.simulator.errors import ControlError
from engagectl.simulator.formatting.text import format_text
from engagectl.simulator.formatting.utf16 import split_utf16
from engagectl.simulator.methods.chat_acts import content_of
from engagectl.simulator.methods.media import UPLOAD_KINDS
from engagectl.simulator.methods.sending import TEXT_LENGTH, without_nesting
from engagectl.simulator.records import Json, Message
from engagectl.simulator.telegram import Telegram


class People:
    """The people's side of the chats."""

    def __init__(self, telegram: Telegram) -> None:
        """Act in `telegram`."""
        self._telegram = telegram
        self._world = telegram.world

    def chat(self, user_id: int, bot: str) -> Chat:
        """Return a person's chat with a bot.

        Raises:
            ControlError: there is no such person or bot.
        """
        return self._world.chat(self._world.bot(bot), self._world.person(user_id))

    # ------------------------------------------------------------------ writing
    def write(
        self,
        chat: Chat,
        text: str,
        *,
        entities: list[Json] | None = None,
        reply_to_message_id: int | None = None,
    ) -> Message:
        """Say something; what is too long for one message goes in several, as in Telegram's apps.

        Returns the last message.

        Raises:
            ControlError: there is no text, or the person blocked the bot.
        """
        pieces = [piece for piece in split_utf16(text.strip(), TEXT_LENGTH) if piece.strip()]
        if not pieces:
            raise ControlError(400, "text_empty", "a message needs a text")
        for piece in pieces:
            formatted = format_text(piece, entities=entities if len(pieces) == 1 else None)
            fields: Json = {"text": formatted.text}
            if formatted.entities:
                fields["entities"] = formatted.entities
            message = self.send(chat, fields, reply_to_message_id=reply_to_message_id)
        return message

    def send(self, chat: Chat, fields: Json, *, reply_to_message_id: int | None = None) -> Message:
        """Send a message made of `fields`.

        Raises:
            ControlError: the person blocked the bot.
        """
        bot, person = self._telegram.parties(chat)
        if chat.record.is_blocked:
            raise ControlError(409, "bot_blocked", f"unblock @{bot.username} first")
        body: Json = {
            "message_id": self._world.next_message_id(bot),
            "from": person.as_user(),
            "chat": person.as_chat(),
            "date": self._telegram.clock.date(),
            **self._reply(chat, reply_to_message_id),
            **fields,
        }
        self._start(chat)
        message = self._world.add_message(chat, body, outgoing=True)
        self._use_up_keyboard(chat)
        self._telegram.push(bot, "message", body, queue_id=person.id)
        return message

    def start(self, chat: Chat, payload: str = "") -> Message:
        """Press Start; a bot that was blocked is unblocked by that."""
        if chat.record.is_blocked:
            self.unblock(chat)
        return self.write(chat, f"/start {payload}".strip())

    def edit(self, chat: Chat, message_id: int, text: str) -> Message:
        """Change one's own message.

        Raises:
            ControlError: the message is not one's own, or has no text.
        """
        message = self.message(chat, message_id)
        if not message.outgoing or "text" not in message.body:
            raise ControlError(409, "message_not_editable", "only one's own texts can be edited")
        formatted = format_text(text)
        body = {name: value for name, value in message.body.items() if name != "entities"}
        body |= {"text": formatted.text, "edit_date": self._telegram.clock.date()}
        if formatted.entities:
            body["entities"] = formatted.entities
        message.body = body
        self._world.change_message(chat, message)
        bot, person = self._telegram.parties(chat)
        self._telegram.push(bot, "edited_message", body, queue_id=person.id)
        return message

    # ------------------------------------------------------------------ pressing
    def tap(self, chat: Chat, message_id: int, data: str) -> str:
        """Press an inline button and return the callback query's id.

        Raises:
            ControlError: the message has no such button.
        """
        message = self.message(chat, message_id)
        rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise ControlError(409, "button_not_found", "the message has no button of that data")
        bot, person = self._telegram.parties(chat)
        if chat.record.is_blocked:
            raise ControlError(409, "bot_blocked", f"unblock @{bot.username} first")
        query_id = self._telegram.queries.ask(chat)
        query: Json = {
            "id": query_id,
            "from": person.as_user(),
            "message": message.body,
            "chat_instance": str(self._telegram.chat_instance ^ person.id),
            "data": data,
        }
        self._telegram.push(bot, "callback_query", query, queue_id=person.id)
        return query_id

    def vote(self, chat: Chat, message_id: int, option_ids: list[int]) -> Message:
        """Vote in a poll; no option takes the vote back."""
        message = self.message(chat, message_id)
        self._telegram.polls.vote(message, option_ids)
        return message

    def react(self, chat: Chat, message_id: int, emoji: str | None) -> Message:
        """React to a message; no emoji takes the reaction back."""
        message = self.message(chat, message_id)
        before = message.person_reactions
        message.person_reactions = [{"type": "emoji", "emoji": emoji}] if emoji else []
        if message.person_reactions == before:
            return message
        self._world.change_message(chat, message)
        bot, person = self._telegram.parties(chat)
        reaction: Json = {
            "chat": person.as_chat(),
            "message_id": message_id,
            "user": person.as_user(),
            "date": self._telegram.clock.date(),
            "old_reaction": before,
            "new_reaction": message.person_reactions,
        }
        self._telegram.push(bot, "message_reaction", reaction, queue_id=person.id)
        return message

    def stop_draft(self, chat: Chat) -> None:
        """Stop the message that the bot is writing.

        Raises:
            ControlError: the bot writes none, or none that can be stopped.
        """
        draft = chat.draft
        if draft is None or draft.expires_at <= self._telegram.clock.now() or not draft.can_stop:
            raise ControlError(409, "nothing_to_stop", "the bot writes nothing that can be stopped")
        chat.stopped_draft_id = draft.draft_id
        if not draft.keep_on_stop:
            chat.draft = None
        else:
            draft.can_stop = False
        self._world.change_chat(chat, is_kept=False)
        bot, person = self._telegram.parties(chat)
        stopped: Json = {"chat": person.as_chat(), "draft_id": draft.draft_id}
        self._telegram.push(bot, "stopped_message_generation", stopped, queue_id=person.id)

    def forward(self, chat: Chat, message_id: int, to_bot: str) -> Message:
        """Hand a message on to another bot, whose files are then its own."""
        message = self.message(chat, message_id)
        target = self.chat(chat.record.user_id, to_bot)
        if target is not chat and any(name in message.body for name in (*UPLOAD_KINDS, "sticker")):
            raise ControlError(409, "file_not_forwardable", "send the file to that bot anew")
        origin: Json = {
            "type": "user",
            "date": message.body["date"],
            "sender_user": message.body["from"],
        }
        return self.send(target, {**content_of(message), "forward_origin": origin})

    def send_web_app_data(self, chat: Chat, button_text: str, data: str) -> Message:
        """Send what a Mini App, opened by a keyboard button, hands to its bot."""
        return self.send(chat, {"web_app_data": {"data": data, "button_text": button_text}})

    # ------------------------------------------------------------------ clearing
    def delete(self, chat: Chat, message_id: int) -> None:
        """Delete a message; the bot learns nothing of it, as with Telegram."""
        self._world.delete_messages(chat, [self.message(chat, message_id).message_id])

    def clear(self, chat: Chat) -> None:
        """Delete all messages; the chat is as if it had not been started."""
        self._world.delete_messages(chat, list(chat.messages))
        chat.record.keyboard = None
        chat.draft = None
        self._world.change_chat(chat)

    # ------------------------------------------------------------------ blocking
    def block(self, chat: Chat) -> None:
        """Block the bot; doing so twice changes nothing."""
        self._set_blocked(chat, is_blocked=True)

    def unblock(self, chat: Chat) -> None:
        """Unblock the bot; doing so twice changes nothing."""
        self._set_blocked(chat, is_blocked=False)

    def message(self, chat: Chat, message_id: int) -> Message:
        """Return a message of the chat.

        Raises:
            ControlError: there is none of that id.
        """
        if message := chat.messages.get(message_id):
            return message
        raise ControlError(404, "message_not_found", f"the chat has no message {message_id}")

    def _set_blocked(self, chat: Chat, *, is_blocked: bool) -> None:
        if chat.record.is_blocked == is_blocked:
            return
        chat.record.is_blocked = is_blocked
        self._world.change_chat(chat)
        bot, person = self._telegram.parties(chat)
        member: Json = {"status": "member", "user": bot.as_user()}
        banned: Json = {"status": "kicked", "user": bot.as_user(), "until_date": 0}
        change: Json = {
            "chat": person.as_chat(),
            "from": person.as_user(),
            "date": self._telegram.clock.date(),
            "old_chat_member": member if is_blocked else banned,
            "new_chat_member": banned if is_blocked else member,
        }
        self._telegram.push(bot, "my_chat_member", change, queue_id=person.id)

    def _start(self, chat: Chat) -> None:
        if not chat.record.is_started:
            chat.record.is_started = True
            self._world.save_chat(chat)

    def _use_up_keyboard(self, chat: Chat) -> None:
        """A keyboard for one use, and a forced reply, go once the person wrote."""
        keyboard = chat.record.keyboard
        if keyboard and (keyboard.get("one_time_keyboard") or keyboard.get("force_reply")):
            chat.record.keyboard = None
            self._world.change_chat(chat)

    def _reply(self, chat: Chat, message_id: int | None) -> Json:
        if message_id is None:
            return {}
        return {"reply_to_message": without_nesting(self.message(chat, message_id).body)}
