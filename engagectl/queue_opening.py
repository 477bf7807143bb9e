"""A failed update opened in the simulator: the same handlers meet it again, offline."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from engagectl.queue_letters import DeadLetter, LetterError
from engagectl.queue_privacy import anonymised
from engagectl.running_stack import find_running_stack
from utils.errors import EngageError
from utils.update_envelope import PUSH

_SECONDS = 10.0
_LARGEST_PERSON_ID = 2**52


@dataclass(frozen=True)
class FailedUpdate:
    """What a dead letter says, whether it came from the queue or from a file."""

    bot: str
    person_id: int
    update: dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """An update on its way to a bot of the local stack."""

    bot: str
    person_id: int
    update_id: int
    kind: str
    page: str


def failed_update(letter: DeadLetter) -> FailedUpdate:
    """Return the update of a letter.

    Raises:
        LetterError: it holds none that a person caused.
    """
    return _checked(letter.text("bot"), letter.text("kind"), letter.number("chat"), letter.update())


def failed_update_of_file(path: Path) -> FailedUpdate:
    """Return the update of a file that `queue dead show --json` wrote.

    Raises:
        LetterError: the file holds none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _checked(document["bot"], document["kind"], document["chat"], document["update"])
    except (ValueError, LookupError, TypeError, RecursionError):
        raise LetterError(
            f"{path} holds no dead letter",
            why="it is not what queue dead show --json writes",
            mend=f"engagectl queue dead show ID --json > {path.name}",
        ) from None


def open_in_simulator(failed: FailedUpdate) -> Opened:
    """Deliver the update, its people nameless, to the same bot of the running local stack.

    Raises:
        EngageError: no stack with a simulator runs, or the simulator refuses.
    """
    stack = find_running_stack()
    if stack is None or not stack.simulator_url:
        raise EngageError(
            "there is no simulator to open it in",
            why="no local stack runs, or it runs without one",
            mend="engagectl dev up",
        )
    with httpx2.Client(base_url=stack.simulator_url, timeout=_SECONDS) as http:
        return _deliver(http, stack.simulator_url, failed)


def _deliver(http: httpx2.Client, simulator_url: str, failed: FailedUpdate) -> Opened:
    person = {
        "id": failed.person_id,
        "first_name": f"Letter {failed.person_id}",
        "language_code": _language(failed.update),
    }
    _ask(http, "/sim/users", person)
    who = {"user_id": failed.person_id, "bot": failed.bot}
    sent = _ask(http, "/sim/inject", {**who, "update": anonymised(failed.update)})
    page = f"{simulator_url}/?person={failed.person_id}#{failed.bot}"
    return Opened(failed.bot, failed.person_id, sent["update_id"], sent["kind"], page)


def _ask(http: httpx2.Client, path: str, body: dict[str, Any]) -> Any:
    try:
        response = http.post(path, json=body)
        answer = response.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise EngageError(
            "the simulator gives no usable answer",
            why=f"{type(error).__name__}: {error}",
            mend="engagectl dev logs simulator",
        ) from None
    if response.is_success:
        return answer
    refusal = answer.get("error", {})
    is_bot_missing = refusal.get("code") == "bot_not_found"
    raise EngageError(
        "the simulator does not take the update",
        why=str(refusal.get("message", response.status_code)),
        mend="make that bot here: engagectl bots add NAME"
        if is_bot_missing
        else "see docs/queue.md",
    )


def _checked(bot: str, kind: str, chat: int | None, update: Any) -> FailedUpdate:
    if kind == PUSH:
        raise _not_openable("it is a message to a learner, no update from one")
    if not isinstance(update, dict) or not isinstance(bot, str):
        raise _not_openable("its body is no update; nothing could handle it")
    if not isinstance(chat, int) or not 0 < chat < _LARGEST_PERSON_ID:
        raise _not_openable(
            "it belongs to no person's private chat, and the simulator has no other"
        )
    return FailedUpdate(bot, chat, update)


def _not_openable(why: str) -> LetterError:
    return LetterError(
        "this letter cannot be opened in the simulator",
        why=why,
        mend="look at it instead: engagectl queue dead show ID",
    )


def _language(value: Any) -> str | None:
    """Return the sender's language, the first that the update names."""
    if isinstance(value, dict):
        held = value.get("language_code")
        if isinstance(held, str) and held.replace("-", "").isalnum() and len(held) <= 3:
            return held.lower()
        return next(filter(None, map(_language, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(_language, value)), None)
    return None
