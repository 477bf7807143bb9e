"""What the core answers, as the bots see it. Unknown fields are ignored: the core may grow."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["ru", "en"]
ActivityKind = Literal["placement", "lesson", "review"]
StepKind = Literal[
    "choice", "gap", "order", "match", "translate", "listen", "read", "write", "card"
]
StepInput = Literal["choice", "text", "order", "pairs", "rating"]
Rating = Literal["again", "hard", "good", "easy"]
OnboardingStep = Literal["goal", "minutes", "reminder", "timezone", "placement_offer", "done"]
Suggestion = Literal["placement", "lesson", "review", "progress"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Learner(_Answer):
    """One Telegram user who learns; `level` is a CEFR level, None before it is known."""

    telegram_id: int
    first_name: str = ""
    language: Language = "ru"
    goal: str | None = None
    minutes_per_day: int | None = None
    reminder_hour: int | None = None
    timezone: str = "Europe/Moscow"
    onboarding_step: OnboardingStep = "goal"
    level: str | None = None
    xp: int = 0
    streak_days: int = 0
    due_words: int = 0
    open_activity: ActivityKind | None = None


class Option(_Answer):
    """One button's worth of choice; `id` is short enough for callback data."""

    id: str
    text: str


class WordCard(_Answer):
    """A word's two sides and what helps to remember it."""

    word: str
    ipa: str = ""
    part_of_speech: str = ""
    translation: str = ""
    example: str = ""
    example_translation: str = ""
    level: str = ""


class Step(_Answer):
    """One question or card; texts are plain and must be escaped for HTML."""

    step_id: str
    activity: ActivityKind
    kind: StepKind
    position: int
    total: int | None = None
    instruction: str = ""
    text: str = ""
    passage: str | None = None
    options: tuple[Option, ...] = ()
    right_options: tuple[Option, ...] = ()
    input: StepInput
    hint: str | None = None
    card: WordCard | None = None
    can_skip: bool = True


class Intro(_Answer):
    """What stands before the first step: a lesson's rule with its examples."""

    title: str
    text: str


class Verdict(_Answer):
    """How an answer was judged; `score` is 0 to 1."""

    correct: bool
    score: float = 0.0
    feedback: str = ""
    right_answer: str = ""
    xp: int = 0


class Summary(_Answer):
    """How an activity ended, in the learner's language; placement adds the last three fields."""

    title: str
    text: str = ""
    lines: tuple[str, ...] = ()
    xp: int = 0
    level: str | None = None
    next_suggestion: Suggestion | None = None
    probabilities: dict[str, float] | None = None
    skills: dict[str, str] | None = None
    reason: str | None = None


class Activity(_Answer):
    """Where a learner stands in an activity: the next step, or the summary when there is none."""

    activity: ActivityKind
    resumed: bool = False
    intro: Intro | None = None
    next: Step | None = None
    summary: Summary | None = None


class AnswerOutcome(_Answer):
    """What became of an answer; `message` says to the learner why it could not be judged."""

    outcome: Literal["judged", "stale", "nothing_open", "invalid"]
    verdict: Verdict | None = None
    next: Step | None = None
    summary: Summary | None = None
    message: str | None = None


class Words(_Answer):
    """A learner's words in numbers, and the words themselves."""

    due: int = 0
    learned: int = 0
    total: int = 0
    next_due_at: datetime | None = None
    words: tuple[WordCard, ...] = ()


class AddedWord(_Answer):
    """A word put among the learner's; `added` is false when it was there before."""

    word: WordCard
    added: bool


class DayXp(_Answer):
    """The experience points of one day in the learner's time zone."""

    date: date
    xp: int


class Progress(_Answer):
    """Where a learner stands; `accuracy` and the skills are 0 to 1."""

    level: str | None = None
    xp: int = 0
    xp_today: int = 0
    daily_goal_xp: int = 0
    streak_days: int = 0
    longest_streak: int = 0
    words_known: int = 0
    words_due: int = 0
    lessons_done: int = 0
    answers_total: int = 0
    accuracy: float | None = None
    skills: dict[str, float] = {}
    days: tuple[DayXp, ...] = ()
