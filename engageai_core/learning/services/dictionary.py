"""A learner's own words: looked up in the dictionary, added, listed."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models.functions import Lower

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.answer_text import normalise
from engageai_core.curriculum.models import Word
from engageai_core.learning.learner_day import day_start
from engageai_core.learning.models import WordCard
from engageai_core.learning.presenting import Payload
from engageai_core.learning.questions import word_card
from engageai_core.learning.selectors import KNOWN_STABILITY_DAYS, word_counts
from engageai_core.learning.services.cards import next_due_on, word_card_add

_LONGEST_WORD = 60
_SHOWN_WORDS = 100
_LEADING = ("to ", "a ", "an ", "the ")
_SHORTEST_STEM = 3
"""So that "his" is no form of "hi"."""
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""),
    ("ing", "e"),
)  # fmt: skip


def dictionary_find(text: str) -> Word | None:
    """Return the dictionary's word for what a learner typed, in whatever form, or None."""
    if len(text) > _LONGEST_WORD:
        return None
    forms = list(dict.fromkeys(_base_forms(normalise(text))))
    found = Word.objects.filter(is_retired=False).annotate(folded=Lower("word"))
    words = sorted(found.filter(folded__in=forms), key=lambda word: forms.index(word.folded))
    return words[0] if words else None


def learner_word_add(*, learner: Learner, text: str, at: datetime) -> Payload | None:
    """Add the word to the learner's own; None when the dictionary does not know it."""
    word = dictionary_find(text)
    if word is None:
        return None
    _, added = word_card_add(learner=learner, word=word, origin=WordCard.Origin.LEARNER, at=at)
    return {"word": word_card(word), "added": added}


def learner_words(*, learner: Learner, at: datetime) -> Payload:
    """Return the learner's words, those that come back first at the top."""
    counts = word_counts(learner, at)
    next_due = next_due_on(learner=learner)
    cards = WordCard.objects.filter(learner=learner).select_related("word")
    return {
        "due": counts.due,
        "learned": counts.known,
        "total": counts.total,
        "next_due_at": day_start(next_due, learner.timezone) if next_due else None,
        "words": [
            {
                **word_card(card.word),
                "due_on": card.due_on,
                "learned": (card.stability or 0.0) >= KNOWN_STABILITY_DAYS,
            }
            for card in cards.order_by("due_on", "pk")[:_SHOWN_WORDS]
        ],
    }


def _base_forms(word: str) -> Iterator[str]:
    """Yield the word, then what it may be a form of."""
    yield word
    for leading in _LEADING:
        if word.startswith(leading):
            yield word.removeprefix(leading)
    for ending, base in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            yield stem + base
            if stem[-1] == stem[-2] and not base:
                yield stem[:-1]
