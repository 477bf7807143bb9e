"""The core's API as a bot calls it: typed, with the bot's key, repeating what may be repeated.

Every call here may be repeated safely: a writing call made for an update carries an idempotency
key, and the core answers a repeat with the first answer. So a call is repeated when the core is
restarting or slow, until `PATIENCE_SECONDS` have passed. A later attempt at the same update gets
from its ledger what the core answered before.
"""

import asyncio
import itertools
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from bots.engine.core_connections import CoreAnswer, CoreConnections, CoreSilentError
from bots.engine.core_errors import CoreUnavailableError, refusal
from bots.engine.core_models import (
    Activity,
    ActivityKind,
    AddedWord,
    AnswerOutcome,
    Learner,
    Progress,
    Rating,
    Words,
)
from bots.engine.ledger import current_ledger
from utils.internal_auth import HEADER
from utils.logs import current_trace
from utils.update_envelope import new_trace

PATIENCE_SECONDS = 10.0
"""How long a call is repeated while the core gives no answer: a learner is waiting."""

IDEMPOTENCY_HEADER = "Idempotency-Key"
_WORTH_REPEATING = frozenset({429, 500, 502, 503, 504})
_PAUSES_SECONDS = (0.1, 0.3, 0.7, 1.5)
_logger = logging.getLogger(__name__)
_Model = TypeVar("_Model", bound=BaseModel)


