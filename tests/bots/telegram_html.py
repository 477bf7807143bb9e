"""Reads a message's HTML the way Telegram does: into plain text and entities, or a refusal."""

from html.parser import HTMLParser
from typing import Any

_ENTITIES = {
    "b": "bold",
    "i": "italic",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}


class MarkupError(ValueError):
    """The text is not what Telegram takes for HTML."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if attrs or tag not in _ENTITIES:
            raise MarkupError(f'Unsupported start tag "{tag}"')
        self._open.append((tag, self._length()))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise MarkupError(f'Unmatched end tag "{tag}"')
        _, start = self._open.pop()
        if self._length() > start:
            kind = _ENTITIES[tag]
            self.entities.append({"type": kind, "offset": start, "length": self._length() - start})

    def handle_data(self, data: str) -> None:
        self.text += data

    def _length(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2

    def finish(self) -> None:
        self.close()
        if self._open:
            raise MarkupError(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"'
            )


def read_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text that a person sees and its entities, offsets in UTF-16 units.

    Raises:
        MarkupError: a tag is unknown or does not close.
    """
    reader = _Reader()
    reader.feed(source)
    reader.finish()
    entities = sorted(reader.entities, key=lambda each: (each["offset"], -each["length"]))
    return reader.text, entities
