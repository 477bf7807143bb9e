"""The form of the content files (`docs/content.md`), checked when they are loaded.

Everything is strict: an unknown key, a number where text belongs, a key that is no option or two
answers that are one after normalisation is refused with the place in the file.
"""

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engageai_core.curriculum.answer_text import normalise

GAP = "___"
"""What stands in a gap task's text where the answer belongs."""

Level = Literal["A1", "A2", "B1", "B2", "C1", "C2"]
Skill = Literal["grammar", "vocabulary", "reading", "listening", "writing", "speaking"]
PlacementSkill = Literal["grammar", "vocabulary", "reading"]
PartOfSpeech = Literal[
    "noun", "verb", "adjective", "adverb", "pronoun", "preposition", "conjunction", "determiner",
    "numeral", "interjection", "phrase", "phrasal verb", "modal verb",
]  # fmt: skip

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Objective = Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$", max_length=96)]
ShortText = Annotated[str, Field(min_length=1, max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Passage = Annotated[str, Field(min_length=40, max_length=2500)]
Answers = Annotated[list[Sentence], Field(min_length=1, max_length=24)]
Tiles = Annotated[list[ShortText], Field(min_length=3, max_length=10)]


class ContentModel(BaseModel):
    """What every part of a content file has in common: strict, closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


class BilingualText(ContentModel):
    """One text in both of the learner's languages."""

    ru: Annotated[str, Field(min_length=1, max_length=1500)]
    en: Annotated[str, Field(min_length=1, max_length=1500)]


class Example(ContentModel):
    """An English sentence with its Russian translation."""

    en: Sentence
    ru: Sentence


class MatchPair(ContentModel):
    """Two things that belong together."""

    left: ShortText
    right: ShortText


# ------------------------------------------------------------------- forms of a question
class ChoiceForm(ContentModel):
    """One of two to six options is right."""

    kind: Literal["choice"]
    text: Sentence
    options: Annotated[list[ShortText], Field(min_length=2, max_length=6)]
    answer: ShortText

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        _check_distinct(self.options, "options")
        if self.answer not in self.options:
            raise ValueError(f"answer {self.answer!r} is not among the options")
        return self


class GapForm(ContentModel):
    """The learner types what belongs into the gap."""

    kind: Literal["gap"]
    text: Sentence
    answers: Answers

    @model_validator(mode="after")
    def _check_gap(self) -> Self:
        if self.text.count(GAP) != 1 or "____" in self.text:
            raise ValueError(f"text needs exactly one gap, written {GAP}")
        _check_answers(self.answers)
        return self


class OrderForm(ContentModel):
    """The learner puts tiles in order; without `tiles` the words of the first answer serve."""

    kind: Literal["order"]
    text: Annotated[str, Field(max_length=300)] = ""
    answers: Answers
    tiles: Tiles | None = None

    @property
    def shown_tiles(self) -> list[str]:
        """The tiles as they are shown, unshuffled."""
        return self.tiles or self.answers[0].rstrip(".!?").split()

    @model_validator(mode="after")
    def _check_tiles(self) -> Self:
        _check_answers(self.answers)
        if not 3 <= len(self.shown_tiles) <= 10:
            raise ValueError("3 to 10 tiles; join words into longer tiles with the key `tiles`")
        stock = Counter(normalise(" ".join(self.shown_tiles)).split())
        for answer in self.answers:
            missing = Counter(normalise(answer).split()) - stock
            if missing:
                raise ValueError(f"no tile for {', '.join(missing)} of the answer {answer!r}")
            tiles = [normalise(tile).split() for tile in self.shown_tiles]
            if not _can_be_laid(normalise(answer).split(), tiles):
                raise ValueError(f"no order of the tiles makes the answer {answer!r}")
        return self


class TranslateForm(ContentModel):
    """A Russian sentence to be typed in English; every good translation is in `answers`."""

    kind: Literal["translate"]
    text: Sentence
    answers: Answers

    @model_validator(mode="after")
    def _check_translations(self) -> Self:
        if not _has_cyrillic(self.text):
            raise ValueError("text is the Russian sentence to translate")
        _check_answers(self.answers)
        return self


class MatchForm(ContentModel):
    """Three to six pairs to be joined."""

    kind: Literal["match"]
    text: Annotated[str, Field(max_length=300)] = ""
    pairs: Annotated[list[MatchPair], Field(min_length=3, max_length=6)]

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        _check_distinct([pair.left for pair in self.pairs], "left sides")
        _check_distinct([pair.right for pair in self.pairs], "right sides")
        return self


class ReadForm(ContentModel):
    """A passage and a question on it with two to six options."""

    kind: Literal["read"]
    passage: Passage
    text: Sentence
    options: Annotated[list[ShortText], Field(min_length=2, max_length=6)]
    answer: ShortText

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        _check_distinct(self.options, "options")
        if self.answer not in self.options:
            raise ValueError(f"answer {self.answer!r} is not among the options")
        return self


# ------------------------------------------------------------------------- lessons
class LessonTaskFields(ContentModel):
    """What every task of a lesson has besides its form."""

    id: Slug
    why: BilingualText
    hint: BilingualText | None = None
    skill: Skill | None = None


class ChoiceTask(LessonTaskFields, ChoiceForm):
    """A choice in a lesson."""


class GapTask(LessonTaskFields, GapForm):
    """A gap in a lesson."""


class OrderTask(LessonTaskFields, OrderForm):
    """Word order in a lesson."""


class TranslateTask(LessonTaskFields, TranslateForm):
    """A translation in a lesson."""


class MatchTask(LessonTaskFields, MatchForm):
    """Matching in a lesson."""


class ReadTask(LessonTaskFields, ReadForm):
    """Reading in a lesson."""


LessonTask = Annotated[
    ChoiceTask | GapTask | OrderTask | TranslateTask | MatchTask | ReadTask,
    Field(discriminator="kind"),
]


class LessonFile(ContentModel):
    """`lessons/<level>/<slug>.yaml`: one lesson."""

    id: Slug
    level: Level
    position: Annotated[int, Field(ge=1, le=999)]
    objective: Objective
    title: BilingualText
    rule: BilingualText
    examples: Annotated[list[Example], Field(min_length=2, max_length=8)]
    tasks: Annotated[list[LessonTask], Field(min_length=4, max_length=24)]

    @model_validator(mode="after")
    def _check_lesson(self) -> Self:
        _check_distinct([task.id for task in self.tasks], "task ids")
        if not self.id.startswith(f"{self.level.lower()}-"):
            raise ValueError(f"id starts with the level: {self.level.lower()}-…")
        return self


# ----------------------------------------------------------------------- placement
class PlacementItemFields(ContentModel):
    """What every placement item has besides its form."""

    id: Slug
    cefr: Level
    skill: PlacementSkill
    passage: Passage | None = None

    @model_validator(mode="after")
    def _check_passage(self) -> Self:
        if (self.skill == "reading") != (self.passage is not None):
            raise ValueError("a passage belongs to reading items, and to no others")
        return self


class ChoiceItem(PlacementItemFields, ChoiceForm):
    """A choice in the placement test."""


class GapItem(PlacementItemFields, GapForm):
    """A gap in the placement test."""


class OrderItem(PlacementItemFields, OrderForm):
    """Word order in the placement test."""


class TranslateItem(PlacementItemFields, TranslateForm):
    """A translation in the placement test."""


PlacementItemEntry = Annotated[
    ChoiceItem | GapItem | OrderItem | TranslateItem, Field(discriminator="kind")
]


class PlacementFile(ContentModel):
    """`placement/*.yaml`: items of the placement test."""

    items: Annotated[list[PlacementItemEntry], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_items(self) -> Self:
        _check_distinct([item.id for item in self.items], "item ids")
        return self


# --------------------------------------------------------------------------- words
class WordEntry(ContentModel):
    """One word with its Russian meaning and an example.

    `translation` may name several meanings between commas; each is accepted in recall.
    """

    word: ShortText
    part_of_speech: PartOfSpeech
    level: Level
    ipa: Annotated[str, Field(pattern=r"^/[^/]+/$", max_length=80)]
    translation: Annotated[str, Field(min_length=1, max_length=120)]
    example: Sentence
    example_translation: Sentence

    @model_validator(mode="after")
    def _check_languages(self) -> Self:
        for name in ("translation", "example_translation"):
            if not _has_cyrillic(getattr(self, name)):
                raise ValueError(f"{name} is Russian")
        if _has_cyrillic(self.word) or _has_cyrillic(self.example):
            raise ValueError("word and example are English, without Cyrillic look-alikes")
        return self


class WordsFile(ContentModel):
    """`words/*.yaml`: a deck of words."""

    words: Annotated[list[WordEntry], Field(min_length=1)]


# --------------------------------------------------------------------------- checks
_FORMS: dict[str, type[ContentModel]] = {
    "choice": ChoiceForm,
    "gap": GapForm,
    "order": OrderForm,
    "translate": TranslateForm,
    "match": MatchForm,
    "read": ReadForm,
}


def check_question(kind: str, stored: dict[str, Any]) -> None:
    """Check a question as it is stored (one field for each possible part).

    Raises:
        pydantic.ValidationError: it breaks the rules of its kind.
    """
    form = _FORMS[kind]
    answers = stored["answers"]
    parts: dict[str, Any] = {
        **stored,
        "kind": kind,
        "tiles": stored["tiles"] or None,
        "answer": answers[0] if isinstance(answers, list) and answers else "",
        "pairs": [{"left": left, "right": right} for left, right in stored["pairs"]],
    }
    form.model_validate({name: parts[name] for name in form.model_fields})


def _check_distinct(values: list[str], what: str) -> None:
    seen = Counter(normalise(value) or value for value in values)
    doubled = [value for value, count in seen.items() if count > 1]
    if doubled:
        raise ValueError(f"{what} must differ; the same twice: {', '.join(doubled)}")


def _check_answers(answers: list[str]) -> None:
    if any(_has_cyrillic(answer) for answer in answers):
        raise ValueError("answers are English, without Cyrillic look-alikes")
    _check_distinct(answers, "answers")


def _can_be_laid(words: list[str], tiles: list[list[str]]) -> bool:
    """Tell whether some of the tiles, each used once, make the words in their order."""
    if not words:
        return True
    return any(
        bool(tile)
        and words[: len(tile)] == tile
        and _can_be_laid(words[len(tile) :], [*tiles[:at], *tiles[at + 1 :]])
        for at, tile in enumerate(tiles)
    )


def _has_cyrillic(text: str) -> bool:
    return any("Ѐ" <= letter <= "ӿ" for letter in text)
