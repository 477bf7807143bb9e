"""How the queue and its dead letters look on a terminal."""

import json
import time
from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from engagectl import console
from engagectl.queue_dead import Outcome
from engagectl.queue_letters import DeadLetter
from engagectl.queue_stats import PartitionStats, QueueStats

_ERROR_LENGTH = 60


def show_stats(stats: QueueStats) -> None:
    """Show the partitions in which something is, then the sums and the warnings."""
    rows = [row for one in stats.partitions for row in _rows(one)]
    if rows:
        headers = ("partition", "lane", "waiting", "pending", "oldest", "owner", "lease")
        console.table(headers, rows, title=f"the queue at {stats.address}")
    totals = stats.totals()
    for name, lane in totals["lanes"].items():
        oldest = f", the oldest for {duration(lane['oldest_s'])}" if lane["oldest_s"] else ""
        console.result(
            f"{name:<8} {lane['waiting']} waiting, {lane['pending']} being handled{oldest}"
        )
    dead = ", ".join(f"{number} {reason}" for reason, number in sorted(totals["dead"].items()))
    console.result(f"dead     {totals['dead_letters']}{f': {dead}' if dead else ''}")
    owned = sum(1 for one in stats.partitions if one.owner)
    console.result(
        f"owners   {len(stats.owners)} bots processes alive, "
        f"{owned} of {len(stats.partitions)} partitions owned"
    )
    console.result(f"unsure   {stats.unsure} calls made again after their process died")
    for warning in stats.warnings:
        console.say(f"warning: {warning}")


def show_letters(letters: Sequence[DeadLetter], *, more: bool) -> None:
    """Show letters as a table."""
    if not letters:
        console.say("there is no dead letter of this kind")
        return
    headers = ("id", "bot", "kind", "chat", "reason", "error", "tries", "parked")
    console.table(headers, [_letter_row(letter) for letter in letters])
    if more:
        console.say("there are more; show them with a greater --limit")
    console.say("look closer: engagectl queue dead show ID")


def show_letter(document: dict[str, Any]) -> None:
    """Show one letter: its fields, then the update."""
    update = document.pop("update")
    width = max(map(len, document))
    for name, value in document.items():
        console.result(f"{name:<{width}}  {'–' if value is None else printable(str(value))}")
    console.result(json.dumps(update, ensure_ascii=True, indent=2))


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Tell what became of each letter."""
    for each in outcomes:
        where = f" as {each.entry} of {each.stream}" if each.entry else ""
        console.result(f"{each.outcome:<9} {each.id}{where}")
        if each.error:
            console.say(f"{each.id}: {each.error}")


def show_broadcasts(broadcasts: Sequence[dict[str, Any]]) -> None:
    """Show broadcasts as a table."""
    if not broadcasts:
        console.say("there is no broadcast")
        return
    names = ("id", "bot", "state", "total", "waiting", "queued", "sent", "blocked", "failed")
    rows = [
        [
            *(escape(printable(str(each.get(name, "–")))) for name in names),
            f"{each['rate_per_second']:.1f}/s" if each.get("rate_per_second") else "",
            duration(each["eta_seconds"]) if each.get("eta_seconds") is not None else "",
        ]
        for each in broadcasts
    ]
    console.table((*names, "rate", "left"), rows)


def duration(seconds: float) -> str:
    """Return a length of time as a person says it."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} s"


def printable(text: str) -> str:
    """Return a text that cannot steer the terminal it is written to."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else "·"
        for character in text
    )


def _rows(one: PartitionStats) -> list[list[str]]:
    number, owner = one.owner.partition(":")[::2] if one.owner else ("", "nobody")
    owner = f"{owner} ({number})" if number else owner
    lease = duration(one.lease_s) if one.lease_s is not None else ""
    return [
        [
            str(one.partition), name, str(lane.waiting), str(lane.pending),
            duration(lane.oldest_s) if lane.oldest_s is not None else "", escape(owner), lease,
        ]
        for name, lane in one.lanes.items()
        if lane.waiting or lane.pending
    ]  # fmt: skip


def _letter_row(letter: DeadLetter) -> list[str]:
    error = printable(letter.text("error"))
    shortened = error if len(error) <= _ERROR_LENGTH else f"{error[: _ERROR_LENGTH - 1]}…"
    age = duration(max(time.time() - letter.order[0] / 1000, 0.0))
    values = [letter.id, *map(letter.text, ("bot", "kind", "chat", "reason"))]
    cells = [*map(printable, values), shortened, letter.text("attempts"), f"{age} ago"]
    return [escape(cell) for cell in cells]
