"""Entities that need no marks: commands, mentions, hashtags, addresses, numbers."""

import re

from engagectl.simulator.formatting.utf16 import utf16_length
from engagectl.simulator.records import Json

_PATTERNS = (
    ("url", re.compile(
        r"(?<![\w@./-])(?:(?:https?|ftp|tg)://[^\s<>\"]+|(?:[a-zA-Z0-9-]+\.)+"
        r"(?:com|org|net|io|ru|me|dev|app|info|edu|gov|uk|de|рф|su|co|ai|tv|xyz)"
        r"(?![\w@.-]*@)(?:[:/?#][^\s<>\"]*)?(?![\w-]))"
    )),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,24}(?![\w-])")),
    ("bot_command", re.compile(
        r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])"
    )),
    ("mention", re.compile(r"(?<![\w@/.])@[a-zA-Z0-9_]{3,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#&])#(?=\w*[^\W\d_])\w{1,256}(?!\w)")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d[\d ()-]{8,18}\d(?!\w)")),
)  # fmt: skip
_LOOSE_END = re.compile(r"[.,:;!?'\"»)\]}…]+$")


def detect_entities(text: str, taken: list[Json]) -> list[Json]:
    """Return the entities found in `text` outside of those that are `taken`."""
    found: list[Json] = []
    if not any(mark in text for mark in "/@#$+."):
        return found
    busy = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken
        if entity["type"] in ("code", "pre", "text_link", "text_mention")
    ]
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            shown = _LOOSE_END.sub("", match.group()) if kind == "url" else match.group()
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(shown)
            if all(end <= other[0] or begin >= other[1] for other in busy):
                busy.append((begin, end))
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return found
