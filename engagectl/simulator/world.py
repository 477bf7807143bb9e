"""Everyone and everything in the simulator, indexed, remembered and announced."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from engagectl.simulator.chat import Chat
from engagectl.simulator.clock import VirtualClock
from engagectl.simulator.errors import ControlError
from engagectl.simulator.feed import Feed
from engagectl.simulator.journal import Journal
from engagectl.simulator.records import (
    Bot,
    ChatRecord,
    Json,
    Message,
    PendingUpdate,
    Person,
    Poll,
    StoredFile,
)
from engagectl.simulator.tokens import TOKEN, new_token
from engagectl.simulator.views import view_message

MESSAGES_A_CHAT = 2000
TOMBSTONES_A_CHAT = 200
POLLS = 20_000
_FIRST_BOT_ID = 7_000_000_001
_FIRST_PERSON_ID = 500_000_001
_FIRST_UPDATE_IDS = range(2_000_001, 1_000_000_000)


class World:
    """People, bots, chats, messages, polls and files."""

    def __init__(self, journal: Journal, clock: VirtualClock) -> None:
        """Read what the journal remembers; every later change is written to it."""
        self.clock = clock
        self.feed = Feed()
        self.people: dict[int, Person] = {}
        self.bots: dict[int, Bot] = {}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.polls: dict[str, Poll] = {}
        self.files: dict[str, StoredFile] = {}
        self.left_over_updates: list[PendingUpdate] = []
        self._journal = journal
        self._bots_by_name: dict[str, Bot] = {}
        self._bots_by_token: dict[str, Bot] = {}
        self._chats_of_person: dict[int, list[Chat]] = defaultdict(list)
        self._chats_of_bot: dict[int, list[Chat]] = defaultdict(list)
        self._load()

    # ------------------------------------------------------------------ people and bots
    def add_person(
        self,
        *,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        person_id: int | None = None,
    ) -> Person:
        """Make a person."""
        person = Person(
            id=person_id or max(self.people, default=_FIRST_PERSON_ID - 1) + 1,
            first_name=first_name,
            last_name=last_name,
            username=username,
            language_code=language_code,
        )
        self.people[person.id] = person
        self.save_person(person)
        return person

    def add_bot(self, username: str, token: str | None = None, name: str | None = None) -> Bot:
        """Return the bot of that username, made if need be, with `token` as its token.

        Raises:
            ControlError: the token is not a token, or another bot's.
        """
        bot = self._bots_by_name.get(username.lower())
        if token is not None:
            self._refuse_foreign_token(token, bot)
        if bot is None:
            return self._make_bot(username, token, name)
        if token is not None and token != bot.token:
            del self._bots_by_token[bot.token]
            bot.token = token
            self._bots_by_token[token] = bot
            self.save_bot(bot)
        return bot

    def person(self, user_id: int) -> Person:
        """Return the person.

        Raises:
            ControlError: nobody has that id.
        """
        if person := self.people.get(user_id):
            return person
        raise ControlError(404, "user_not_found", f"no person has the id {user_id}")

    def bot(self, username: str) -> Bot:
        """Return the bot of that username.

        Raises:
            ControlError: no bot has it.
        """
        if bot := self.find_bot(username):
            return bot
        raise ControlError(404, "bot_not_found", f"no bot has the username {username}")

    def find_bot(self, username: str) -> Bot | None:
        """Return the bot of that username, if there is one."""
        return self._bots_by_name.get(username.removeprefix("@").lower())

    def bot_by_token(self, token: str) -> Bot | None:
        """Return the bot that holds the token."""
        return self._bots_by_token.get(token)

    # ------------------------------------------------------------------ chats and messages
    def chat(self, bot: Bot, person: Person) -> Chat:
        """Return the chat of the two, made if need be."""
        key = bot.id, person.id
        chat = self.chats.get(key)
        if chat is None:
            chat = Chat(ChatRecord(bot_id=bot.id, user_id=person.id))
            self._index_chat(chat)
        return chat

    def chats_of(self, person: Person) -> list[Chat]:
        """Return the person's chats."""
        return self._chats_of_person[person.id]

    def chats_with(self, bot: Bot) -> list[Chat]:
        """Return the bot's chats."""
        return self._chats_of_bot[bot.id]

    def next_message_id(self, bot: Bot) -> int:
        """Return a fresh message id; one sequence serves all private chats of a bot."""
        message_id = bot.next_message_id
        bot.next_message_id += 1
        self.save_counters(bot)
        return message_id

    def add_message(self, chat: Chat, body: Json, *, outgoing: bool) -> Message:
        """Put a message into a chat and show it."""
        message = Message(
            bot_id=chat.record.bot_id,
            user_id=chat.record.user_id,
            message_id=body["message_id"],
            outgoing=outgoing,
            version=chat.bump(),
            body=body,
        )
        chat.messages[message.message_id] = message
        if len(chat.messages) > MESSAGES_A_CHAT:
            self._drop_message(chat, min(chat.messages))
        self._save_message(message)
        self._show_message(message)
        return message

    def change_message(self, chat: Chat, message: Message) -> None:
        """Count and show a change that was made to a message."""
        message.version = chat.bump()
        chat.messages.move_to_end(message.message_id)
        self._save_message(message)
        self._show_message(message)

    def delete_messages(self, chat: Chat, message_ids: list[int]) -> None:
        """Remove messages from a chat."""
        version = chat.bump()
        for message_id in message_ids:
            self._drop_message(chat, message_id)
            chat.record.deleted[message_id] = version
        while len(chat.record.deleted) > TOMBSTONES_A_CHAT:
            del chat.record.deleted[next(iter(chat.record.deleted))]
        chat.record.pinned = [pin for pin in chat.record.pinned if pin not in message_ids]
        self.save_chat(chat)
        self._publish(chat, {"type": "deleted", "message_ids": message_ids})

    def change_chat(self, chat: Chat, *, is_kept: bool = True) -> None:
        """Count and show a change of the chat itself; `is_kept` when it outlives a restart."""
        chat.bump()
        if is_kept:
            self.save_chat(chat)
        self._publish(chat, {"type": "chat"})

    def announce(self, chat: Chat, event: Json) -> None:
        """Count a passing event and show it."""
        chat.bump()
        self._publish(chat, event)

    # ------------------------------------------------------------------ memory
    def save_person(self, person: Person) -> None:
        """Remember a person."""
        self._journal.put("person", str(person.id), person.model_dump_json())

    def save_bot(self, bot: Bot) -> None:
        """Remember a bot."""
        self._journal.put("bot", str(bot.id), bot.model_dump_json())

    def save_counters(self, bot: Bot) -> None:
        """Remember which ids a bot has used, so that none is used twice after a crash."""
        self._journal.put("ids", str(bot.id), f"[{bot.next_update_id},{bot.next_message_id}]")

    def save_chat(self, chat: Chat) -> None:
        """Remember a chat."""
        bot_id, user_id = chat.key
        self._journal.put("chat", f"{bot_id}:{user_id}", chat.record.model_dump_json())

    def save_poll(self, poll: Poll) -> None:
        """Remember a poll; the oldest go when there are too many."""
        self.polls[poll.id] = poll
        self._journal.put("poll", poll.id, poll.model_dump_json())
        if len(self.polls) > POLLS:
            oldest = next(iter(self.polls))
            del self.polls[oldest]
            self._journal.forget("poll", oldest)

    def save_file(self, file: StoredFile) -> None:
        """Remember a file."""
        self.files[file.file_id] = file
        self._journal.put("file", file.file_id, file.model_dump_json())

    def forget_file(self, file: StoredFile) -> None:
        """Forget a file."""
        del self.files[file.file_id]
        self._journal.forget("file", file.file_id)

    def save_update(self, update: PendingUpdate) -> None:
        """Remember an update until it is delivered."""
        key = f"{update.bot_id}:{update.update_id}"
        self._journal.put("update", key, update.model_dump_json())

    def forget_update(self, update: PendingUpdate) -> None:
        """Forget a delivered update."""
        self._journal.forget("update", f"{update.bot_id}:{update.update_id}")

    # ------------------------------------------------------------------ inside
    def _refuse_foreign_token(self, token: str, bot: Bot | None) -> None:
        if not TOKEN.fullmatch(token):
            raise ControlError(
                400, "token_malformed", "a token is <bot id>:<35 or more of A-Z a-z 0-9 _ ->"
            )
        holder = self._bots_by_token.get(token) or self.bots.get(int(token.partition(":")[0]))
        if holder is not None and holder is not bot:
            raise ControlError(409, "token_taken", f"that token is @{holder.username}'s")

    def _make_bot(self, username: str, token: str | None, name: str | None) -> Bot:
        bot_id = int(token.partition(":")[0]) if token else max([_FIRST_BOT_ID - 1, *self.bots]) + 1
        bot = Bot(
            id=bot_id,
            username=username,
            token=token or new_token(bot_id),
            first_name=name or username.replace("_", " ").strip().title(),
            next_update_id=secrets.choice(_FIRST_UPDATE_IDS),
        )
        self._index_bot(bot)
        self.save_bot(bot)
        return bot

    def _index_bot(self, bot: Bot) -> None:
        self.bots[bot.id] = bot
        self._bots_by_name[bot.username.lower()] = bot
        self._bots_by_token[bot.token] = bot

    def _index_chat(self, chat: Chat) -> None:
        self.chats[chat.key] = chat
        self._chats_of_person[chat.record.user_id].append(chat)
        self._chats_of_bot[chat.record.bot_id].append(chat)

    def _drop_message(self, chat: Chat, message_id: int) -> None:
        if chat.messages.pop(message_id, None):
            self._journal.forget("message", f"{chat.record.bot_id}:{message_id}")

    def _save_message(self, message: Message) -> None:
        key = f"{message.bot_id}:{message.message_id}"
        self._journal.put("message", key, message.model_dump_json())

    def _show_message(self, message: Message) -> None:
        if self.feed.is_watched(message.user_id):
            chat = self.chats[message.bot_id, message.user_id]
            self._publish(chat, {"type": "message", "message": view_message(self.polls, message)})

    def _publish(self, chat: Chat, event: Json) -> None:
        bot = self.bots[chat.record.bot_id].username
        self.feed.publish(chat.record.user_id, {"bot": bot, "version": chat.version, **event})

    def _load(self) -> None:
        messages: list[Message] = []
        take: dict[str, Callable[[str, Any], None]] = {
            "person": lambda _, value: self._take_person(Person.model_validate(value)),
            "bot": lambda _, value: self._index_bot(Bot.model_validate(value)),
            "ids": self._restore_counters,
            "chat": lambda _, value: self._index_chat(Chat(ChatRecord.model_validate(value))),
            "message": lambda _, value: messages.append(Message.model_validate(value)),
            "poll": lambda key, value: self.polls.update({key: Poll.model_validate(value)}),
            "file": lambda key, value: self.files.update({key: StoredFile.model_validate(value)}),
            "update": lambda _, value: self.left_over_updates.append(
                PendingUpdate.model_validate(value)
            ),
        }
        for kind, key, value in self._journal.load():
            take[kind](key, value)
        self._place_messages(messages)

    def _take_person(self, person: Person) -> None:
        self.people[person.id] = person

    def _place_messages(self, messages: list[Message]) -> None:
        """Put messages into their chats; versions may have run ahead of the chats' records."""
        for message in sorted(messages, key=lambda message: message.version):
            bot, person = self.bots.get(message.bot_id), self.people.get(message.user_id)
            if bot is None or person is None:
                continue
            chat = self.chat(bot, person)
            chat.messages[message.message_id] = message
            chat.record.version = max(chat.record.version, message.version)

    def _restore_counters(self, bot_id: str, value: Any) -> None:
        if bot := self.bots.get(int(bot_id)):
            bot.next_update_id = max(bot.next_update_id, value[0])
            bot.next_message_id = max(bot.next_message_id, value[1])
