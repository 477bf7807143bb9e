"""Writes the four kinds of `.env`: secrets made, keys matched, a person's values kept."""

import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engagectl.env_names import (
    BOTS,
    CORE,
    CORE_NUMBERED,
    GATEWAY,
    GATEWAY_NUMBERED,
    Section,
    variables,
)
from engagectl.installation import (
    Installation,
    installation_of,
    numbers_of_bots,
    read_if_there,
)
from engagectl.stack.paths import StackPaths
from utils.bot_registry import BotFolder
from utils.env_files import numbered_values, update_env_file, write_env_file
from utils.errors import EngageError
from utils.internal_auth import make_key

_FIRST_SIMULATED_BOT_ID = 7_000_000_001
_MODE = 0o600
_OUTCOMES = {"made": "made", "changed": "updated", "closed": "made readable by its owner alone:"}


@dataclass(frozen=True)
class BotKeys:
    """What a bot shares with the gateway and the core.

    Attributes:
        number: its number in their files.
        bot_name: its name in the webhook's path.
        token: Telegram's token, or the simulator's.
        internal_key: opens the bots' door for this bot.
        drf_key: opens the core for this bot.
    """

    number: str
    bot_name: str
    token: str
    internal_key: str
    drf_key: str

    def for_bot(self) -> dict[str, str]:
        """Return the lines of the bot's own file."""
        return {
            "BOT_NAME": self.bot_name,
            "BOT_TOKEN": self.token,
            "BOT_INTERNAL_KEY": self.internal_key,
            "DRF_INTERNAL_KEY": self.drf_key,
        }

    def for_gateway(self) -> dict[str, str]:
        """Return the lines of the gateway's file."""
        return {
            f"BOT_NAME_{self.number}": self.bot_name,
            f"BOT_TOKEN_{self.number}": self.token,
            f"BOT_INTERNAL_KEY_{self.number}": self.internal_key,
        }

    def for_core(self) -> dict[str, str]:
        """Return the lines of the core's file."""
        return {
            f"BOT_NAME_{self.number}": self.bot_name,
            f"BOT_SYSTEM_KEY_{self.number}": self.drf_key,
        }


@dataclass(frozen=True)
class WrittenFile:
    """What became of a file: `made`, `changed`, `closed` (permissions only) or `kept`."""

    path: Path
    outcome: str


def write_env_files(installation: Installation) -> list[WrittenFile]:
    """Make what is missing in every `.env` and write the numbered entries from the bot folders.

    What a person wrote stays; a bot's own file decides over the numbered entries, and entries of
    bots that are gone are taken out.

    Raises:
        EnvFileError: a present file is malformed.
        EngageError: the disk is full or a folder cannot be written.
    """
    core, gateway = read_if_there(installation.core_env), read_if_there(installation.gateway_env)
    bots = _keys_of_all(installation.bot_folders(), gateway, core)
    try:
        written = [
            _write_service_file(
                installation.core_env, CORE, [bot.for_core() for bot in bots.values()],
                CORE_NUMBERED,
            ),
            _write_service_file(
                installation.gateway_env, GATEWAY, [bot.for_gateway() for bot in bots.values()],
                GATEWAY_NUMBERED,
            ),
            _write_service_file(installation.bots_env, BOTS, [], ()),
        ]  # fmt: skip
        written += [_write_bot_file(path, keys) for path, keys in bots.items()]
    except OSError as error:
        raise unwritable(error) from error
    return written


def init_env(paths: StackPaths) -> list[str]:
    """Write every `.env` of an installation and return what was done, one line for each file.

    Raises:
        EngageError: as `write_env_files`.
    """
    installation = installation_of(paths.root)
    return [
        f"{_OUTCOMES[file.outcome]} {installation.shown(file.path)}"
        for file in write_env_files(installation)
        if file.outcome != "kept"
    ]


def new_bot_keys(installation: Installation, bot_name: str, token: str | None) -> BotKeys:
    """Return the number, keys and token of a bot that is to be made.

    Raises:
        EnvFileError: a present file is malformed.
    """
    core, gateway = read_if_there(installation.core_env), read_if_there(installation.gateway_env)
    numbers = numbers_of_bots(gateway, core)
    taken = _tokens(gateway.values())
    return BotKeys(
        number=numbers.get(bot_name) or _next_number([*_all_numbers(gateway, core)]),
        bot_name=bot_name,
        token=token or simulator_token(taken),
        internal_key=make_key(),
        drf_key=make_key(),
    )


def register_bot(installation: Installation, keys: BotKeys) -> None:
    """Write a bot's numbered entries into the core's and the gateway's file.

    The core comes first: a bot that is served must be known there.
    """
    update_env_file(installation.core_env, keys.for_core(), keep=False)
    update_env_file(installation.gateway_env, keys.for_gateway(), keep=False)


def simulator_token(taken: Iterable[str]) -> str:
    """Return a token such as the simulator gives, for the first bot id that none of `taken` has."""
    ids = {token.partition(":")[0] for token in taken}
    bot_id = _FIRST_SIMULATED_BOT_ID
    while str(bot_id) in ids:
        bot_id += 1
    return f"{bot_id}:SIM{secrets.token_urlsafe(27)}"


