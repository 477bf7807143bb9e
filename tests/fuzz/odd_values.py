"""Values that programs stumble over, and trees of JSON bent by them."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

Path = list[str | int]

_NUMBERS = (
    0, -1, 1.5, -0.0, 1e308, -1e308, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64,
    10**30, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
_TEXTS = (
    "", " ", "\x00", "\x00\x1b[2J", "\ufeff", "\u202eevil", "\u200b" * 40, "e\u0301" * 50,
    "\ud800", "\udfff\ud800", "\U0001f469\u200d\U0001f4bb", "\u2028\u2029", "<b>&amp;</b><i", "{}",
    "%s%n{0}", "../../etc/passwd", "null", "NaN", "1", "-1", "true", "/start",
    "/start " + "x" * 200, "/" + "a" * 500, "'; DROP TABLE learners; --", "ʼ" * 5000, "я" * 5000,
)  # fmt: skip
_PLAIN = (None, True, False, [], {}, [[]], {"": None})
_NAMES = (
    "", "id", "chat", "from", "text", "date", "type", "message", "update_id", "callback_query",
    "is_bot", "__class__", "model_config", "\x00", "ключ", "a" * 300,
)  # fmt: skip


def odd_value(rng: random.Random) -> Any:
    """Return something that does not belong where it is put."""
    return rng.choice((odd_number, odd_text, _plain, _nested))(rng)


def odd_number(rng: random.Random) -> float:
    """Return a number at the edge of what programs hold."""
    return rng.choice(_NUMBERS)


def odd_text(rng: random.Random) -> str:
    """Return a text that is hard to store, to measure or to show."""
    return rng.choice(_TEXTS)


def bend(rng: random.Random, tree: Any) -> None:
    """Change one place of a tree of JSON."""
    places = _places(tree)
    if places:
        rng.choice(_BENDS)(rng, tree, rng.choice(places))


def _plain(rng: random.Random) -> Any:
    # A copy: what is put into a tree may be bent there.
    return copy.deepcopy(rng.choice(_PLAIN))


def _nested(rng: random.Random) -> Any:
    value: Any = rng.choice(_TEXTS)
    for _ in range(rng.choice((2, 5, 60, 200))):
        value = [value] if rng.random() < 0.5 else {rng.choice(_NAMES): value}
    return value


def _places(tree: Any, above: Path | None = None) -> list[Path]:
    """Return the path to every value below the tree's top."""
    above = above or []
    entries: Any = ()
    if isinstance(tree, dict):
        entries = tree.items()
    elif isinstance(tree, list):
        entries = enumerate(tree)
    found = []
    for name, value in entries:
        here = [*above, name]
        found += [here, *_places(value, here)]
    return found


def _holder(tree: Any, path: Path) -> Any:
    for name in path[:-1]:
        tree = tree[name]
    return tree


def _replace(rng: random.Random, tree: Any, path: Path) -> None:
    _holder(tree, path)[path[-1]] = odd_value(rng)


def _remove(_: random.Random, tree: Any, path: Path) -> None:
    del _holder(tree, path)[path[-1]]


def _add(rng: random.Random, tree: Any, path: Path) -> None:
    holder = _holder(tree, path)
    if isinstance(holder, dict):
        holder[rng.choice(_NAMES)] = odd_value(rng)
    else:
        holder.append(odd_value(rng))


def _rename(rng: random.Random, tree: Any, path: Path) -> None:
    holder = _holder(tree, path)
    if isinstance(holder, dict):
        holder[rng.choice(_NAMES)] = holder.pop(path[-1])


def _retype(_: random.Random, tree: Any, path: Path) -> None:
    holder, name = _holder(tree, path), path[-1]
    value = holder[name]
    holder[name] = value if isinstance(value, dict | list) else str(value)
    if isinstance(value, str):
        holder[name] = [value]


def _graft(rng: random.Random, tree: Any, path: Path) -> None:
    """Put a copy of some part of the tree where another was."""
    part = tree
    for name in rng.choice(_places(tree)):
        part = part[name]
    _holder(tree, path)[path[-1]] = json.loads(json.dumps(part))


_BENDS: tuple[Callable[[random.Random, Any, Path], None], ...] = (
    _replace, _replace, _replace, _remove, _remove, _add, _rename, _retype, _graft,
)  # fmt: skip


def written(rng: random.Random, tree: Any) -> bytes:
    """Return a tree as JSON text in one of several spellings, a few of them broken."""
    ascii_only = rng.random() < 0.5
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=rng.choice((None, None, 2)))
    # Half a surrogate pair can only be written as it stands by breaking the encoding.
    body = text.encode("utf-8", "surrogatepass")
    return rng.choice(_BREAKS)(rng, body) if rng.random() < 0.15 else body


def _cut(rng: random.Random, body: bytes) -> bytes:
    return body[: rng.randrange(len(body))]


def _flip(rng: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.randint(1, 6)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _insert(rng: random.Random, body: bytes) -> bytes:
    at = rng.randrange(len(body))
    piece = rng.choice((b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b",", b"}", b'"', b"NaN", b"-"))
    return body[:at] + piece + body[at:]


def _frame(rng: random.Random, body: bytes) -> bytes:
    return rng.choice((b"\xef\xbb\xbf" + body, body + body, b"[" + body + b"]", b" " * 50 + body))


def _deep(rng: random.Random, body: bytes) -> bytes:
    depth = rng.choice((500, 5_000, 100_000))
    return body[:-1] + b', "x": ' + b"[" * depth + b"]" * rng.choice((0, depth)) + b"}"


def _double(_: random.Random, body: bytes) -> bytes:
    return body[:-1] + b"," + body[1:] if body.startswith(b"{") and len(body) > 2 else body


_BREAKS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut, _flip, _insert, _frame, _deep, _double,
)  # fmt: skip
