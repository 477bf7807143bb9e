"""What the simulator remembers: people, bots, chats, messages, files, undelivered updates."""

from typing import Any

from pydantic import BaseModel, Field

Json = dict[str, Any]
"""A JSON object as the Bot API writes it."""


class Person(BaseModel):
    """Someone who chats."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    photo_file_ids: list[str] = Field(default_factory=list)

    def as_user(self) -> Json:
        """Return the Bot API's User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                user[name] = value
        return user

    def as_chat(self) -> Json:
        """Return the Bot API's Chat of the private chat with this person."""
        chat: Json = {"id": self.id, "type": "private", "first_name": self.first_name}
        for name in ("last_name", "username"):
            if value := getattr(self, name):
                chat[name] = value
        return chat


class Webhook(BaseModel):
    """Where and how a bot's updates are delivered."""

    url: str = ""
    secret_token: str | None = None
    max_connections: int = 40
    has_custom_certificate: bool = False
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None
    gone_since: float | None = None


class Bot(BaseModel):
    """A bot's account."""

    id: int
    username: str
    token: str
    first_name: str
    names: dict[str, str] = Field(default_factory=dict)
    descriptions: dict[str, str] = Field(default_factory=dict)
    short_descriptions: dict[str, str] = Field(default_factory=dict)
    commands: dict[str, list[Json]] = Field(default_factory=dict)
    menu_buttons: dict[str, Json] = Field(default_factory=dict)
    default_rights: dict[str, Json] = Field(default_factory=dict)
    webhook: Webhook = Field(default_factory=Webhook)
    allowed_updates: list[str] | None = None
    next_update_id: int
    next_message_id: int = 1

    def as_user(self) -> Json:
        """Return the Bot API's User."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.names.get("", self.first_name),
            "username": self.username,
        }


class Message(BaseModel):
    """A message of a chat: the Bot API's document and what surrounds it."""

    bot_id: int
    user_id: int
    message_id: int
    outgoing: bool
    """Whether the person wrote it."""
    version: int
    body: Json
    person_reactions: list[Json] = Field(default_factory=list)
    bot_reactions: list[Json] = Field(default_factory=list)


class ChatRecord(BaseModel):
    """What stays of a chat apart from its messages."""

    bot_id: int
    user_id: int
    is_started: bool = False
    is_blocked: bool = False
    version: int = 0
    keyboard: Json | None = None
    """The reply keyboard or forced reply shown now, as the bot sent it."""
    pinned: list[int] = Field(default_factory=list)
    deleted: dict[int, int] = Field(default_factory=dict)
    """Deleted messages and the version at which they went."""


class StoredFile(BaseModel):
    """A file that a bot or a person uploaded."""

    file_id: str
    file_unique_id: str
    bot_id: int
    file_path: str
    file_size: int
    kind: str
    file_name: str | None = None
    mime_type: str | None = None
    details: Json = Field(default_factory=dict)
    """Width, height, duration and so on, as far as they are known."""


class PendingUpdate(BaseModel):
    """An update that its bot has not confirmed yet."""

    bot_id: int
    update_id: int
    kind: str
    queue_id: int
    expires_at: float
    payload: Json

    def as_update(self) -> Json:
        """Return the Bot API's Update."""
        return {"update_id": self.update_id, self.kind: self.payload}


class Poll(BaseModel):
    """A poll and its voters, shared by the message that shows it and its forwards."""

    id: str
    bot_id: int
    user_id: int
    message_id: int
    body: Json
    votes: dict[int, list[int]] = Field(default_factory=dict)
    correct_option_ids: list[int] = Field(default_factory=list)
    closes_at: float | None = None
