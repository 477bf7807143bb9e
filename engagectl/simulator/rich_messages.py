"""Rich messages: HTML, Markdown or blocks read into the Bot API's blocks of rich text."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from engagectl.simulator.errors import bad_request
from engagectl.simulator.formatting.entities import MarkupError
from engagectl.simulator.records import Json

_LONGEST = 32_768
_INLINE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "del": "strikethrough", "strike": "strikethrough",
    "code": "code", "tg-spoiler": "spoiler", "mark": "marked", "sub": "subscript",
    "sup": "superscript",
}  # fmt: skip
_HEADINGS = {f"h{size}": size for size in range(1, 7)}
_MEDIA_BLOCKS = frozenset({
    "animation", "audio", "collage", "document", "map", "photo", "slideshow", "video",
    "voice_note",
})  # fmt: skip
_MARKDOWN_INLINE = re.compile(
    r"\*\*(?P<bold>.+?)\*\*|__(?P<underline>.+?)__|~~(?P<strikethrough>.+?)~~"
    r"|`(?P<code>[^`]+)`|\|\|(?P<spoiler>.+?)\|\||[*_](?P<italic>[^*_\n]+)[*_]"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>[^)\s]+)\)"
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)\n?```$", re.DOTALL)


def read_rich_message(given: Json | None) -> Json:
    """Return the Bot API's RichMessage of an InputRichMessage.

    Raises:
        BotApiError: it is missing, in more than one form, too long, or can't be read.
    """
    forms = [name for name in ("html", "markdown", "blocks") if (given or {}).get(name)]
    if given is None or len(forms) != 1:
        raise bad_request("exactly one of html, markdown and blocks must be specified")
    source = given[forms[0]]
    if forms[0] != "blocks" and len(str(source)) > _LONGEST:
        raise bad_request("message is too long")
    readers = {"html": _from_html, "markdown": _from_markdown, "blocks": _from_blocks}
    try:
        blocks = readers[forms[0]](source)
    except MarkupError as error:
        raise bad_request(f"can't parse rich message: {error}") from None
    if not blocks:
        raise bad_request("message text is empty")
    return {"blocks": blocks, **({"is_rtl": True} if given.get("is_rtl") else {})}


def plain_text(rich: Json) -> str:
    """Return a rich message's text without formatting, a line a block."""
    return "\n".join(_plain(block) for block in rich["blocks"])


