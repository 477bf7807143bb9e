"""MarkdownV2 and the older Markdown as the Bot API reads them, with their errors."""

from engagectl.simulator.formatting.entities import Builder, MarkupError, OpenEntity
from engagectl.simulator.formatting.links import link_entity
from engagectl.simulator.formatting.utf16 import byte_offset

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
}
_ENDS = {
    "Bold": "*",
    "Italic": "_",
    "Underline": "__",
    "Strikethrough": "~",
    "Spoiler": "||",
    "Code": "`",
    "Pre": "```",
    "PreCode": "```",
    "TextUrl": "]",
    "CustomEmoji": "]",
}
_LITERAL = frozenset({"Code", "Pre", "PreCode"})
_QUOTES = frozenset({"BlockQuote", "ExpandableBlockQuote"})
_SPACE = " \t\r\n\f\v"


def parse_markdown_v2(source: str) -> Builder:
    """Read a text with MarkdownV2 marks.

    Raises:
        MarkupError: a mark has no end, or a reserved character is not escaped.
    """
    return _MarkdownReader(source).read()


class _MarkdownReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._builder = Builder()
        self._quote: OpenEntity | None = None

    def read(self) -> Builder:
        source = self._source
        is_line_start = True
        while self._at < len(source):
            if is_line_start:
                self._line_start()
            if self._at >= len(source):
                break
            character = source[self._at]
            self._character(character)
            is_line_start = character == "\n"
        self._refuse_open()
        self._end_quote()
        return self._builder

    def _refuse_open(self) -> None:
        if self._builder.open:
            last = self._builder.open[-1]
            where = byte_offset(self._source, last.begin)
            raise MarkupError(f"Can't find end of {last.name} entity at byte offset {where}")

    def _line_start(self) -> None:
        """Take the marks of a quotation, which hold for a line each."""
        if self._builder.open and self._builder.open[-1].name in _LITERAL:
            return
        if self._source.startswith("**>", self._at) and self._quote is None:
            self._at += 3
            self._begin_quote("1")
        elif self._source.startswith("**>", self._at):
            self._end_quote()
            self._at += 3
            self._begin_quote("1")
        elif self._source.startswith(">", self._at):
            self._at += 1
            if self._quote is None:
                self._begin_quote("")
        else:
            self._end_quote()

    def _begin_quote(self, argument: str) -> None:
        builder = self._builder
        self._quote = OpenEntity(
            "BlockQuote", argument, builder.length, self._at, len(builder.pieces)
        )

    def _end_quote(self) -> None:
        quote, self._quote = self._quote, None
        if quote is None:
            return
        builder = self._builder
        # The line break before the next line belongs to no quotation.
        is_broken = bool(builder.pieces) and builder.pieces[-1] == "\n"
        length = builder.length - quote.offset - (1 if is_broken else 0)
        if length > 0:
            kind = "expandable_blockquote" if quote.argument else "blockquote"
            builder.entities.append({"type": kind, "offset": quote.offset, "length": length})

    def _character(self, character: str) -> None:
        source, last = self._source, self._builder.open[-1] if self._builder.open else None
        if character == "\\" and 0 < ord(source[self._at + 1 : self._at + 2] or "\0") <= 126:
            self._builder.write(source[self._at + 1])
            self._at += 2
            return
        is_literal = last is not None and last.name in _LITERAL
        if character not in _RESERVED or (is_literal and character != "`"):
            self._builder.write(character)
            self._at += 1
        elif last is not None and self._ends(last):
            self._end(self._builder.open.pop())
        elif is_literal:
            self._builder.write(character)
            self._at += 1
        else:
            self._begin(character)

    def _ends(self, entity: OpenEntity) -> bool:
        mark = _ENDS[entity.name]
        if not self._source.startswith(mark, self._at):
            return False
        return not (entity.name == "Italic" and self._source.startswith("__", self._at))

    # ------------------------------------------------------------------ start of an entity
    def _begin(self, character: str) -> None:
        source, begin = self._source, self._at
        if source.startswith("```", begin):
            self._begin_block(begin)
            return
        if source.startswith("||", begin) and self._is_long_quote_end():
            self._end_long_quote()
            return
        for mark, name in (
            ("__", "Underline"), ("||", "Spoiler"), ("![", "CustomEmoji"), ("_", "Italic"),
            ("*", "Bold"), ("~", "Strikethrough"), ("[", "TextUrl"), ("`", "Code"),
        ):  # fmt: skip
            if source.startswith(mark, begin):
                self._at += len(mark)
                self._builder.begin(name, "", begin)
                return
        raise MarkupError(
            f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
        )

    def _is_long_quote_end(self) -> bool:
        after = self._source[self._at + 2 : self._at + 3]
        return self._quote is not None and after in ("", "\n")

    def _end_long_quote(self) -> None:
        """Two bars at the end of a quotation's last line make it one that can be unfolded."""
        if self._quote is not None:
            self._quote.argument = "1"
        self._at += 2
        self._end_quote()

    def _begin_block(self, begin: int) -> None:
        source = self._source
        end = begin + 3
        while end < len(source) and source[end] not in _SPACE and source[end] != "`":
            end += 1
        language = source[begin + 3 : end]
        has_language = bool(language) and end < len(source) and source[end] != "`"
        self._at = end if has_language else begin + 3
        if source.startswith("\r\n", self._at):
            self._at += 2
        elif source.startswith(("\n", "\r"), self._at):
            self._at += 1
        name = "PreCode" if has_language else "Pre"
        self._builder.begin(name, language if has_language else "", begin)

    # ------------------------------------------------------------------ end of an entity
    def _end(self, opened: OpenEntity) -> None:
        self._at += len(_ENDS[opened.name])
        builder = self._builder
        match opened.name:
            case "Pre":
                builder.add(opened, "pre")
            case "PreCode":
                builder.add(opened, "pre", language=opened.argument)
            case "TextUrl":
                url = self._target() or builder.inner_text(opened)
                if link := link_entity(url):
                    builder.add(opened, **link)
            case "CustomEmoji":
                self._end_custom_emoji(opened)
            case name:
                builder.add(opened, _KINDS[name])

    def _end_custom_emoji(self, opened: OpenEntity) -> None:
        begin = self._at
        url = self._target()
        if not url:
            where = byte_offset(self._source, begin)
            raise MarkupError(
                f"Custom emoji entity must contain a tg://emoji URL at byte offset {where}"
            )
        self._builder.add(opened, "custom_emoji", custom_emoji_id=url.rpartition("id=")[2])

    def _target(self) -> str:
        """Take the address in parentheses after a link's text, if there is one."""
        if not self._source.startswith("(", self._at):
            return ""
        begin = self._at
        self._at += 1
        url = []
        while self._at < len(self._source) and self._source[self._at] != ")":
            if self._source[self._at] == "\\" and self._at + 1 < len(self._source):
                self._at += 1
            url.append(self._source[self._at])
            self._at += 1
        if self._at >= len(self._source):
            where = byte_offset(self._source, begin)
            raise MarkupError(f"Can't find end of a URL at byte offset {where}")
        self._at += 1
        return "".join(url)


