"""Texts are read as Telegram reads them: entities, lengths, errors with their byte offsets."""

from typing import Any

import pytest

from tests.engagectl.simulator.conftest import Scene


def _marks(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each entity's type and the text that it covers."""
    units = message["text"].encode("utf-16-le")
    return [
        (
            entity["type"],
            units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode(
                "utf-16-le"
            ),
        )
        for entity in message.get("entities", [])
    ]


@pytest.mark.parametrize(
    ("mode", "source", "text", "marks"),
    [
        ("HTML", "<b>a <i>b</i></b>", "a b", [("bold", "a b"), ("italic", "b")]),
        ("HTML", "1 &lt; 2 &amp; &#128512;", "1 < 2 & 😀", []),
        ("HTML", "😀<u>ж</u>", "😀ж", [("underline", "ж")]),
        ("HTML", '<span class="tg-spoiler">x</span>', "x", [("spoiler", "x")]),
        ("HTML", "<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ("HTML", "<code>/start</code>", "/start", [("code", "/start")]),
        ("HTML", "  <b>x</b>\n", "x", [("bold", "x")]),
        ("MarkdownV2", "*a _b_*", "a b", [("bold", "a b"), ("italic", "b")]),
        ("MarkdownV2", "__u__ ~s~ ||p||", "u s p",
         [("underline", "u"), ("strikethrough", "s"), ("spoiler", "p")]),
        ("MarkdownV2", r"1\. `a*b`", "1. a*b", [("code", "a*b")]),
        ("MarkdownV2", ">q1\n>q2\nafter", "q1\nq2\nafter", [("blockquote", "q1\nq2")]),
        ("MarkdownV2", "[w](https://a.b/c)", "w", [("text_link", "w")]),
        ("Markdown", "*a* _b_ `c`", "a b c", [("bold", "a"), ("italic", "b"), ("code", "c")]),
        ("", "/help see @durov_x #tag a.ru and x@y.com", "/help see @durov_x #tag a.ru and x@y.com",
         [("bot_command", "/help"), ("mention", "@durov_x"), ("hashtag", "#tag"), ("url", "a.ru"),
          ("email", "x@y.com")]),
    ],
)  # fmt: skip
def test_marks_become_entities(
    started: Scene, mode: str, source: str, text: str, marks: list[tuple[str, str]]
) -> None:
    sent = started.say(text=source, parse_mode=mode)
    assert sent["text"] == text
    assert _marks(sent) == marks


def test_a_block_of_code_has_its_language(started: Scene) -> None:
    html = started.say(
        text='<pre><code class="language-python">x = 1</code></pre>', parse_mode="HTML"
    )
    markdown = started.say(text="```python\nx = 1```", parse_mode="MarkdownV2")
    expected = {"type": "pre", "offset": 0, "length": 5, "language": "python"}
    assert html["entities"] == markdown["entities"] == [expected]


@pytest.mark.parametrize(
    ("mode", "source", "why"),
    [
        ("HTML", "я<foo>", 'Unsupported start tag "foo" at byte offset 2'),
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "<b>x</i>",
         'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<b", "Unclosed start tag at byte offset 0"),
        ("MarkdownV2", "a.",
         "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "ж*b", "Can't find end of Bold entity at byte offset 2"),
        ("MarkdownV2", "[a](b", "Can't find end of a URL at byte offset 3"),
        ("Markdown", "a_b", "Can't find end of the entity starting at byte offset 1"),
    ],
)  # fmt: skip
def test_what_can_not_be_parsed_is_refused(
    started: Scene, mode: str, source: str, why: str
) -> None:
    refusal = started.refusal("sendMessage", text=source, parse_mode=mode)
    assert refusal == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "message text is empty"),
        ("  \n ", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
    ],
)
def test_lengths_count_utf16_units(started: Scene, text: str, why: str) -> None:
    assert started.refusal("sendMessage", text=text) == f"Bad Request: {why}"
    assert started.say(text="😀" * 2048)["text"] == "😀" * 2048


def test_a_person_s_long_text_comes_in_several_messages(started: Scene) -> None:
    started.act("send", text="я" * 10_000)
    texts = [update["message"]["text"] for update in started.updates()]
    assert [len(text) for text in texts] == [4096, 4096, 1808]


def test_an_unknown_parse_mode_is_refused(started: Scene) -> None:
    refusal = started.refusal("sendMessage", text="x", parse_mode="BBCode")
    assert refusal == "Bad Request: unsupported parse_mode"
