"""Texts for learners: each has its Russian, and the compiled catalogues are up to date."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

from engageai_core.common.compile_catalogues import compiled, find_catalogues

_CORE = find_catalogues()[0].parents[4]
_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def _messages(app: Path) -> set[str]:
    """Return all texts that the sources of one app hand to gettext."""
    found = set()
    for source in app.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                count = _CALLS.get(node.func.id, 0)
                found |= {arg.value for arg in node.args[:count] if isinstance(arg, ast.Constant)}
    return found


def _identity(catalogue: Path) -> str:
    return catalogue.parents[3].name


@pytest.mark.parametrize("catalogue", find_catalogues(), ids=_identity)
def test_the_compiled_catalogue_is_made_from_its_source(catalogue: Path):
    assert catalogue.with_suffix(".mo").read_bytes() == compiled(catalogue)


@pytest.mark.parametrize("catalogue", find_catalogues(), ids=_identity)
def test_no_text_lacks_its_russian_and_no_russian_its_text(catalogue: Path):
    entries = [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]
    known = {text for entry in entries for text in (entry.msgid, entry.msgid_plural) if text}
    assert known == _messages(catalogue.parents[3])
    assert [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy] == []


@pytest.mark.parametrize("catalogue", find_catalogues(), ids=_identity)
def test_placeholders_survive_the_translation(catalogue: Path):
    for entry in polib.pofile(str(catalogue)):
        wanted = set(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(_PLACEHOLDER.findall(text)) <= wanted, entry.msgid


def test_apps_with_texts_have_a_catalogue():
    without = {
        app.name
        for app in _CORE.iterdir()
        if (app / "apps.py").exists() and _messages(app) and not (app / "locale" / "ru").exists()
    }
    assert without == set()


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "день подряд"), (2, "дня подряд"), (5, "дней подряд"), (11, "дней подряд")],
)
def test_russian_plurals(number: int, words: str):
    with translation.override("ru"):
        assert translation.ngettext("day in a row", "days in a row", number) == words


def test_catalogues_do_not_contradict_each_other():
    said: dict[str, set[str]] = {}
    for catalogue in find_catalogues():
        for entry in polib.pofile(str(catalogue)):
            said.setdefault(entry.msgid, set()).add(entry.msgstr)
    assert {text for text, versions in said.items() if len(versions) > 1} == set()
