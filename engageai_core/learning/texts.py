"""What the core says to a learner; every function answers in the language that is active."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

INPUTS = {
    "choice": "choice",
    "read": "choice",
    "gap": "text",
    "translate": "text",
    "order": "order",
    "match": "pairs",
    "card": "rating",
}
"""How each kind of step is answered."""


def instruction(kind: str) -> str:
    """Return what to do in a step of this kind."""
    return {
        "choice": _("Choose the right option."),
        "read": _("Read the text and choose the answer."),
        "gap": _("Type what goes into the gap."),
        "translate": _("Translate into English."),
        "order": _("Put the words in the right order."),
        "match": _("Match the pairs."),
        "card": _("Do you remember this word? Recall its meaning, then check yourself."),
    }[kind]


def invalid_answer(reason: str, kind: str) -> str:
    """Return why what was sent can be no answer, and what to do instead."""
    return {
        "empty": _("I got no answer. Please try once more, or press “I don't know”."),
        "too_long": _("That is too long for an answer. A few words are enough."),
        "no_words": _("I see no words in this. Please answer in words."),
        "not_an_option": _("There is no such option here. Please choose one of those shown."),
        "wrong_input": _wrong_input(kind),
    }[reason]


def _wrong_input(kind: str) -> str:
    return {
        "text": _("Please type the answer as a message."),
        "choice": _("Please choose one of the options."),
        "order": _("Please tap the words in order, or type the sentence."),
        "pairs": _("Please tap the pairs that belong together."),
        "rating": _("Please say how well you remembered: Again, Hard, Good or Easy."),
    }[INPUTS[kind]]


def slip(word: str) -> str:
    """Return the note on one letter that was off."""
    return _("Watch the spelling: %(word)s.") % {"word": word}


def pairs_right(hits: int, total: int) -> str:
    """Return how many pairs of a match were right."""
    return _("Right pairs: %(hits)d of %(total)d.") % {"hits": hits, "total": total}


def comes_back(days: int) -> str:
    """Return when a reviewed word comes back."""
    if days <= 1:
        return _("The word comes back tomorrow.")
    return ngettext(
        "The word comes back in %(days)d day.", "The word comes back in %(days)d days.", days
    ) % {"days": days}


# ---------------------------------------------------------------------- what comes first
def placement_intro_title() -> str:
    """Return the heading of the placement test."""
    return _("Placement test")


def placement_intro() -> str:
    """Return what the placement test is."""
    return _(
        "8 to 15 questions. They get harder or easier with your answers, so that some are meant "
        "to be too hard. If you don't know, say so: a guess only blurs the result. You can stop "
        "at any moment and go on later."
    )


def review_intro_title() -> str:
    """Return the heading of a word review."""
    return _("Words")


def review_intro(due: int, new: int) -> str:
    """Return what the review holds."""
    parts = []
    if due:
        parts.append(ngettext("%(n)d word to repeat", "%(n)d words to repeat", due) % {"n": due})
    if new:
        parts.append(ngettext("%(n)d new word", "%(n)d new words", new) % {"n": new})
    return _("Today: %(parts)s.") % {"parts": ", ".join(parts)}


# ------------------------------------------------------------------------ what was done
def lesson_done_title(title: str) -> str:
    """Return the heading of a finished lesson's summary."""
    return _("Lesson done: %(title)s") % {"title": title}


def lesson_done(correct: int, answered: int) -> str:
    """Return how a lesson went."""
    share = correct / answered if answered else 0.0
    if share >= 0.9:
        return _("Excellent: this topic is yours.")
    if share >= 0.6:
        return _("Good work. The mistakes will come back, until they are mistakes no more.")
    return _("That was hard. Read the rule once more; the lesson can be repeated at any time.")


def right_answers(correct: int, answered: int) -> str:
    """Return the line with the number of right answers."""
    return _("Right answers: %(correct)d of %(answered)d") % {
        "correct": correct,
        "answered": answered,
    }


