"""What is wrong with the `.env` files: named by file and variable, never showing a value."""

import difflib
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from engagectl.env_names import (
    BOT,
    BOTS,
    CORE,
    CORE_NUMBERED,
    GATEWAY,
    GATEWAY_NUMBERED,
    Section,
    variables,
)
from engagectl.installation import Installation
from utils.bot_registry import BOT_NAME
from utils.env_files import EnvFileError, numbered_values, read_env_file
from utils.internal_auth import MINIMUM_KEY_LENGTH

_INIT = "engagectl env init"
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{35,}")
_PORT_NAMES = ("DB_PORT", "EMAIL_PORT", "FAST_API_PORT", "INTERNAL_BOT_API_PORT")
_GATEWAY_PAIRS = {"BOT_TOKEN": "BOT_TOKEN_", "BOT_INTERNAL_KEY": "BOT_INTERNAL_KEY_"}
_CORE_PAIRS = {"DRF_INTERNAL_KEY": "BOT_SYSTEM_KEY_"}
_ASSIGNED_NAME = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


@dataclass(frozen=True)
class EnvFault:
    """One thing that is wrong.

    `kind` is `missing`, `malformed`, `unmatched`, `duplicate`, `too_short`, `readable_by_others`
    or `unknown_name`.
    """

    file: str
    name: str
    kind: str
    what: str
    mend: str

    def document(self) -> dict[str, str]:
        """Return the fault as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class _File:
    """A file that could be read."""

    path: Path
    shown: str
    values: Mapping[str, str]

    def fault(self, name: str, kind: str, what: str, mend: str = "") -> EnvFault:
        return EnvFault(self.shown, name, kind, what, mend or f"mend it in {self.shown}")


def check_env(installation: Installation) -> list[EnvFault]:
    """Return every fault of the installation's `.env` files, none when all is well."""
    faults: list[EnvFault] = []
    services = (
        (installation.core_env, CORE, CORE_NUMBERED),
        (installation.gateway_env, GATEWAY, GATEWAY_NUMBERED),
        (installation.bots_env, BOTS, ()),
    )
    read: dict[Path, _File] = {}
    for path, sections, prefixes in services:
        file = _open(installation, path, faults)
        if file:
            read[path] = file
            faults += _service_faults(file, sections, prefixes)
    bots = [_open(installation, folder.env_file, faults) for folder in installation.bot_folders()]
    present = [bot for bot in bots if bot is not None]
    faults += [fault for bot in present for fault in _bot_faults(bot)]
    faults += _double_values(present)
    for path, pairs in (
        (installation.gateway_env, _GATEWAY_PAIRS),
        (installation.core_env, _CORE_PAIRS),
    ):
        if path in read:
            faults += _unmatched(read[path], present, pairs)
    return faults


def _open(installation: Installation, path: Path, faults: list[EnvFault]) -> _File | None:
    """Return the file read; when that fails, add the fault and return None."""
    shown = installation.shown(path)
    try:
        file = _File(path, shown, read_env_file(path))
    except EnvFileError as error:
        kind = "malformed" if path.exists() else "missing"
        faults.append(EnvFault(shown, "", kind, error.what, error.mend))
        return None
    faults += _permission_faults(file)
    faults += _double_names(file)
    return file


