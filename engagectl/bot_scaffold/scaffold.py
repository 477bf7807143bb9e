"""Writes a new bot: folder, settings, keys on both sides, and a test of its own."""

import difflib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engagectl.env_files import BotKeys, new_bot_keys, register_bot, unwritable, write_env_files
from engagectl.installation import Installation
from utils.bot_registry import check_new_folder_name
from utils.env_files import write_env_file
from utils.errors import EngageError

_PLACE = "__BOT_NAME__"
_TEMPLATES = Path(__file__).with_name("templates")
_MODELS = {"tutor": "english_bot", "vocabulary": "vocabulary_bot"}
_NOT_COPIED = frozenset({".env", "__pycache__", "tests"})
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{35,}")

TEMPLATES = ("tutor", "vocabulary", "quiz", "blank")
"""What a new bot can begin as. The first two are made from the shipped bots' own files."""


class ScaffoldError(EngageError):
    """The bot cannot be made."""


@dataclass(frozen=True)
class NewBot:
    """A bot that was just made."""

    name: str
    folder: Path
    number: str


def add_bot(
    installation: Installation,
    name: str,
    *,
    template: str,
    token: str | None,
    introduce: Callable[[BotKeys], None],
) -> NewBot:
    """Make the bot `name` and register it with the gateway and the core.

    The folder appears in one piece and last, so that a running cluster meets it complete.

    Args:
        installation: where.
        name: the folder's name and BOT_NAME.
        template: one of TEMPLATES.
        token: BotFather's; None for one that the simulator knows.
        introduce: makes the bot known to a running simulator; called before the folder appears,
            because a cluster that meets the folder asks at once whether the token is good.

    Raises:
        BotFolderError: the name cannot be used.
        ScaffoldError: the name is taken, or the template or the token is wrong.
        EngageError: a file cannot be read or written.
    """
    check_new_folder_name(name)
    _check_template(template)
    _check_token(token)
    folder = installation.bots_dir / name
    if folder.exists():
        raise ScaffoldError(
            f"{installation.shown(folder)} is there already",
            why="a new bot would overwrite it",
            mend="choose another name; the bots there are: engagectl bots list",
        )
    unfinished = installation.bots_dir / f".{name}.new"
    try:
        write_env_files(installation)
        keys = new_bot_keys(installation, name, token)
        _write_folder(installation, unfinished, template, keys)
        register_bot(installation, keys)
        introduce(keys)
        unfinished.rename(folder)
    except OSError as error:
        raise unwritable(error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return NewBot(name, folder, keys.number)


def _write_folder(installation: Installation, folder: Path, template: str, keys: BotKeys) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model = _MODELS.get(template)
    if model:
        for source, text in _files_of_model(installation.bots_dir / model):
            _write(folder / source, text.replace(model, keys.bot_name))
    for path in sorted((_TEMPLATES / template).rglob("*.tmpl")):
        target = str(path.relative_to(_TEMPLATES / template)).removesuffix(".tmpl")
        text = path.read_text(encoding="utf-8").replace(_PLACE, keys.bot_name)
        _write(folder / target.replace(_PLACE, keys.bot_name), text)
    write_env_file(folder / ".env", keys.for_bot())


def _files_of_model(model: Path) -> Iterator[tuple[Path, str]]:
    if not model.is_dir():
        raise ScaffoldError(
            f"the template made from {model.name} is not at hand",
            why=f"bots/{model.name} is gone",
            mend="bring it back, or begin with: --template blank",
        )
    for path in sorted(model.rglob("*")):
        inside = path.relative_to(model)
        if path.is_file() and not _NOT_COPIED & set(inside.parts):
            yield inside, path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _check_template(template: str) -> None:
    if template in TEMPLATES:
        return
    near = difflib.get_close_matches(template, TEMPLATES, n=1)
    raise ScaffoldError(
        f"there is no template called {template}",
        why=f"the templates are: {', '.join(TEMPLATES)}",
        mend=f"did you mean --template {near[0]}?" if near else "choose one of them",
    )


def _check_token(token: str | None) -> None:
    if token is not None and not _TOKEN.fullmatch(token):
        raise ScaffoldError(
            "what was given is no bot token",
            why="a token is digits, a colon and at least 35 letters, digits, _ or -",
            mend="copy it from BotFather whole, and give it by --token-stdin or --token-file",
        )
