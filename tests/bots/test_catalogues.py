"""Every text is there in Russian, with the same places to fill, and none is left over."""

import ast
import string
from pathlib import Path

import polib
import pytest

from utils.settings import repository_root

_BOTS = repository_root() / "bots"
_FOLDERS = ("shared", "english_bot", "vocabulary_bot")
_TEXTS = {"t", "t.plain", "chat.texts", "chat.texts.plain"}
_PLURALS = {"t.plural", "chat.texts.plural"}


def _used_in(folder: Path) -> dict[str, str]:
    """Each message of a folder's code, with its plural or nothing."""
    calls = [
        node
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    found: dict[str, str] = {}
    for call in calls:
        spoken = [one.value for one in call.args if isinstance(one, ast.Constant)]
        name = ast.unparse(call.func)
        if name in _TEXTS and spoken:
            found[str(spoken[0])] = ""
        elif name in _PLURALS:
            found[str(spoken[0])] = str(spoken[1])
    return found


def _catalogue(folder: str) -> polib.POFile:
    return polib.pofile(str(_BOTS / folder / "locale" / "ru" / "LC_MESSAGES" / "messages.po"))


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("folder", _FOLDERS)
def test_no_message_lacks_its_russian(folder: str) -> None:
    known = {entry.msgid for name in ("shared", folder) for entry in _catalogue(name)}
    assert _used_in(_BOTS / folder).keys() - known == set()


@pytest.mark.parametrize("folder", _FOLDERS)
def test_no_translation_is_left_over_or_said_twice(folder: str) -> None:
    readers = _FOLDERS if folder == "shared" else (folder,)
    used = {message for name in readers for message in _used_in(_BOTS / name)}
    own = {entry.msgid for entry in _catalogue(folder)}
    assert own - used == set()
    if folder != "shared":
        assert own & {entry.msgid for entry in _catalogue("shared")} == set()


@pytest.mark.parametrize("folder", _FOLDERS)
def test_translations_are_whole_and_fill_the_same_places(folder: str) -> None:
    for entry in _catalogue(folder):
        forms = list(entry.msgstr_plural.values()) or [entry.msgstr]
        assert len(forms) == (3 if entry.msgid_plural else 1), entry.msgid
        for form in forms:
            assert form.strip(), entry.msgid
            assert _places(form) == _places(entry.msgid), entry.msgid
            assert form.count("<") == entry.msgid.count("<"), entry.msgid


@pytest.mark.parametrize("folder", ["english_bot", "vocabulary_bot"])
def test_every_command_of_the_help_stands_in_the_menu(folder: str) -> None:
    menu = ast.parse((_BOTS / folder / "config.py").read_text(encoding="utf-8"))
    names = {
        str(node.args[0].value)
        for node in ast.walk(menu)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Command"
        and isinstance(node.args[0], ast.Constant)
    }
    helps = [entry.msgid for entry in _catalogue(folder) if "What I can do" in entry.msgid]
    told = {line[1:].split()[0] for line in helps[0].splitlines() if line.startswith("/")}
    assert told
    assert told <= names
