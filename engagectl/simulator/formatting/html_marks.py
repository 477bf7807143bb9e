"""HTML as the Bot API reads it, with its errors."""

import re
from dataclasses import dataclass

from engagectl.simulator.formatting.entities import Builder, MarkupError, OpenEntity
from engagectl.simulator.formatting.links import link_entity
from engagectl.simulator.formatting.utf16 import byte_offset

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_QUOTES = {"": "blockquote", "1": "expandable_blockquote"}
_TAGS = frozenset({*_KINDS, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"})
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#(\d{1,8})|(lt|gt|amp|quot));?")
_SPACE = " \t\r\n\f\v"


def parse_html(source: str) -> Builder:
    """Read a text with HTML marks.

    Raises:
        MarkupError: a tag is unknown, unclosed or misplaced.
    """
    return _HtmlReader(source).read()


@dataclass
class _Tag:
    name: str
    argument: str = ""


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._builder = Builder()

    def read(self) -> Builder:
        source, builder = self._source, self._builder
        while self._at < len(source):
            character = source[self._at]
            if character == "&":
                builder.write(self._reference())
            elif character != "<":
                builder.write(character)
                self._at += 1
            elif source.startswith("</", self._at):
                self._end_tag()
            else:
                self._start_tag()
        if builder.open:
            raise MarkupError(
                f'Can\'t find end tag corresponding to start tag "{builder.open[-1].name}"'
            )
        return builder

    def _reference(self) -> str:
        """Take a character reference; an ampersand that begins none stands for itself."""
        match = _REFERENCE.match(self._source, self._at)
        if match is None:
            self._at += 1
            return "&"
        hexadecimal, decimal, named = match.groups()
        self._at = match.end()
        if named:
            return _NAMED[named]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
            return chr(code)
        return match.group()

    # ------------------------------------------------------------------ start of an entity
    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._until(_SPACE + ">").lower()
        if self._is_over():
            raise self._error("Unclosed start tag", begin)
        if name not in _TAGS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        tag = _Tag(name)
        while self._skip_spaces() and self._source[self._at] != ">":
            self._attribute(tag, begin)
        if self._is_over():
            raise self._error("Unclosed start tag", begin)
        if name == "span" and tag.argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self._at += 1
        self._builder.begin(name, tag.argument, begin)

    def _attribute(self, tag: _Tag, begin: int) -> None:
        name = self._until(_SPACE + "=>").lower()
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag.name}"', begin)
        self._skip_spaces()
        if self._is_over():
            raise self._error("Unclosed start tag", begin)
        if self._source[self._at] != "=":
            _take_attribute(tag, name, "")
            return
        self._at += 1
        self._skip_spaces()
        if self._is_over():
            raise self._error("Unclosed start tag", begin)
        _take_attribute(tag, name, self._value(begin))

    def _value(self, begin: int) -> str:
        quote = self._source[self._at]
        if quote not in "'\"":
            return self._name_token()
        self._at += 1
        value = []
        while not self._is_over() and self._source[self._at] != quote:
            if self._source[self._at] == "&":
                value.append(self._reference())
            else:
                value.append(self._source[self._at])
                self._at += 1
        if self._is_over():
            raise self._error("Unclosed start tag", begin)
        self._at += 1
        return "".join(value)

    def _name_token(self) -> str:
        begin = self._at
        while not self._is_over() and (
            self._source[self._at].isalnum() or self._source[self._at] in ".-"
        ):
            self._at += 1
        if not self._is_over() and self._source[self._at] not in _SPACE + ">":
            raise self._error("Unexpected end of name token", begin)
        return self._source[begin : self._at].lower()

    # ------------------------------------------------------------------ end of an entity
    def _end_tag(self) -> None:
        begin = self._at
        if not self._builder.open:
            raise self._error("Unexpected end tag", begin)
        self._at += 2
        name = self._until(_SPACE + ">").lower()
        self._skip_spaces()
        if self._is_over() or self._source[self._at] != ">":
            raise self._error("Unclosed end tag", begin)
        self._at += 1
        opened = self._builder.open.pop()
        if name and name != opened.name:
            raise self._error(
                "Unmatched end tag", begin, f', expected "</{opened.name}>", found "</{name}>"'
            )
        self._close(opened)

    def _close(self, opened: OpenEntity) -> None:
        builder = self._builder
        match opened.name:
            case "a":
                self._close_link(opened)
            case "pre":
                self._close_pre(opened)
            case "code":
                self._close_code(opened)
            case "blockquote":
                builder.add(opened, _QUOTES[opened.argument])
            case "tg-emoji":
                builder.add(opened, "custom_emoji", custom_emoji_id=opened.argument)
            case "tg-time" if opened.argument.isdigit():
                builder.add(opened, "date_time", unix_time=int(opened.argument))
            case name:
                if name in _KINDS:
                    builder.add(opened, _KINDS[name])

    def _close_link(self, opened: OpenEntity) -> None:
        url = opened.argument or self._builder.inner_text(opened)
        if link := link_entity(url):
            self._builder.add(opened, **link)

    def _close_code(self, opened: OpenEntity) -> None:
        """`<pre><code class="language-x">` is one entity: a block with a language."""
        outer = self._builder.open[-1] if self._builder.open else None
        if opened.argument and outer is not None and outer.name == "pre":
            if outer.offset == opened.offset:
                outer.argument = f"{opened.argument}\n{self._builder.length}"
            return
        self._builder.add(opened, "code")

    def _close_pre(self, opened: OpenEntity) -> None:
        language, _, end = opened.argument.partition("\n")
        if language and end == str(self._builder.length):
            self._builder.add(opened, "pre", language=language)
        else:
            self._builder.add(opened, "pre")

    # ------------------------------------------------------------------ characters
    def _is_over(self) -> bool:
        return self._at >= len(self._source)

    def _until(self, ends: str) -> str:
        begin = self._at
        while not self._is_over() and self._source[self._at] not in ends:
            self._at += 1
        return self._source[begin : self._at]

    def _skip_spaces(self) -> bool:
        """Skip spaces and tell whether anything is left."""
        while not self._is_over() and self._source[self._at] in _SPACE:
            self._at += 1
        return not self._is_over()

    def _error(self, what: str, position: int, more: str = "") -> MarkupError:
        return MarkupError(f"{what} at byte offset {byte_offset(self._source, position)}{more}")


def _take_attribute(tag: _Tag, name: str, value: str) -> None:
    match tag.name, name:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix"):
            tag.argument = value
        case ("code", "class") if value.startswith("language-"):
            tag.argument = value.removeprefix("language-")
        case ("span", "class") if value.startswith("tg-"):
            tag.argument = value.removeprefix("tg-")
        case ("blockquote", "expandable"):
            tag.argument = "1"
        case _:
            pass
