"""A learner's texts, with every inserted value escaped for Telegram's HTML."""

import html
from pathlib import Path

from bots.engine.translating import Catalogues, Translator

SHARED_LOCALE = Path(__file__).parent / "locale"


class Html(str):
    """Text that is HTML already, so that it is inserted as it stands."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Return plain `text` fit to stand in a message with Telegram's HTML."""
    return Html(html.escape(text, quote=False))


class Texts:
    """The texts of one bot in one language; English stands in the code.

    Calling gives HTML for a message, `plain` gives text for a button or a notice.
    """

    def __init__(self, translator: Translator) -> None:
        """Word everything by `translator`."""
        self._translator = translator

    @property
    def language(self) -> str:
        """The language of these texts, `ru` or `en`."""
        return self._translator.language

    def __call__(self, message: str, /, **values: object) -> Html:
        """Return `message` translated, its placeholders filled with escaped values."""
        return Html(self._translator(message, **_safe(values)))

    def plain(self, message: str, /, **values: object) -> str:
        """Return `message` translated for a place that shows no HTML."""
        return self._translator(message, **values)

    def plural(self, one: str, many: str, number: int, /, **values: object) -> Html:
        """Return the form of a message that fits `number`, which fills `{number}` too."""
        return Html(self._translator.plural(one, many, number, **_safe(values)))


def _safe(values: dict[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, Html | int | float) else escape(str(value))
        for name, value in values.items()
    }


def load_catalogues(locale_dir: Path) -> Catalogues:
    """Return a bot's catalogues; what they lack is looked up among the shared ones.

    Raises:
        OSError: a catalogue cannot be read, or has a fault of form.
    """
    return Catalogues.read(locale_dir, SHARED_LOCALE)
