"""Words in a learner's memory: added, planned for a session, reviewed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, When

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.levels import LEVELS
from engageai_core.curriculum.models import CefrLevel, Word
from engageai_core.learning.learner_day import learner_day
from engageai_core.learning.memory import Grade, Memory, retrievability, review
from engageai_core.learning.models import ReviewLog, WordCard

DEFAULT_MINUTES = 10
_DUE_PER_MINUTE = 1.5
_MAX_DUE = 40
_MAX_NEW = 10


@dataclass(frozen=True)
class ReviewPlan:
    """Ids of the words of one session: due ones first, then new ones."""

    due: list[int]
    new: list[int]


def review_plan(*, learner: Learner, at: datetime) -> ReviewPlan:
    """Return the words of a session that fits the learner's minutes.

    Due words come by lowest chance to be remembered; new ones from the learner's level, or
    the nearest that has any, at most a day's portion in one day.
    """
    today = learner_day(at, learner.timezone)
    minutes = learner.minutes_per_day or DEFAULT_MINUTES
    cards = WordCard.objects.filter(learner=learner, due_on__lte=today)
    forgotten_first = sorted(
        cards.order_by("added_at", "pk"), key=lambda card: retrievability(memory_of(card), today)
    )
    due = [
        card.word_id for card in forgotten_first[: min(_MAX_DUE, int(minutes * _DUE_PER_MINUTE))]
    ]
    portion = max(3, min(_MAX_NEW, minutes // 2))
    return ReviewPlan(due=due, new=_new_words(learner, portion, today))


def _new_words(learner: Learner, portion: int, today: date) -> list[int]:
    courses = WordCard.objects.filter(learner=learner, origin=WordCard.Origin.COURSE)
    begun = sum(
        learner_day(added_at, learner.timezone) == today
        for added_at in courses.order_by("-added_at").values_list("added_at", flat=True)[:portion]
    )
    fresh = Word.objects.filter(is_retired=False).exclude(cards__learner=learner)
    ordered = fresh.order_by(_nearness(learner.level or CefrLevel.A1), "position", "pk")
    return list(ordered.values_list("pk", flat=True)[: portion - begun])


def _nearness(level: str) -> Case:
    """Return the order of levels: the learner's own, then those above, then those below."""
    here = LEVELS.index(level)
    wanted = [*LEVELS[here:], *LEVELS[:here][::-1]]
    return Case(*[When(level=name, then=rank) for rank, name in enumerate(wanted)])


def next_due_on(*, learner: Learner) -> date | None:
    """Return the learner's day on which the next word is due, None without words."""
    cards = WordCard.objects.filter(learner=learner).order_by("due_on")
    return cards.values_list("due_on", flat=True).first()


def word_card_add(
    *, learner: Learner, word: Word, origin: str, at: datetime
) -> tuple[WordCard, bool]:
    """Add a word, due at once; a word that is there already stays as it is."""
    today = learner_day(at, learner.timezone)
    return WordCard.objects.get_or_create(
        learner=learner,
        word=word,
        defaults={"origin": origin, "added_at": at, "due_on": today},
    )


@transaction.atomic
def word_card_review(
    *, learner: Learner, word: Word, grade: Grade, typed: bool, at: datetime
) -> WordCard:
    """Record a review and set the day on which the word comes back; a new word gets its card."""
    today = learner_day(at, learner.timezone)
    card, _ = word_card_add(learner=learner, word=word, origin=WordCard.Origin.COURSE, at=at)
    before = memory_of(card)
    after = review(before, grade, today, learner.desired_retention)
    ReviewLog.objects.create(
        card=card,
        grade=grade,
        typed=typed,
        reviewed_at=at,
        reviewed_on=today,
        stability_before=card.stability,
        stability_after=after.stability,
        retrievability=retrievability(before, today),
        due_on=after.due_on,
    )
    card.stability, card.difficulty = after.stability, after.difficulty
    card.reviewed_on, card.due_on = after.reviewed_on, after.due_on
    card.reviews += 1
    card.lapses += grade is Grade.AGAIN and before is not None
    card.save()
    return card


def memory_of(card: WordCard) -> Memory | None:
    """Return the card's memory, None before its first review."""
    if card.stability is None or card.difficulty is None or card.reviewed_on is None:
        return None
    return Memory(card.stability, card.difficulty, card.reviewed_on, card.due_on)
