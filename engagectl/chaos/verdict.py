"""What was lost, doubled or out of order, by the core's rows and the simulator's record."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engagectl.chaos.plan import Effect, LoadPlan, PlannedUpdate


@dataclass(frozen=True)
class UnsureCall:
    """A visible call of an update, as the engine's ledger numbers it: `SendMessage#1`."""

    bot: int
    update_id: int
    call: str


@dataclass(frozen=True)
class Evidence:
    """What a load has left.

    Attributes:
        rows: of the core's database, in the order of their ids.
        answers: messages and edits that Telegram took, in the order in which it took them.
        unsure: how often a call was made again because the process died, or the answer was lost,
            while the first was under way: nobody can know whether Telegram had done that one.
    """

    rows: Sequence[Effect]
    answers: Sequence[Effect]
    unsure: Mapping[UnsureCall, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The count; each list names what it counts, `number.part` with where it was seen."""

    answered: int
    lost: list[str]
    doubled: list[str]
    out_of_order: list[str]
    in_flight_twice: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return not (self.lost or self.doubled or self.out_of_order)


def judge(plan: LoadPlan, evidence: Evidence) -> Verdict:
    """Count what a load has left against its plan."""
    rows, answers = Counter(_keys(evidence.rows)), Counter(_keys(evidence.answers))
    lost = [text for update in plan.updates if (text := _missing(update, rows, answers))]
    unsure, doubled_answers = _sort_out(_extra(plan, evidence.answers), plan, evidence.unsure)
    doubled_rows = [f"{effect.label} row" for effect in _extra(plan, evidence.rows)]
    return Verdict(
        answered=len(plan.updates) - len(lost),
        lost=lost,
        doubled=doubled_rows + doubled_answers,
        out_of_order=[
            *_disorder(plan, evidence.rows, "row"),
            *_disorder(plan, evidence.answers, "answer"),
        ],
        in_flight_twice=unsure,
    )


def _keys(effects: Iterable[Effect]) -> Iterable[tuple[int, int]]:
    return ((effect.number, effect.part) for effect in effects)


def _missing(
    update: PlannedUpdate,
    rows: Mapping[tuple[int, int], int],
    answers: Mapping[tuple[int, int], int],
) -> str:
    """Return what an update has not left, nothing when all is there."""
    missing = [
        f"{update.number}.{part} {what}"
        for part in range(1, update.effects + 1)
        for what, seen in (("row", rows), ("answer", answers))
        if not seen[update.number, part]
    ]
    return ", ".join(missing)


def _extra(plan: LoadPlan, effects: Iterable[Effect]) -> list[Effect]:
    """Return each effect beyond the one that was planned; one never planned is extra at once."""
    room = {
        (update.number, part): 1 for update in plan.updates for part in range(1, update.effects + 1)
    }
    extra = []
    for effect in effects:
        key = effect.number, effect.part
        if room.get(key, 0):
            room[key] -= 1
        else:
            extra.append(effect)
    return extra


def _sort_out(
    extra: Iterable[Effect], plan: LoadPlan, unsure: Mapping[UnsureCall, int]
) -> tuple[list[str], list[str]]:
    """Part the answers that came twice: those known to have been in flight, and the others."""
    left = Counter(unsure)
    known: list[str] = []
    others: list[str] = []
    for effect in extra:
        call = _call_of(effect, plan)
        if call and left[call] > 0:
            left[call] -= 1
            known.append(f"{effect.label} answer")
        else:
            others.append(f"{effect.label} answer")
    return known, others


def _call_of(effect: Effect, plan: LoadPlan) -> UnsureCall | None:
    """Return the call that leaves an effect; None for an effect that no update has."""
    if not 0 < effect.number <= len(plan.updates):
        return None
    update = plan.updates[effect.number - 1]
    name, nth = "SendMessage", effect.part
    if update.kind == "press":
        # Its first effect is an edit of the message with the button.
        name, nth = ("EditMessageText", 1) if effect.part == 1 else (name, nth - 1)
    return UnsureCall(plan.chats[update.chat].bot, effect.update_id, f"{name}#{nth}")


def _disorder(plan: LoadPlan, effects: Iterable[Effect], what: str) -> list[str]:
    """Name every effect that first came after a later one of its chat and lane."""
    furthest: dict[tuple[int, str], tuple[int, int]] = {}
    seen: set[tuple[int, int]] = set()
    found = []
    for effect in effects:
        key = effect.number, effect.part
        if key in seen or not 0 < effect.number <= len(plan.updates):
            continue
        seen.add(key)
        update = plan.updates[effect.number - 1]
        lane = update.chat, update.kind
        last = furthest.get(lane, (0, 0))
        if key < last:
            found.append(f"{effect.label} {what} after {last[0]}.{last[1]}")
        furthest[lane] = max(last, key)
    return found