def xp_gained(xp: int) -> str:
    """Return the line with the points gained."""
    return _("Points: +%(xp)d XP") % {"xp": xp}


def words_added(words: list[str]) -> str:
    """Return the line with the words that a lesson's mistakes brought to the reviews."""
    return _("Added to your words: %(words)s") % {"words": ", ".join(words)}


def no_lessons() -> tuple[str, str]:
    """Return heading and text when there is no lesson at all."""
    return _("No lessons yet"), _("No lessons are loaded. Please tell those who run this tutor.")


def no_placement_items() -> tuple[str, str]:
    """Return heading and text when there is no placement item at all."""
    return (
        _("The test cannot begin"),
        _("No test questions are loaded. Please tell those who run this tutor."),
    )


def review_done_title() -> str:
    """Return the heading of a finished review's summary."""
    return _("Words done")


def remembered(correct: int, answered: int) -> str:
    """Return how many words were remembered."""
    return _("Remembered: %(correct)d of %(answered)d") % {
        "correct": correct,
        "answered": answered,
    }


def nothing_due(next_due: date | None) -> tuple[str, str]:
    """Return heading and text when no word is due."""
    if next_due is None:
        text = _("You have no words yet. Send me an English word to add it, or take a lesson.")
    else:
        text = _("Nothing to repeat now. The next words come back on %(day)s.") % {
            "day": day_text(next_due)
        }
    return _("No words for now"), text


def next_words_on(next_due: date) -> str:
    """Return the line that says when the next words are due."""
    return _("The next words come back on %(day)s.") % {"day": day_text(next_due)}


def day_text(day: date) -> str:
    """Return a day as people write it here."""
    return _("%(month)s/%(day)s") % {"day": f"{day.day:02}", "month": f"{day.month:02}"}


# --------------------------------------------------------------------- placement's result
def placement_done_title(level: str) -> str:
    """Return the heading of the result."""
    return _("Your level: %(level)s") % {"level": level}


def level_meaning(level: str) -> str:
    """Return what a person at this level can do."""
    return {
        "A1": _("You know the first words and phrases. We begin with the foundations."),
        "A2": _("You manage in simple everyday situations. Next comes talking about more."),
        "B1": _("You get by in most situations and can tell a story. Next: precision and ease."),
        "B2": _("You speak freely on many subjects. Next: nuance and complex texts."),
        "C1": _("You use English flexibly at work and in study. Next: style and subtlety."),
        "C2": _("You understand almost everything. We keep your English alive and polished."),
    }[level]


def placement_reason(stop: str, *, items: int, probability: int, level: str) -> str:
    """Return why the test ended here and how sure the result is; `probability` in percent."""
    why = {
        "precise": _("the answers leave little doubt"),
        "length": _("the longest test was reached"),
        "exhausted": _("there were no further questions"),
    }[stop]
    return _(
        "After %(items)d questions the test ended: %(why)s. The level is %(level)s with a "
        "probability of %(probability)d %%."
    ) % {"items": items, "why": why, "level": level, "probability": probability}


def skill_line(skill: str, level: str) -> str:
    """Return one line of the skills' profile."""
    name = {
        "grammar": _("Grammar"),
        "vocabulary": _("Vocabulary"),
        "reading": _("Reading"),
        "listening": _("Listening"),
        "writing": _("Writing"),
        "speaking": _("Speaking"),
    }[skill]
    return f"{name}: {level}"


# ------------------------------------------------------------------- why this lesson
def lesson_reason(rule: str, level: str) -> str:
    """Return why a lesson was chosen."""
    return {
        "at_level": _("The next lesson at your level, %(level)s."),
        "above_level": _("All lessons at %(level)s are done, so the next level begins."),
        "below_level": _("No new lesson at %(level)s or above: this one closes a gap below."),
        "repeat_weakest": _("All lessons are done: this one went worst, so it is repeated."),
    }[rule] % {"level": level}
