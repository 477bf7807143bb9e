"""A bot's or a person's text, read into plain text and entities."""

from dataclasses import dataclass
from typing import Any

from engagectl.simulator.errors import BotApiError, bad_request
from engagectl.simulator.formatting.detection import detect_entities
from engagectl.simulator.formatting.entities import Builder, MarkupError, sort_entities
from engagectl.simulator.formatting.html_marks import parse_html
from engagectl.simulator.formatting.markdown_marks import parse_markdown, parse_markdown_v2
from engagectl.simulator.formatting.utf16 import utf16_length
from engagectl.simulator.records import Json

_PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
_MOST_ENTITIES = 100
_KINDS = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold",
    "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote",
    "code", "pre", "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip


@dataclass(frozen=True)
class FormattedText:
    """Plain text and its entities."""

    text: str
    entities: list[Json]

    @property
    def length(self) -> int:
        """In UTF-16 code units, as Telegram counts."""
        return utf16_length(self.text)


def format_text(
    source: str, *, parse_mode: str = "", entities: list[Any] | None = None
) -> FormattedText:
    """Read a text, by its parse mode or with entities that came along.

    Raises:
        BotApiError: the mode is unknown, or marks or entities can't be parsed.
    """
    text, marked = _read(source, parse_mode, entities)
    text, marked = _trim(text, marked)
    marked = marked[:_MOST_ENTITIES]
    return FormattedText(text, sort_entities([*marked, *detect_entities(text, marked)]))


def _read(source: str, parse_mode: str, entities: list[Any] | None) -> tuple[str, list[Json]]:
    mode = parse_mode.lower()
    if mode in ("", "none"):
        return source, [_checked(entity) for entity in entities or []]
    parser = _PARSERS.get(mode)
    if parser is None:
        raise bad_request("unsupported parse_mode")
    try:
        builder: Builder = parser(source)
    except MarkupError as error:
        raise _unparsed(str(error)) from None
    return builder.finish()


def _checked(entity: Any) -> Json:
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise bad_request("can't parse MessageEntity: expected an Object with a type")
    if entity["type"] not in _KINDS:
        raise bad_request(f'can\'t parse MessageEntity: unsupported type "{entity["type"]}"')
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise bad_request("can't parse MessageEntity: wrong offset or length")
    return {name: value for name, value in entity.items() if value is not None}


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Take white space from both ends; entities move or shrink with it."""
    text = text.replace("\r\n", "\n").replace("\r", "") if "\r" in text else text
    lead = len(text) - len(text.lstrip())
    trimmed = text.strip()
    if lead == 0 and len(trimmed) == len(text):
        return text, entities
    shift, end = utf16_length(text[:lead]), utf16_length(trimmed)
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - shift, 0)
        length = min(entity["offset"] + entity["length"] - shift, end) - begin
        if length > 0:
            kept.append({**entity, "offset": begin, "length": length})
    return trimmed, kept


def _unparsed(why: str) -> BotApiError:
    return bad_request(f"can't parse entities: {why}")