def is_simulator_token(token: str) -> bool:
    """Tell whether a token is known to the simulator alone."""
    return token.partition(":")[2].startswith("SIM")


def unwritable(error: OSError) -> EngageError:
    """Return the three lines for a disk that is full or a folder that cannot be written."""
    return EngageError(
        f"{error.filename or 'a file'} cannot be written",
        why=error.strerror or type(error).__name__,
        mend="free disk space or mend the owner and the permissions, then run the command again",
    )


def _keys_of_all(
    folders: list[BotFolder], gateway: Mapping[str, str], core: Mapping[str, str]
) -> dict[Path, BotKeys]:
    own = {folder: read_if_there(folder.env_file) for folder in folders}
    numbers = numbers_of_bots(dict(gateway), dict(core))
    used = {numbers[name] for folder in folders if (name := _name(folder, own)) in numbers}
    tokens = {token for values in own.values() for token in _tokens(values.values())}
    tokens.update(_tokens(gateway.values()))
    found: dict[Path, BotKeys] = {}
    for folder in folders:
        name = _name(folder, own)
        number = numbers.get(name) or _next_number(used)
        used.add(number)
        keys = _keys_of(own[folder], name, number, (gateway, core), tokens)
        tokens.add(keys.token)
        found[folder.env_file] = keys
    return found


def _name(folder: BotFolder, own: Mapping[BotFolder, Mapping[str, str]]) -> str:
    return own[folder].get("BOT_NAME") or folder.name


def _keys_of(
    own: Mapping[str, str],
    name: str,
    number: str,
    numbered: tuple[Mapping[str, str], Mapping[str, str]],
    tokens: set[str],
) -> BotKeys:
    gateway, core = numbered
    is_known = gateway.get(f"BOT_NAME_{number}") == name
    in_gateway = gateway if is_known else {}
    in_core = core if core.get(f"BOT_NAME_{number}", name) == name else {}
    return BotKeys(
        number=number,
        bot_name=name,
        token=own.get("BOT_TOKEN")
        or in_gateway.get(f"BOT_TOKEN_{number}")
        or simulator_token(tokens),
        internal_key=own.get("BOT_INTERNAL_KEY")
        or in_gateway.get(f"BOT_INTERNAL_KEY_{number}")
        or make_key(),
        drf_key=own.get("DRF_INTERNAL_KEY")
        or in_core.get(f"BOT_SYSTEM_KEY_{number}")
        or make_key(),
    )


def _tokens(values: Iterable[str]) -> list[str]:
    return [value for value in values if value.partition(":")[0].isdecimal()]


def _all_numbers(*files: Mapping[str, str]) -> set[str]:
    return {
        number
        for values in files
        for prefix in {*CORE_NUMBERED, *GATEWAY_NUMBERED}
        for number in numbered_values(values, prefix)
    }


def _next_number(used: Iterable[str]) -> str:
    taken = {int(number) for number in used}
    return str(next(number for number in range(1, len(taken) + 2) if number not in taken))


def _write_service_file(
    path: Path,
    sections: tuple[Section, ...],
    entries: list[dict[str, str]],
    prefixes: tuple[str, ...],
) -> WrittenFile:
    existed = path.exists()
    if not existed:
        _make_service_file(path, sections)
    numbered = {name: value for entry in entries for name, value in entry.items()}
    changed = update_env_file(path, _missing_secrets(path, sections))
    present = read_if_there(path)
    dropped = _gone(present, numbered, prefixes)
    changed |= update_env_file(path, numbered, remove=dropped, keep=False)
    return WrittenFile(path, _outcome(path, existed=existed, changed=changed))


def _make_service_file(path: Path, sections: tuple[Section, ...]) -> None:
    comments = ["Yours to edit: engagectl env init adds what is missing and keeps the rest.", ""]
    values: dict[str, str] = {}
    for section in sections:
        new = {each.name: each.default for each in section.variables if each.default is not None}
        if new:
            comments.append(f"{next(iter(new))} and after: {section.comment}")
        values.update(new)
    write_env_file(path, values, comments=comments)


def _missing_secrets(path: Path, sections: tuple[Section, ...]) -> dict[str, str]:
    present = read_if_there(path)
    return {
        variable.name: secrets.token_urlsafe(48)
        for variable in variables(sections)
        if variable.is_secret and not present.get(variable.name)
    }


def _gone(
    present: Mapping[str, str], numbered: Mapping[str, str], prefixes: tuple[str, ...]
) -> list[str]:
    kept = {name.rpartition("_")[2] for name in numbered}
    return [
        f"{prefix}{number}"
        for prefix in prefixes
        for number in numbered_values(present, prefix)
        if number not in kept
    ]


def _write_bot_file(path: Path, keys: BotKeys) -> WrittenFile:
    existed = path.exists()
    changed = update_env_file(path, keys.for_bot())
    return WrittenFile(path, _outcome(path, existed=existed, changed=changed))


def _outcome(path: Path, *, existed: bool, changed: bool) -> str:
    if not existed:
        return "made"
    if changed:
        return "changed"
    if stat.S_IMODE(path.stat().st_mode) & ~_MODE:
        path.chmod(_MODE)
        return "closed"
    return "kept"
