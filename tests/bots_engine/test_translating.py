"""Texts in the learner's language: catalogues, plural forms, what is missing."""

from pathlib import Path

import pytest

from bots.engine.loaded_bot import ENGINE_LOCALE
from bots.engine.translating import Catalogues, language_of

_HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && '
    '(n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
)
_WORDS = (
    'msgid "{number} word"\nmsgid_plural "{number} words"\nmsgstr[0] "{number} слово"\n'
    'msgstr[1] "{number} слова"\nmsgstr[2] "{number} слов"\n'
)


def _catalogues(tmp_path: Path, *contents: str) -> Catalogues:
    folders = []
    for number, content in enumerate(contents):
        path = tmp_path / str(number) / "ru" / "LC_MESSAGES" / "bot.po"
        path.parent.mkdir(parents=True)
        path.write_text(_HEAD + content)
        folders.append(tmp_path / str(number))
    return Catalogues.read(*folders)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 слово"), (3, "3 слова"), (5, "5 слов"), (11, "11 слов")]
)
def test_plural_forms_are_russian(tmp_path: Path, number: int, text: str) -> None:
    translate = _catalogues(tmp_path, _WORDS).translator("ru")
    assert translate.plural("{number} word", "{number} words", number) == text


def test_source_language_needs_no_catalogue(tmp_path: Path) -> None:
    translate = _catalogues(tmp_path, _WORDS).translator("en")
    assert translate.plural("{number} word", "{number} words", 2) == "2 words"
    assert translate("Hello, {name}!", name="{Ann}") == "Hello, {Ann}!"


def test_first_folder_wins_and_the_next_fills_its_gaps(tmp_path: Path) -> None:
    hello, bye = 'msgid "Hello"\nmsgstr "{}"\n\n', 'msgid "Bye"\nmsgstr "{}"\n\n'
    own, shared = hello.format("Привет"), hello.format("Здравствуйте") + bye.format("Пока")
    translate = _catalogues(tmp_path, own, shared).translator("ru")
    assert (translate("Hello"), translate("Bye")) == ("Привет", "Пока")


@pytest.mark.parametrize(
    ("code", "language"),
    [("ru", "ru"), ("uk", "ru"), ("ru-RU", "ru"), (None, "ru"), ("en", "en"), ("pt-br", "en")],
)
def test_language_of_a_stranger_follows_telegram(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_every_text_of_the_engine_has_its_russian() -> None:
    engine = ENGINE_LOCALE.parent
    russian = (ENGINE_LOCALE / "ru" / "LC_MESSAGES" / "engine.po").read_text()
    said = [
        "I cannot reach my notebook just now.",
        "I understand text and my own buttons.",
        "This button is no longer in use.",
        "Something went wrong on my side",
    ]
    code = "".join(path.read_text() for path in engine.glob("*.py"))
    assert code.count("translate(\n") + code.count('translate("') == len(said)
    assert [text for text in said if text not in russian or text not in code] == []
