"""All that a learner sees of their own progress, gathered from every part of the core."""

from dataclasses import dataclass
from datetime import date, datetime

from engageai_core.accounts.models import Learner
from engageai_core.engagement.selectors import recent_days, standing_of, xp_of_today
from engageai_core.learning.selectors import answer_stats, skill_profile, word_counts

DAYS_SHOWN = 35
_XP_A_MINUTE = 10
_USUAL_MINUTES = 10


@dataclass(frozen=True)
class Progress:
    """A learner's progress at one moment.

    Attributes:
        level: CEFR level, None before it is known.
        daily_goal_xp: what the learner means to earn a day.
        accuracy: share of right answers, 0 to 1; None before the first answer.
        skills: each skill's strength, 0 to 1.
        days: the last 35 local days, oldest first, each with its XP.
    """

    level: str | None
    xp: int
    xp_today: int
    daily_goal_xp: int
    streak_days: int
    longest_streak: int
    words_known: int
    words_due: int
    words_total: int
    lessons_done: int
    answers_total: int
    accuracy: float | None
    skills: dict[str, float]
    days: tuple[tuple[date, int], ...]

    @property
    def today(self) -> date:
        """The learner's own date."""
        return self.days[-1][0]

    @property
    def is_new(self) -> bool:
        """Whether the learner has not answered anything yet."""
        return self.answers_total == 0 and self.xp == 0


def progress_of(learner: Learner, at: datetime | None = None) -> Progress:
    """Gather the learner's progress as of `at` (default: now)."""
    standing = standing_of(learner, at)
    answers = answer_stats(learner)
    words = word_counts(learner, at)
    return Progress(
        level=learner.level or None,
        xp=standing.xp,
        xp_today=xp_of_today(learner, at),
        daily_goal_xp=daily_goal_xp(learner),
        streak_days=standing.streak_days,
        longest_streak=standing.longest_streak,
        words_known=words.known,
        words_due=words.due,
        words_total=words.total,
        lessons_done=answers.lessons_done,
        answers_total=answers.total,
        accuracy=round(answers.correct / answers.total, 3) if answers.total else None,
        skills=skill_profile(learner),
        days=tuple(recent_days(learner, days=DAYS_SHOWN, at=at)),
    )


def daily_goal_xp(learner: Learner) -> int:
    """Return the XP a day that go with the minutes the learner chose."""
    return (learner.minutes_per_day or _USUAL_MINUTES) * _XP_A_MINUTE
