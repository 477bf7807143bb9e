"""Requests and answers of the `/sim` API."""

from typing import Any

from pydantic import BaseModel, Field

from engagectl.simulator.calls import RecordedCall
from engagectl.simulator.faults import Fault
from engagectl.simulator.records import Json


class NewBot(BaseModel):
    """A bot to make, or to find by its username."""

    username: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
    token: str | None = None
    name: str | None = Field(None, max_length=64)


class BotOut(BaseModel):
    """A bot and its token."""

    id: int
    username: str
    name: str
    token: str


class NewUser(BaseModel):
    """A person to make, or to find by the id."""

    id: int | None = Field(None, ge=1, lt=2**52)
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str | None = Field(None, max_length=64)
    username: str | None = Field(None, pattern=r"^[A-Za-z][A-Za-z0-9_]{2,31}$")
    language_code: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")


class UserOut(BaseModel):
    """A person."""

    id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str | None


class InChat(BaseModel):
    """Who acts, in the chat with which bot."""

    user_id: int
    bot: str = Field(description="the bot's username")


class Start(InChat):
    """Pressing Start, by a deep link when there is a payload."""

    payload: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,64}$")


class Sending(InChat):
    """Something that a person sends."""

    text: str = ""
    entities: list[Json] | None = None
    reply_to_message_id: int | None = None
    sticker: str | None = Field(None, description="an emoji: the sticker of it")
    dice: str | None = Field(None, description="the emoji of a die")
    location: Json | None = Field(None, description="latitude and longitude")
    contact: Json | None = Field(None, description="phone_number and first_name")


class Edit(InChat):
    """A change of a person's own message."""

    message_id: int
    text: str = Field(min_length=1)


class Tap(InChat):
    """A press on an inline button."""

    message_id: int
    data: str
    wait: float = Field(0, ge=0, le=60, description="seconds to wait for the bot's answer")


class Tapped(BaseModel):
    """A pressed button and, when it was waited for, the answer."""

    callback_query_id: str
    version: int
    answer: Json | None


class Vote(InChat):
    """A choice in a poll; none takes the vote back."""

    message_id: int
    option_ids: list[int] = Field(max_length=12)


class Reaction(InChat):
    """A person's reaction to a message; no emoji takes it back."""

    message_id: int
    emoji: str | None = None


class OnMessage(InChat):
    """An act on one message."""

    message_id: int


class Forward(OnMessage):
    """A message handed on to another bot."""

    to_bot: str


class Injection(InChat):
    """An update that reaches the bot as if the person had just caused it."""

    update: Json = Field(description="as Telegram sends it; its update_id is replaced")


class Injected(BaseModel):
    """An update on its way."""

    update_id: int
    kind: str
    version: int


class WebAppOpening(InChat):
    """Opening a Mini App."""

    url: str | None = None
    start_param: str | None = None


class WebAppData(InChat):
    """What a Mini App, opened by a keyboard button, sends to its bot."""

    button_text: str
    data: str = Field(min_length=1, max_length=4096)


class History(BaseModel):
    """A chat as the person sees it: what changed after the version asked for."""

    version: int
    messages: list[Json]
    deleted: list[int]
    chat: Json
    callback_answers: list[Json]


class Calls(BaseModel):
    """Recorded calls, oldest first."""

    calls: list[RecordedCall]


class FaultList(BaseModel):
    """The faults that are set."""

    faults: list[Fault]


class ClockChange(BaseModel):
    """A jump of the virtual clock."""

    advance: float = Field(ge=0, le=10 * 365 * 86_400, description="seconds")


class ClockOut(BaseModel):
    """The virtual clock."""

    now: float
    ahead: float


class Done(BaseModel):
    """An act that needs no other answer."""

    ok: bool = True
    version: int | None = None


class ErrorOut(BaseModel):
    """The one shape of a refusal."""

    error: dict[str, Any]