def _plain(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return "".join(_plain(piece) for piece in part)
    inside = part.get("text", part.get("blocks", part.get("items", "")))
    return _plain(inside)


def _from_blocks(source: Any) -> list[Json]:
    if not isinstance(source, list) or not all(isinstance(block, dict) for block in source):
        raise MarkupError("expected an Array of blocks")
    for block in source:
        if block.get("type") in _MEDIA_BLOCKS or not block.get("type"):
            raise MarkupError(f'unsupported block "{block.get("type", "")}"')
    return source


def _simple(pieces: list[Any]) -> Any:
    """Write a text of one piece as that piece."""
    if not pieces:
        return ""
    return pieces[0] if len(pieces) == 1 else pieces


# ---------------------------------------------------------------------- Markdown
def _from_markdown(source: str) -> list[Json]:
    return [_markdown_block(chunk) for chunk in _chunks(source)]


def _chunks(source: str) -> Iterator[str]:
    """Yield what stands between empty lines; a block of code and a heading stand alone."""
    lines: list[str] = []
    is_code = False
    for line in source.split("\n"):
        is_alone = not is_code and bool(re.match(r"#{1,6} ", line))
        if lines and not is_code and (not line.strip() or is_alone):
            yield "\n".join(lines)
            lines = []
        if line.strip() or is_code:
            lines.append(line)
        if line.startswith("```"):
            is_code = not is_code
        if is_alone:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _markdown_block(chunk: str) -> Json:
    if fence := _FENCE.match(chunk):
        block: Json = {"type": "pre", "text": fence[2]}
        return {**block, "language": fence[1]} if fence[1] else block
    if heading := re.fullmatch(r"(#{1,6}) (.+)", chunk):
        return {"type": "heading", "size": len(heading[1]), "text": _markdown_text(heading[2])}
    if chunk in ("---", "***", "___"):
        return {"type": "divider"}
    lines = chunk.split("\n")
    items = [re.match(r"(?:([-*+])|(\d+)\.) +(.+)", line) for line in lines]
    if all(items):
        return {"type": "list", "items": [_item(item[3], item[2]) for item in items if item]}
    if all(line.startswith(">") for line in lines):
        text = "\n".join(line.removeprefix(">").strip() for line in lines)
        return {"type": "blockquote", "blocks": [_paragraph(_markdown_text(text))]}
    return _paragraph(_markdown_text(chunk))


def _item(text: str, number: str | None) -> Json:
    item: Json = {"label": f"{number}." if number else "•", "blocks": []}
    item["blocks"].append(_paragraph(_markdown_text(text)))
    return {**item, "value": int(number)} if number else item


def _paragraph(text: Any) -> Json:
    return {"type": "paragraph", "text": text}


def _markdown_text(source: str) -> Any:
    pieces: list[Any] = []
    position = 0
    for match in _MARKDOWN_INLINE.finditer(source):
        if match.start() > position:
            pieces.append(source[position : match.start()])
        pieces.append(_markdown_piece(match))
        position = match.end()
    if position < len(source):
        pieces.append(source[position:])
    return _simple(pieces)


def _markdown_piece(match: re.Match[str]) -> Json:
    if match["url"]:
        return {"type": "url", "text": _markdown_text(match["label"]), "url": match["url"]}
    kind, text = next((kind, text) for kind, text in match.groupdict().items() if text)
    return {"type": kind, "text": text if kind == "code" else _markdown_text(text)}


# ---------------------------------------------------------------------- HTML
def _from_html(source: str) -> list[Json]:
    reader = _RichHtml()
    reader.feed(source)
    reader.close()
    return reader.finish()


class _RichHtml(HTMLParser):
    """Collects blocks; text outside of a block is a paragraph of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Json] = []
        self._open: list[tuple[str, Json, list[Any]]] = []
        self._pieces: list[Any] = []
        self._items: list[Json] = []
        self._list = ""

    def finish(self) -> list[Json]:
        if self._open:
            raise MarkupError(f'Can\'t find end tag corresponding to "{self._open[-1][0]}"')
        self._flush()
        return self._blocks

    def handle_data(self, data: str) -> None:
        if data.strip() or self._pieces or self._open:
            self._pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self._pieces.append("\n")
        elif tag == "hr":
            self._flush()
            self._blocks.append({"type": "divider"})
        elif tag in ("ul", "ol"):
            self._flush()
            self._list, self._items = tag, []
        elif tag in _INLINE:
            self._begin(tag, {"type": _INLINE[tag]})
        elif tag == "a":
            self._begin(tag, {"type": "url", "url": given.get("href") or ""})
        elif tag in ("p", "pre", "blockquote", "li", "footer") or tag in _HEADINGS:
            if tag != "li":
                self._flush()
            self._begin(tag, {})
        else:
            raise MarkupError(f'Unsupported start tag "{tag}"')

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._blocks.append({"type": "list", "items": self._items})
            return
        if tag in ("br", "hr"):
            return
        if not self._open or self._open[-1][0] != tag:
            raise MarkupError(f'Unexpected end tag "{tag}"')
        _, entity, outer = self._open.pop()
        text, self._pieces = _simple(self._pieces), outer
        if entity:
            self._pieces.append({**entity, "text": text})
        else:
            self._end_block(tag, text)

    def _begin(self, tag: str, entity: Json) -> None:
        self._open.append((tag, entity, self._pieces))
        self._pieces = []

    def _end_block(self, tag: str, text: Any) -> None:
        if tag == "li":
            label = f"{len(self._items) + 1}." if self._list == "ol" else "•"
            self._items.append({"label": label, "blocks": [_paragraph(text)]})
        elif tag in _HEADINGS:
            self._blocks.append({"type": "heading", "size": _HEADINGS[tag], "text": text})
        elif tag == "blockquote":
            self._blocks.append({"type": "blockquote", "blocks": [_paragraph(text)]})
        else:
            kind = {"p": "paragraph"}.get(tag, tag)
            self._blocks.append({"type": kind, "text": text})

    def _flush(self) -> None:
        if "".join(piece for piece in self._pieces if isinstance(piece, str)).strip() or any(
            not isinstance(piece, str) for piece in self._pieces
        ):
            self._blocks.append(_paragraph(_simple(self._pieces)))
        self._pieces = []
