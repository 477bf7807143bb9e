"""Every text that a learner meets exists in both languages."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils.translation import override

from engageai_core.learning import texts

CATALOGUE = Path(texts.__file__).parent / "locale/ru/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def _texts_in_source() -> set[str]:
    calls = (
        node
        for node in ast.walk(ast.parse(Path(texts.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    return {
        call.args[0].value
        for call in calls
        if call.func.id in ("_", "ngettext")
        and isinstance(call.args[0], ast.Constant)
    }  # fmt: skip


def test_the_catalogue_has_every_text_of_the_source() -> None:
    texts_in_source = _texts_in_source()
    assert len(texts_in_source) > 50
    assert texts_in_source <= {entry.msgid for entry in polib.pofile(str(CATALOGUE))}


def test_every_translation_is_there_and_keeps_the_placeholders() -> None:
    for entry in polib.pofile(str(CATALOGUE)):
        translations = [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values()
        for translation in translations:
            assert translation, entry.msgid
            assert set(PLACEHOLDER.findall(translation)) == set(PLACEHOLDER.findall(entry.msgid))
            assert entry.msgid == "%(month)s/%(day)s" or re.search("[а-я]", translation)


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    source = {e.msgid: (e.msgstr, e.msgstr_plural) for e in polib.pofile(str(CATALOGUE))}
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {e.msgid: (e.msgstr, e.msgstr_plural) for e in compiled} == source


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "завтра"), (2, "через 2 дня"), (5, "через 5 дней"), (21, "через 21 день")],
)
def test_russian_numbers_have_their_forms(days: int, said: str) -> None:
    with override("ru"):
        assert said in texts.comes_back(days)