class CoreClient:
    """One bot's way to the core.

    Every method raises:
        CoreUnavailableError: no usable answer within `PATIENCE_SECONDS`.
        CoreRefusalError: the core refused; its subclasses name the usual reasons.
    """

    def __init__(self, connections: CoreConnections, *, key: str) -> None:
        """Call over `connections` as the bot whose DRF_INTERNAL_KEY is `key`."""
        self._connections = connections
        self._headers = {HEADER: key}

    # ------------------------------------------------------------ learners
    async def learner(self, telegram_id: int) -> Learner:
        """Return a learner of this bot; LearnerNotFoundError when the core knows none."""
        return await self._ask(Learner, "GET", _learner_path(telegram_id))

    async def put_learner(
        self,
        telegram_id: int,
        *,
        chat_id: int,
        first_name: str,
        **more: str | None,
    ) -> Learner:
        """Make the learner or refresh the name, and tie the learner to this bot.

        Args:
            telegram_id: Telegram's id of the person.
            chat_id: the chat in which the person talks to this bot.
            first_name: as Telegram gives it.
            more: any of `last_name`, `username`, `language_code`, `timezone` (IANA name) and
                `start_payload` (what stood behind /start).
        """
        body = {"chat_id": chat_id, "first_name": first_name}
        body.update({name: value for name, value in more.items() if value is not None})
        return await self._ask(Learner, "PUT", _learner_path(telegram_id), body)

    async def change_learner(self, telegram_id: int, **changes: str | float | None) -> Learner:
        """Change any of `language`, `goal`, `minutes_per_day`, `reminder_hour` (None: no
        reminder), `timezone`, `onboarding_step` and `desired_retention`.
        """
        return await self._ask(Learner, "PATCH", _learner_path(telegram_id), changes)

    async def mark_chat(self, telegram_id: int, *, is_blocked: bool) -> None:
        """Note whether the learner has blocked this bot."""
        path = _learner_path(telegram_id, "chat/")
        await self._send("PATCH", path, {"is_blocked": is_blocked})

    async def give_feedback(self, telegram_id: int, text: str) -> None:
        """Hand over what the learner says about this bot; at most 4,000 characters."""
        await self._send("POST", _learner_path(telegram_id, "feedback/"), {"text": text})

    async def report_outcomes(self, outcomes: Sequence[Mapping[str, str | int]]) -> None:
        """Tell what became of pushes: for each its `push_id`, `outcome` and perhaps `error`."""
        await self._send("POST", "/api/v1/pushes/outcomes/", {"outcomes": list(outcomes)})

    # ---------------------------------------------------------- activities
    async def start_activity(
        self, telegram_id: int, kind: ActivityKind, *, restart: bool = False
    ) -> Activity:
        """Start an activity, or take up the open one of that kind unless `restart`."""
        path = _learner_path(telegram_id, "activities/")
        return await self._ask(Activity, "POST", path, {"kind": kind, "restart": restart})

    async def current_activity(self, telegram_id: int) -> Activity | None:
        """Return the open activity, None when there is none."""
        path = _learner_path(telegram_id, "activities/current/")
        response = await self._send("GET", path)
        return None if response.status == 204 else _parsed(Activity, response)

    async def pause_activity(self, telegram_id: int) -> None:
        """Close the open activity so that it can be taken up again; harmless without one."""
        await self._send("DELETE", _learner_path(telegram_id, "activities/current/"))

    async def answer(
        self,
        telegram_id: int,
        *,
        idempotency_key: str,
        step_id: str | None = None,
        given: str | Sequence[str] | Sequence[tuple[str, str]] | None = None,
        by: Literal["choice", "text", "order", "pairs", "rating", "dont_know"],
    ) -> AnswerOutcome:
        """Answer a step.

        Args:
            telegram_id: whose answer.
            idempotency_key: the handler's `update_key`; a repeat gets the first outcome.
            step_id: the step answered; None applies typed text to the current step.
            given: what `by` asks for: an option's id, typed text, option ids in order, pairs of
                left and right ids, or a `Rating`; None for `dont_know`.
            by: how it is answered.
        """
        body: dict[str, Any] = {
            "step_id": step_id,
            "idempotency_key": idempotency_key,
            "dont_know": by == "dont_know",
        }
        if by != "dont_know":
            body[by] = given
        path = _learner_path(telegram_id, "answers/")
        return await self._ask(AnswerOutcome, "POST", path, body)

    async def rate_card(
        self, telegram_id: int, *, step_id: str, rating: Rating, idempotency_key: str
    ) -> AnswerOutcome:
        """Rate how well a card was remembered."""
        return await self.answer(
            telegram_id,
            step_id=step_id,
            given=rating,
            by="rating",
            idempotency_key=idempotency_key,
        )

    # ------------------------------------------------- words and progress
    async def words(self, telegram_id: int) -> Words:
        """Return the learner's words."""
        return await self._ask(Words, "GET", _learner_path(telegram_id, "words/"))

    async def add_word(self, telegram_id: int, text: str) -> AddedWord:
        """Put a word among the learner's; WordUnknownError when the dictionary lacks it."""
        path = _learner_path(telegram_id, "words/")
        return await self._ask(AddedWord, "POST", path, {"text": text})

    async def progress(self, telegram_id: int) -> Progress:
        """Return where the learner stands."""
        return await self._ask(Progress, "GET", _learner_path(telegram_id, "progress/"))

    async def progress_picture(self, telegram_id: int) -> bytes:
        """Return the learner's progress as a PNG."""
        response = await self._send("GET", _learner_path(telegram_id, "progress.png"))
        return response.content

    # ------------------------------------------------------------ transport
    async def _ask(
        self,
        model: type[_Model],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> _Model:
        return _parsed(model, await self._send(method, path, body))

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> CoreAnswer:
        ledger = current_ledger()
        if ledger is None:
            return _checked(await self._request(method, path, body, {}))
        step = ledger.step(f"{method}:{path}")
        known = ledger.known(step)
        if known is not None:
            return _checked(_restored(known))
        ledger.check_lease()
        key = {} if method == "GET" else {IDEMPOTENCY_HEADER: f"{ledger.update_key}:{step}"}
        response = await self._request(method, path, body, key)
        if method == "GET":
            ledger.note(step, response, _written(response))
        else:
            ledger.keep(step, response, _written(response))
        return _checked(response)

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, more: Mapping[str, str]
    ) -> CoreAnswer:
        headers = {**self._headers, **trace_header(), **more}
        deadline = time.monotonic() + PATIENCE_SECONDS
        for pause in _pauses():
            failure = await self._try(method, path, body, headers)
            if isinstance(failure, CoreAnswer):
                return failure
            if time.monotonic() + pause >= deadline:
                raise _unavailable(method, path, failure)
            _logger.warning("the core gave no answer (%s); asking again in %s s", failure, pause)
            await asyncio.sleep(pause)
        raise AssertionError("the pauses never end")  # pragma: no cover

    async def _try(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> CoreAnswer | str:
        """Return the answer, or in words why there is none."""
        try:
            answer = await self._connections.request(method, path, body=body, headers=headers)
        except CoreSilentError as error:
            return str(error)
        return f"HTTP {answer.status}" if answer.status in _WORTH_REPEATING else answer


def trace_header() -> dict[str, str]:
    """Return the header that tells the core which update a request is made for."""
    trace = current_trace.get()
    return {"traceparent": f"00-{trace}-{new_trace()[:16]}-01"} if trace else {}


def _checked(response: CoreAnswer) -> CoreAnswer:
    """Return the response when the core did what was asked; raise its refusal otherwise."""
    if response.is_success:
        return response
    raise _refusal_of(response)


def _written(response: CoreAnswer) -> bytes:
    return b"%d %s" % (response.status, response.content)


def _restored(known: Any) -> CoreAnswer:
    if isinstance(known, CoreAnswer):
        return known
    status, _, content = bytes(known).partition(b" ")
    return CoreAnswer(int(status), content)


def _pauses() -> Iterator[float]:
    return itertools.chain(_PAUSES_SECONDS, itertools.repeat(2.0))


def _learner_path(telegram_id: int, rest: str = "") -> str:
    return f"/api/v1/learners/{telegram_id}/{rest}"


def _parsed(model: type[_Model], response: CoreAnswer) -> _Model:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        places = sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
        raise CoreUnavailableError(
            f"the core's answer is no {model.__name__}",
            why=f"wrong or missing: {', '.join(places)}",
            mend="run bots and core of the same version",
        ) from None


def _refusal_of(response: CoreAnswer) -> Exception:
    try:
        error = json.loads(response.content)["error"]
        return refusal(
            status=response.status,
            code=str(error["code"]),
            message=str(error.get("message", "")),
            fields=error.get("fields") or {},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return refusal(
            status=response.status, code="unreadable", message="no JSON error", fields={}
        )


def _unavailable(method: str, path: str, failure: str) -> CoreUnavailableError:
    return CoreUnavailableError(
        "the core gives no answer",
        why=f"{method} {path}: {failure}, for {PATIENCE_SECONDS:.0f} s",
        mend="see whether it runs: engagectl dev status",
    )