def parse_markdown(source: str) -> Builder:
    """Read a text with the older Markdown's marks, which do not nest.

    Raises:
        MarkupError: a mark has no end.
    """
    builder = Builder()
    position = 0
    while position < len(source):
        character = source[position]
        if character == "\\" and source[position + 1 : position + 2] in tuple("_*`["):
            builder.write(source[position + 1])
            position += 2
        elif character in "_*`[":
            position = _legacy_entity(source, position, builder)
        else:
            builder.write(character)
            position += 1
    return builder


def _legacy_entity(source: str, begin: int, builder: Builder) -> int:
    """Read one entity and return where it ends."""
    mark = "```" if source.startswith("```", begin) else source[begin]
    closing = "]" if mark == "[" else mark
    start = begin + len(mark)
    language = ""
    if mark == "```":
        start, language = _legacy_language(source, start)
    end = source.find(closing, start)
    if end < 0:
        where = byte_offset(source, begin)
        raise MarkupError(f"Can't find end of the entity starting at byte offset {where}")
    builder.begin(mark, language, begin)
    builder.write(source[start:end])
    opened = builder.open.pop()
    after = end + len(closing)
    if mark == "[":
        return _legacy_link(source, after, builder, opened)
    _close_legacy(builder, opened)
    return after


def _close_legacy(builder: Builder, opened: OpenEntity) -> None:
    match opened.name:
        case "```" if opened.argument:
            builder.add(opened, "pre", language=opened.argument)
        case "```":
            builder.add(opened, "pre")
        case mark:
            builder.add(opened, {"*": "bold", "_": "italic", "`": "code"}[mark])


def _legacy_language(source: str, start: int) -> tuple[int, str]:
    end = start
    while end < len(source) and source[end] not in _SPACE and source[end] != "`":
        end += 1
    language = source[start:end]
    if not language or end >= len(source) or source[end] == "`":
        language, end = "", start
    if source.startswith("\n", end):
        end += 1
    return end, language


def _legacy_link(source: str, after: int, builder: Builder, opened: OpenEntity) -> int:
    end = source.find(")", after) if source.startswith("(", after) else -1
    url = source[after + 1 : end] if end >= 0 else builder.inner_text(opened)
    if link := link_entity(url):
        builder.add(opened, **link)
    return end + 1 if end >= 0 else after
