"""Reading and writing `.env` files: what a person wrote is kept, comments too."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from utils.errors import EngageError

_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)$")
_BARE_VALUE = re.compile(r"[A-Za-z0-9_./:@%+,?&=*~^-]*")
_COMMENT_AFTER_VALUE = re.compile(r"\s+#.*$")


class EnvFileError(EngageError):
    """A `.env` file is missing, unreadable or malformed."""


def read_env_file(path: Path) -> dict[str, str]:
    """Return the file's variables in their order.

    Understands blank lines, comments, `export`, single and double quotes, and a comment after an
    unquoted value that follows a blank.

    Raises:
        EnvFileError: the file is missing, not UTF-8, or a line is no assignment; the text names
            the line's number but never its content, which may be a secret.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(_read_lines(path), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _ASSIGNMENT.match(line)
        value = _unquote(match["value"]) if match else None
        if match is None or value is None:
            raise EnvFileError(
                f"{path}: line {number} is malformed",
                why="a line is NAME=value, a comment that starts with #, or blank"
                if match is None
                else "a quote is opened and not closed",
                mend=f"mend line {number} of {path}, then run: engagectl env check",
            )
        values[match["name"]] = value
    return values


def write_env_file(path: Path, values: Mapping[str, str], *, comments: Iterable[str] = ()) -> None:
    """Write a new file from `values`, under `comments`, atomically and with mode 0600."""
    lines = [f"# {comment}" if comment else "" for comment in comments]
    lines += [_assignment(name, value) for name, value in values.items()]
    _replace(path, lines)


def update_env_file(
    path: Path, values: Mapping[str, str], *, remove: Iterable[str] = (), keep: bool = True
) -> bool:
    """Merge `values` into the file and say whether it changed.

    Comments, order and unknown names stay as a person left them. With `keep`, a value that is
    already set and not empty is left alone; without it, it is overwritten. Names in `remove` are
    taken out. A missing file is made. The change is atomic, with mode 0600.

    Raises:
        EnvFileError: the present file is malformed.
    """
    present = read_env_file(path) if path.exists() else {}
    wanted = {name: value for name, value in values.items() if not (keep and present.get(name))}
    dropped = set(remove) & present.keys()
    lines = _read_lines(path) if path.exists() else []
    merged = _merge(lines, wanted, dropped)
    if path.exists() and merged == lines:
        return False
    _replace(path, merged)
    return True


def numbered_values(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return `{"<n>": value}` for every `<prefix><n>` in `values`, in order of number.

    A suffix that is no positive whole number is left out: it belongs to another name.
    """
    found = {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal()
    }
    return dict(sorted(found.items(), key=lambda pair: int(pair[0])))


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise EnvFileError(
            f"{path} is missing",
            why="the settings and keys of this part are read from it",
            mend="engagectl env init",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(
            f"{path} cannot be read",
            why=type(error).__name__ + ": the file must be readable UTF-8 text",
            mend=f"mend the file's permissions or encoding: {path}",
        ) from error


def _unquote(raw: str) -> str | None:
    """Return the value that `raw` stands for, or None when a quote is left open."""
    text = raw.strip()
    if text[:1] not in {'"', "'"}:
        return _COMMENT_AFTER_VALUE.sub("", raw).strip()
    quote = text[0]
    end = _closing_quote(text, quote)
    if end is None:
        return None
    body = text[1:end]
    return body if quote == "'" else re.sub(r'\\(["\\$])', r"\1", body).replace(r"\n", "\n")


def _closing_quote(text: str, quote: str) -> int | None:
    index = 1
    while index < len(text):
        if text[index] == "\\" and quote == '"':
            index += 2
            continue
        if text[index] == quote:
            rest = text[index + 1 :].strip()
            return index if not rest or rest.startswith("#") else None
        index += 1
    return None


def _assignment(name: str, value: str) -> str:
    if _BARE_VALUE.fullmatch(value):
        return f"{name}={value}"
    escaped = re.sub(r'(["\\$])', r"\\\1", value).replace("\n", r"\n")
    return f'{name}="{escaped}"'


def _merge(lines: list[str], wanted: Mapping[str, str], dropped: set[str]) -> list[str]:
    left = dict(wanted)
    merged: list[str] = []
    for line in lines:
        match = _ASSIGNMENT.match(line) if not line.lstrip().startswith("#") else None
        name = match["name"] if match else ""
        if name in dropped:
            continue
        merged.append(_assignment(name, left.pop(name)) if name in left else line)
    return merged + [_assignment(name, value) for name, value in left.items()]


def _replace(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
