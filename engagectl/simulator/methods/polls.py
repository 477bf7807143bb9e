"""Methods that send and stop polls and quizzes."""

import secrets
from typing import Any

from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.keyboards import read_inline_keyboard
from engagectl.simulator.methods.messages import editable
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import read_text, send
from engagectl.simulator.records import Json, Poll

_OPTIONS = range(1, 13)
_QUESTION_LENGTH = 300
_OPTION_LENGTH = 100
_EXPLANATION_LENGTH = 200
_OPEN_SECONDS = range(5, 2_628_001)


@method("sendPoll")
async def send_poll(call: Call) -> Any:
    """Send a poll, or a quiz."""
    chat = call.open_chat()
    poll = _new_poll(call, chat.record.user_id)
    body = await send(call, {"poll": poll.body}, chat=chat)
    poll.message_id = body["message_id"]
    call.telegram.polls.open(poll)
    return body


@method("stopPoll")
async def stop_poll(call: Call) -> Any:
    """Close a poll."""
    message = editable(call)
    if "poll" not in message.body:
        raise bad_request("message with poll to stop not found")
    poll = call.telegram.world.polls.get(message.body["poll"]["id"])
    if poll is None or poll.body["is_closed"]:
        raise bad_request("poll has already been closed")
    message.body.pop("reply_markup", None)
    if markup := read_inline_keyboard(call.parameters):
        message.body["reply_markup"] = markup
    call.telegram.polls.close(poll)
    return poll.body


def _new_poll(call: Call, user_id: int) -> Poll:
    given = call.parameters
    question = read_text(
        given, "question", mode="question_parse_mode", entities="question_entities"
    )
    if not 1 <= question.length <= _QUESTION_LENGTH:
        why = "must be non-empty" if not question.text else "length must not exceed 300"
        raise bad_request(f"poll question {why}")
    kind = given.text("type") or "regular"
    if kind not in ("regular", "quiz"):
        raise bad_request("unsupported poll type specified")
    body: Json = {
        "id": str(secrets.randbits(62)),
        "question": question.text,
        "options": _options(call),
        "total_voter_count": 0,
        "is_closed": given.flag("is_closed"),
        "is_anonymous": given.flag("is_anonymous", default=True),
        "type": kind,
        "allows_multiple_answers": given.flag("allows_multiple_answers"),
        "allows_revoting": given.flag("allows_revoting", default=kind == "regular"),
        "members_only": False,
    }
    if question.entities:
        body["question_entities"] = question.entities
    poll = Poll(id=body["id"], bot_id=call.bot.id, user_id=user_id, message_id=0, body=body)
    if kind == "quiz":
        _make_quiz(call, poll)
    _set_period(call, poll)
    return poll


def _options(call: Call) -> list[Json]:
    options = call.parameters.array("options") or []
    if len(options) not in _OPTIONS:
        few = "at least 1 option" if not options else "at most 12 options"
        raise bad_request(f"poll must have {few}")
    return [_option(option) for option in options]


def _option(option: Any) -> Json:
    given = option if isinstance(option, dict) else {"text": str(option)}
    text = read_text(given, mode="text_parse_mode", entities="text_entities")
    if not text.text:
        raise bad_request("poll option must be non-empty")
    if text.length > _OPTION_LENGTH:
        raise bad_request("poll options length must not exceed 100")
    shown: Json = {"persistent_id": secrets.token_hex(4), "text": text.text, "voter_count": 0}
    if text.entities:
        shown["text_entities"] = text.entities
    return shown


def _make_quiz(call: Call, poll: Poll) -> None:
    given = call.parameters
    ids = given.array("correct_option_ids")
    if ids is None and "correct_option_id" in given:
        ids = [given.integer("correct_option_id", -1)]
    count = len(poll.body["options"])
    if not ids:
        raise bad_request("quiz must have at least one correct option")
    if not all(isinstance(number, int) and 0 <= number < count for number in ids):
        raise bad_request("wrong correct option ID specified")
    poll.correct_option_ids = sorted(set(ids))
    poll.body["correct_option_ids"] = poll.correct_option_ids
    if len(poll.correct_option_ids) == 1:
        poll.body["correct_option_id"] = poll.correct_option_ids[0]
    explanation = read_text(
        given, "explanation", mode="explanation_parse_mode", entities="explanation_entities"
    )
    if explanation.length > _EXPLANATION_LENGTH:
        raise bad_request("explanation is too long")
    if explanation.text:
        poll.body["explanation"] = explanation.text
        poll.body["explanation_entities"] = explanation.entities


def _set_period(call: Call, poll: Poll) -> None:
    period, date = call.parameters.integer("open_period"), call.parameters.integer("close_date")
    now = call.telegram.clock.date()
    if period:
        if period not in _OPEN_SECONDS:
            raise bad_request("wrong poll open period specified")
        poll.body["open_period"], date = period, now + period
    if date:
        if date - now not in _OPEN_SECONDS:
            raise bad_request("wrong poll close date specified")
        poll.body["close_date"], poll.closes_at = date, float(date)
