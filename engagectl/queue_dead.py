"""What is done to dead letters: replayed into the queue, or dropped for good."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from engagectl.bot_accounts import UnknownBotError
from engagectl.installation import bot_name_of, this_installation
from engagectl.queue_letters import (
    DeadLetter,
    LetterError,
    Wanted,
    find_letter,
    letter_heads,
    read_letter,
)
from utils.update_envelope import (
    DUPLICATE_MARK_SECONDS,
    EnvelopeError,
    UpdateEnvelope,
    dead_stream_name,
)

_LEDGER_SECONDS = 7 * 86_400
"""A replayed entry finds what was done for it before, for as long as a parked one would."""

_REPLAY_SCRIPT = """
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return false
end
local entry = redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('SET', KEYS[3], '1', 'EX', ARGV[2])
redis.call('EXPIRE', KEYS[4], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[1])
return entry
"""
"""Moves a letter back into its stream, once.

KEYS: the dead letters, the stream, the duplicate mark, the ledger. ARGV: the letter's id, the
mark's seconds, the ledger's seconds, then the entry's fields and values in turn. Returns the new
entry's id, nil when the letter was gone.
"""

_DROP_SCRIPT = """
local dropped = redis.call('XDEL', KEYS[1], ARGV[1])
if dropped == 1 and KEYS[2] then
  redis.call('UNLINK', KEYS[2])
end
return dropped
"""
"""Removes a letter, and the ledger of what was done for it. KEYS: the dead letters, the ledger."""


@dataclass(frozen=True)
class Outcome:
    """What became of one letter.

    Attributes:
        id: the letter's.
        outcome: `replayed`, `dropped`, `gone` (somebody else was faster) or `refused`.
        entry: the new entry's id in its stream.
        stream: the stream it joined.
        error: why it was refused.
    """

    id: str
    outcome: str
    entry: str = ""
    stream: str = ""
    error: str = ""


def choose_letters(client: Redis, ids: Sequence[str], wanted: Wanted) -> list[DeadLetter]:
    """Return the letters of these ids, or without ids all that are meant, oldest arrival first.

    Raises:
        LetterError: an id is no letter's.
        UnknownBotError: the bot that is meant is unknown.
    """
    if ids:
        found = {letter.id: letter for letter in (find_letter(client, one) for one in ids)}
    else:
        check_bot_name(client, wanted)
        found = {letter.id: letter for letter in letter_heads(client, wanted)}
    return sorted(found.values(), key=lambda letter: letter.arrival)


def check_bot_name(client: Redis, wanted: Wanted) -> None:
    """Refuse a bot's name that neither a bot of this installation nor a letter has.

    Raises:
        UnknownBotError: it is unknown.
    """
    if not wanted.bot or next(letter_heads(client, wanted), None):
        return
    known = {bot_name_of(folder) for folder in this_installation().bot_folders()}
    known |= {letter.text("bot") for letter in letter_heads(client, Wanted())}
    if wanted.bot in known:
        return
    near = difflib.get_close_matches(wanted.bot, known, n=1, cutoff=0.5)
    raise UnknownBotError(
        f"there is no bot called {wanted.bot}",
        why=f"the bots are: {', '.join(sorted(known)) or 'none'}",
        mend=f"did you mean {near[0]}?" if near else "see: engagectl bots list",
    )


def replay(client: Redis, letter: DeadLetter) -> Outcome:
    """Put a letter at the end of its lane's stream, exactly once, however often this is called."""
    try:
        whole = read_letter(client, letter.partition, letter.entry_id)
    except LetterError:  # somebody else was faster
        return Outcome(letter.id, "gone")
    try:
        envelope = UpdateEnvelope.from_fields(
            {name.encode(): value for name, value in whole.fields.items()}
        ).replayed()
    except EnvelopeError as error:
        return Outcome(letter.id, "refused", error=f"it is no update: {error.why}")
    entry = client.register_script(_REPLAY_SCRIPT)(
        keys=[
            dead_stream_name(letter.partition),
            envelope.stream,
            envelope.duplicate_mark,
            envelope.ledger_key,
        ],
        args=[
            letter.entry_id,
            DUPLICATE_MARK_SECONDS,
            _LEDGER_SECONDS,
            *(part for pair in envelope.fields().items() for part in pair),
        ],
    )
    if entry is None:
        return Outcome(letter.id, "gone")
    return Outcome(letter.id, "replayed", entry=entry.decode(), stream=envelope.stream)


def drop(client: Redis, letter: DeadLetter) -> Outcome:
    """Remove a letter for good."""
    bot, number = letter.text("bot"), letter.text("id")
    keys = [dead_stream_name(letter.partition)]
    if bot and number:
        keys.append(f"engage:done:{{{letter.partition}}}:{bot}:{number}")
    dropped = client.register_script(_DROP_SCRIPT)(keys=keys, args=[letter.entry_id])
    return Outcome(letter.id, "dropped" if dropped else "gone")