def _permission_faults(file: _File) -> Iterator[EnvFault]:
    if stat.S_IMODE(file.path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        what = "the file holds secrets, and others on this machine may read it"
        yield file.fault("", "readable_by_others", what, f"chmod 600 {file.shown}")


def _double_names(file: _File) -> Iterator[EnvFault]:
    lines = file.path.read_text(encoding="utf-8").splitlines()
    names = Counter(found[1] for line in lines if (found := _ASSIGNED_NAME.match(line)))
    for name, times in names.items():
        if times > 1:
            yield file.fault(name, "duplicate", f"{name} stands in the file {times} times")


def _service_faults(
    file: _File, sections: tuple[Section, ...], prefixes: tuple[str, ...]
) -> Iterator[EnvFault]:
    known = {variable.name for variable in variables(sections)}
    for variable in variables(sections):
        if variable.is_secret:
            yield from _secret_faults(file, variable.name)
    for name in _PORT_NAMES:
        value = file.values.get(name, "")
        if value and not (value.isdecimal() and 1 <= int(value) <= 65535):
            yield file.fault(name, "malformed", f"{name} is no port from 1 to 65535")
    for name in file.values:
        if name not in known and not _is_numbered(name, prefixes):
            yield _unknown(file, name, [*known, *(f"{prefix}1" for prefix in prefixes)])


def _is_numbered(name: str, prefixes: Iterable[str]) -> bool:
    return any(numbered_values({name: ""}, prefix) for prefix in prefixes)


def _unknown(file: _File, name: str, known: Iterable[str]) -> EnvFault:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    hint = f"did you mean {near[0]}?" if near else f"take {name} out of {file.shown}"
    return file.fault(name, "unknown_name", f"nothing reads {name}", hint)


def _secret_faults(file: _File, name: str) -> Iterator[EnvFault]:
    value = file.values.get(name, "")
    if not value:
        yield file.fault(name, "missing", f"{name} is not set", _INIT)
    elif len(value) < MINIMUM_KEY_LENGTH:
        what = f"{name} has {len(value)} characters; at least {MINIMUM_KEY_LENGTH} are needed"
        yield file.fault(name, "too_short", what, f"empty it in {file.shown}, then: {_INIT}")


def _bot_faults(file: _File) -> Iterator[EnvFault]:
    for name in ("BOT_INTERNAL_KEY", "DRF_INTERNAL_KEY"):
        yield from _secret_faults(file, name)
    token = file.values.get("BOT_TOKEN", "")
    if not token:
        yield file.fault("BOT_TOKEN", "missing", "BOT_TOKEN is not set", _INIT)
    elif not _TOKEN.fullmatch(token):
        what = "BOT_TOKEN is no bot token; BotFather's look like 123456789:AA…"
        yield file.fault("BOT_TOKEN", "malformed", what)
    name = file.values.get("BOT_NAME", "")
    if name and not BOT_NAME.fullmatch(name):
        what = (
            "BOT_NAME has other characters than A-Z a-z 0-9 _, or begins with another than a letter"
        )
        yield file.fault("BOT_NAME", "malformed", what)
    # A bot may have settings of its own, so that only what looks like a slip is named.
    for other in file.values.keys() - set(BOT):
        if difflib.get_close_matches(other, BOT, n=1, cutoff=0.85):
            yield _unknown(file, other, BOT)


def _double_values(bots: list[_File]) -> Iterator[EnvFault]:
    for name in BOT:
        owners: dict[str, str] = {}
        for bot in bots:
            value = bot.values.get(name) or (bot.path.parent.name if name == "BOT_NAME" else "")
            if value and value in owners:
                what = f"{name} is the same as in {owners[value]}"
                mend = f"give {bot.shown} its own: empty the value there, then: {_INIT}"
                yield bot.fault(name, "duplicate", what, mend)
            owners.setdefault(value, bot.shown)


def _unmatched(file: _File, bots: list[_File], pairs: Mapping[str, str]) -> Iterator[EnvFault]:
    numbers: dict[str, str] = {}
    for number, name in numbered_values(file.values, "BOT_NAME_").items():
        if name in numbers:
            what = f"BOT_NAME_{number} names {name} a second time"
            yield file.fault(f"BOT_NAME_{number}", "duplicate", what, _INIT)
        numbers.setdefault(name, number)
    for bot in bots:
        name = bot.values.get("BOT_NAME") or bot.path.parent.name
        found = numbers.pop(name, "")
        if not found:
            what = f"{name} has no BOT_NAME_<n> here"
            yield file.fault("BOT_NAME_<n>", "unmatched", what, _INIT)
            continue
        for own, prefix in pairs.items():
            if bot.values.get(own) and file.values.get(f"{prefix}{found}") != bot.values[own]:
                what = f"{prefix}{found} differs from {own} in {bot.shown}"
                yield file.fault(f"{prefix}{found}", "unmatched", what, _INIT)
    for name, number in numbers.items():
        what = f"BOT_NAME_{number} names {name}, which has no folder"
        yield file.fault(f"BOT_NAME_{number}", "unmatched", what, _INIT)
