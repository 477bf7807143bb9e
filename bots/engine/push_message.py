"""A message to a learner from inside, as it is posted and as it lies in the queue."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from utils.errors import EngageError

_LONGEST_TEXT = 4096
_MOST_BUTTONS = 100
_BUTTONS_A_ROW = 8
_LONGEST_CALLBACK_BYTES = 64
_CHAT_BITS = 52

PushOutcome = Literal["sent", "blocked", "failed"]


class PushMessageError(EngageError):
    """What should be a message to a learner is none."""


def _is_seen(text: str) -> str:
    if not text.strip():
        raise ValueError("it shows nothing")
    return text


def _fits_a_press(data: str) -> str:
    if len(data.encode()) > _LONGEST_CALLBACK_BYTES:
        raise ValueError(f"more than {_LONGEST_CALLBACK_BYTES} bytes")
    return data


def _is_chat(number: int) -> int:
    if number == 0 or abs(number) >= 2**_CHAT_BITS:
        raise ValueError("no chat has this id")
    return number


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PushButton(_Strict):
    """A button below the message; it sends `callback_data` or opens `url`."""

    text: Annotated[str, Field(max_length=128), AfterValidator(_is_seen)]
    callback_data: Annotated[
        str | None, Field(min_length=1), AfterValidator(lambda data: data and _fits_a_press(data))
    ] = None
    url: Annotated[str | None, Field(max_length=2048, pattern=r"^(https?|tg)://\S+$")] = None

    @model_validator(mode="after")
    def _has_one_purpose(self) -> Self:
        if (self.callback_data is None) == (self.url is None):
            raise ValueError("give callback_data or url")
        return self


ButtonRow = Annotated[tuple[PushButton, ...], Field(min_length=1, max_length=_BUTTONS_A_ROW)]


class PushMessage(_Strict):
    """The message.

    Attributes:
        bot_name: the bot that says it.
        chat_id: to whom.
        text: HTML as Telegram takes it.
        key: names the message, so that a repeat of it is a duplicate.
        buttons: rows of buttons.
        silent: it makes no sound.
        bulk: one of many to many learners, which gives way to everything else.
        push_id: the core's number, by which it is told the outcome; without it, it is not told.
    """

    bot_name: Annotated[str, Field(min_length=1, max_length=64)]
    chat_id: Annotated[int, AfterValidator(_is_chat)]
    text: Annotated[str, Field(max_length=_LONGEST_TEXT), AfterValidator(_is_seen)]
    key: Annotated[str, Field(min_length=1, max_length=100)]
    buttons: tuple[ButtonRow, ...] = ()
    silent: bool = False
    bulk: bool = False
    push_id: Annotated[int | None, Field(gt=0)] = None

    @model_validator(mode="after")
    def _has_few_buttons(self) -> Self:
        if sum(map(len, self.buttons)) > _MOST_BUTTONS:
            raise ValueError(f"more than {_MOST_BUTTONS} buttons")
        return self


def read_push_message(body: bytes) -> PushMessage:
    """Read the JSON text of a message.

    Raises:
        PushMessageError: it is none; says where, and holds nothing of the text.
    """
    try:
        return PushMessage.model_validate_json(body)
    except ValidationError as error:
        faults = {
            ": ".join((".".join(map(str, fault["loc"])) or "the body", fault["msg"]))
            for fault in error.errors(include_url=False, include_input=False)
        }
        raise PushMessageError(
            "the body is no message to a learner",
            why="; ".join(sorted(faults)),
            mend='compare it with "Messages from inside" in bots/README.md',
        ) from None
