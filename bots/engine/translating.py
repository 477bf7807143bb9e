"""A bot's texts in the learner's language: gettext catalogues, read from their source."""

import copy
import gettext
import hashlib
import io
from pathlib import Path
from weakref import WeakValueDictionary

import polib  # type: ignore[import-untyped]

SOURCE_LANGUAGE = "en"
"""The language that stands in the code; the other languages have a catalogue each."""

_RUSSIAN_SPEAKING = frozenset({"ru", "uk", "be", "kk"})


def language_of(language_code: str | None) -> str:
    """Return the language in which to speak to somebody whom the core does not know yet."""
    code = (language_code or "ru").split("-")[0].lower()
    return "ru" if code in _RUSSIAN_SPEAKING else SOURCE_LANGUAGE


class Translator:
    """Says a bot's English text in one language."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        """Translate into `language` by `catalogue`."""
        self.language = language
        self._catalogue = catalogue

    def __call__(self, text: str, /, **values: object) -> str:
        """Return `text` translated, with `{name}` places filled from `values`.

        Values go in as they are: escape a learner's words for HTML before.
        """
        translated = self._catalogue.gettext(text)
        return translated.format(**values) if values else translated

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return the form that goes with `number`, which also fills the place `{number}`."""
        return self._catalogue.ngettext(one, many, number).format(number=number, **values)


class Catalogues:
    """All languages of one bot."""

    def __init__(self, by_language: dict[str, list[gettext.NullTranslations]]) -> None:
        """Keep the catalogues of each language, those asked first in front.

        Any other language speaks the source's.
        """
        self._kept = by_language
        self._by_language = {name: _chained(each) for name, each in by_language.items()}

    @classmethod
    def read(cls, *folders: Path) -> "Catalogues":
        """Read every `<language>/LC_MESSAGES/*.po` under `folders`; the first folder wins.

        Raises:
            OSError: a catalogue cannot be read, or has a fault of form.
        """
        found: dict[str, list[gettext.NullTranslations]] = {}
        for folder in folders:
            for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                found.setdefault(path.parent.parent.name, []).append(_read(path))
        return cls(found)

    def translator(self, language: str) -> Translator:
        """Return the translator into `language`."""
        catalogue = self._by_language.get(language) or gettext.NullTranslations()
        return Translator(language, catalogue)


_known: WeakValueDictionary[bytes, gettext.NullTranslations] = WeakValueDictionary()
"""What is in use, by the digest of its source: many bots say the same, in memory once."""


def _read(path: Path) -> gettext.NullTranslations:
    digest = hashlib.blake2b(path.read_bytes()).digest()
    catalogue = _known.get(digest)
    if catalogue is None:
        catalogue = gettext.GNUTranslations(io.BytesIO(polib.pofile(str(path)).to_binary()))
        _known[digest] = catalogue
    return catalogue


def _chained(catalogues: list[gettext.NullTranslations]) -> gettext.NullTranslations:
    """Return the first catalogue with the others behind it; those given stay as they are."""
    # A shallow copy: the texts themselves are shared.
    first, *others = map(copy.copy, catalogues)
    for each in others:
        first.add_fallback(each)
    return first
