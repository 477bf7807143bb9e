"""The load as a function of its seed: which numbered update goes where, and what it is to do."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from utils.errors import EngageError

Kind = Literal["text", "press"]
MOST_UPDATES_A_CHAT = 500
"""A chat of the simulator keeps 2,000 messages; a button must still be there to be pressed."""

_PRESSES = 0.25
_TWO_EFFECTS = 0.3
_EFFECT = re.compile(r"chaos (\d+)\.(\d+) of (-?\d+)")


@dataclass(frozen=True)
class PlannedChat:
    """A person's chat with a bot; both are numbered from 0."""

    bot: int
    person: int


@dataclass(frozen=True)
class PlannedUpdate:
    """One update of the load.

    Attributes:
        number: its place in the load, from 1 on.
        chat: the index of its chat.
        kind: a text, or the press of a button.
        effects: how many rows and how many messages it has to leave.
    """

    number: int
    chat: int
    kind: Kind
    effects: int

    @property
    def order(self) -> str:
        """What the person writes, or the pressed button carries."""
        return f"chaos {self.number} {self.effects}"


@dataclass(frozen=True)
class LoadPlan:
    """All chats, and all updates in the order of sending."""

    chats: tuple[PlannedChat, ...]
    updates: tuple[PlannedUpdate, ...]

    def presses_of(self, chat: int) -> list[PlannedUpdate]:
        """Return the presses of a chat: their buttons must be there before."""
        return [each for each in self.updates if each.kind == "press" and each.chat == chat]


@dataclass(frozen=True)
class Effect:
    """A row or a message that an update has left.

    Attributes:
        number: the update's number in the load.
        part: 1 for its first effect, 2 for its second.
        update_id: the simulator's number of the update.
    """

    number: int
    part: int
    update_id: int

    @property
    def label(self) -> str:
        """The effect's name in reports."""
        return f"{self.number}.{self.part}"


def make_plan(*, seed: int, updates: int, chats: int, bots: int) -> LoadPlan:
    """Return the load of a seed: the same arguments give the same load.

    Raises:
        EngageError: there are more updates than the chats can hold.
    """
    if updates > chats * MOST_UPDATES_A_CHAT:
        raise EngageError(
            f"{updates} updates are too many for {chats} chats",
            why=f"a chat takes {MOST_UPDATES_A_CHAT}: its first buttons must stay to be pressed",
            mend=f"engagectl dev chaos --updates {updates} --chats {-(-updates // 100)}",
        )
    chance = random.Random(seed)  # noqa: S311 (a load, no secret)
    rooms = [PlannedChat(bot=index % bots, person=index // bots) for index in range(chats)]
    # Every chat in turn, in an order of its own for each turn: none can run over.
    turns: list[int] = []
    while len(turns) < updates:
        turns += chance.sample(range(chats), chats)
    return LoadPlan(
        tuple(rooms),
        tuple(
            PlannedUpdate(
                number=number,
                chat=turns[number - 1],
                kind="press" if chance.random() < _PRESSES else "text",
                effects=2 if chance.random() < _TWO_EFFECTS else 1,
            )
            for number in range(1, updates + 1)
        ),
    )


def read_effects(texts: Iterable[str]) -> list[Effect]:
    """Return the effects that texts of rows or messages stand for; other texts are left out."""
    found = (_EFFECT.fullmatch(text) for text in texts)
    return [Effect(*(int(part) for part in match.groups())) for match in found if match]
