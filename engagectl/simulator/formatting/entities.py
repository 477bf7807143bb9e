"""Entities while a text is read: opened, closed, nested."""

from dataclasses import dataclass, field
from typing import Any

from engagectl.simulator.formatting.utf16 import utf16_length
from engagectl.simulator.records import Json

_ORDER = (
    "blockquote", "expandable_blockquote", "bold", "italic", "underline", "strikethrough",
    "spoiler", "text_link", "text_mention", "custom_emoji", "code", "pre",
)  # fmt: skip


class MarkupError(Exception):
    """A text's marks can't be parsed; the text says where."""


@dataclass
class OpenEntity:
    """An entity whose end has not come yet."""

    name: str
    """The tag or mark."""
    argument: str
    offset: int
    """In UTF-16 code units of the text without marks."""
    begin: int
    """Where its mark stands in the source."""
    start: int
    """Where it begins in the text without marks, in characters."""


@dataclass
class Builder:
    """The text without marks, and its entities, as far as they are read."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    """In UTF-16 code units."""
    entities: list[Json] = field(default_factory=list)
    open: list[OpenEntity] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Append characters to the text."""
        self.pieces.append(text)
        self.length += utf16_length(text)

    def begin(self, name: str, argument: str, position: int) -> None:
        """Open an entity here."""
        self.open.append(OpenEntity(name, argument, self.length, position, len(self.pieces)))

    def inner_text(self, entity: OpenEntity) -> str:
        """Return the text of an open entity so far."""
        return "".join(self.pieces[entity.start :])

    def add(self, opened: OpenEntity, kind: str, **more: Any) -> None:
        """Close an entity; one without text does not count."""
        if self.length > opened.offset:
            length = self.length - opened.offset
            self.entities.append({"type": kind, "offset": opened.offset, "length": length, **more})

    def finish(self) -> tuple[str, list[Json]]:
        """Return the text and its entities, sorted."""
        return "".join(self.pieces), sort_entities(self.entities)


def sort_entities(entities: list[Json]) -> list[Json]:
    """Return entities in Telegram's order: by place, the outer ones first."""

    def key(entity: Json) -> tuple[int, int, int]:
        kind = entity["type"]
        rank = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
        return entity["offset"], -entity["length"], rank

    return sorted(entities, key=key)
