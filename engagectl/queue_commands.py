"""What `engagectl queue dead` does with letters: chosen, shown, asked about, acted upon."""

import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from redis import Redis

from engagectl import console
from engagectl.queue_connection import open_queue
from engagectl.queue_dead import Outcome, check_bot_name, choose_letters, drop, replay
from engagectl.queue_letters import DeadLetter, LetterError, Wanted, find_letter, letter_heads
from engagectl.queue_opening import FailedUpdate, failed_update
from engagectl.queue_privacy import blanked
from utils.errors import EngageError

_AGO = re.compile(r"(\d+)\s*([smhd])")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def since_when(text: str) -> float:
    """Return the Unix time of `30m`, `2h`, `7d` ago, or of a date; 0 for nothing.

    Raises:
        ValueError: it is neither.
    """
    if not text:
        return 0.0
    if ago := _AGO.fullmatch(text.strip()):
        return time.time() - int(ago[1]) * _UNIT_SECONDS[ago[2]]
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def list_letters(wanted: Wanted, limit: int) -> tuple[list[DeadLetter], bool]:
    """Return at most `limit` letters, those parked last first, and whether there are more."""
    with open_queue() as queue:
        check_bot_name(queue.client, wanted)
        found = list(islice(letter_heads(queue.client, wanted), limit + 1))
    return found[:limit], len(found) > limit


def letter_document(letter_id: str, *, reveal: bool) -> dict[str, Any]:
    """Return a letter with its update, whose texts are dots unless revealed.

    Raises:
        LetterError: there is no such letter, or it is to be revealed without a terminal.
    """
    if reveal and not sys.stdout.isatty():
        raise LetterError(
            "learners' texts are shown to a terminal only",
            why="standard output is a file or another program",
            mend="leave --reveal out: the structure is shown all the same",
        )
    with open_queue() as queue:
        letter = find_letter(queue.client, letter_id)
    update = letter.update()
    return {**letter.summary(), "update": update if reveal else blanked(update)}


def update_of_letter(letter_id: str) -> FailedUpdate:
    """Return the update of a letter.

    Raises:
        LetterError: there is no such letter, or it holds no update that a person caused.
    """
    with open_queue() as queue:
        return failed_update(find_letter(queue.client, letter_id))


def replay_letters(ids: Sequence[str], wanted: Wanted, *, yes: bool) -> list[Outcome]:
    """Put letters back into the queue, oldest arrival first; all of them only when agreed to."""
    question = "Handle {} dead letters again? Learners may be answered long after they wrote."
    return _act(ids, wanted, replay, "" if yes or ids else question)


def drop_letters(ids: Sequence[str], wanted: Wanted, *, yes: bool) -> list[Outcome]:
    """Remove letters for good, when agreed to."""
    question = "Drop {} dead letters for good? Nobody will ever answer what they hold."
    return _act(ids, wanted, drop, "" if yes else question)


def _act(
    ids: Sequence[str],
    wanted: Wanted,
    action: Callable[[Redis, DeadLetter], Outcome],
    question: str,
) -> list[Outcome]:
    with open_queue() as queue:
        letters = choose_letters(queue.client, ids, wanted)
        if letters and question and not console.ask(question.format(len(letters))):
            raise EngageError(
                "nothing was changed",
                why="nobody agreed, or there is no terminal to ask on",
                mend="run it again with --yes",
            )
        return [action(queue.client, letter) for letter in letters]
