"""Which lesson comes next: one pure rule over what was done, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from engageai_core.curriculum.levels import LEVELS

ENGINE_VERSION = "next-lesson-1"


@dataclass(frozen=True)
class LessonState:
    """A lesson and how it went, if it was done.

    Attributes:
        best_share: the best share of right answers, 0 to 1; None when it was never finished.
        finished_order: a number that grows with the time of the last finish; 0 when never.
    """

    lesson_id: int
    level: str
    position: int
    best_share: float | None = None
    finished_order: int = 0


@dataclass(frozen=True)
class LessonChoice:
    """The chosen lesson, and the rule that chose it."""

    lesson_id: int
    rule: str


def choose_lesson(lessons: Sequence[LessonState], level: str) -> LessonChoice | None:
    """Return the next lesson for a learner at `level`, None when there are no lessons.

    The first rule that matches: the first unfinished lesson of the level; of the levels above,
    nearest first; of the levels below, nearest first; else the one that went worst, and among
    equals the one longest ago.
    """
    here = LEVELS.index(level)
    above, below = LEVELS[here + 1 :], LEVELS[:here][::-1]
    rules = [("at_level", (level,)), ("above_level", above), ("below_level", below)]
    for rule, levels in rules:
        for wanted in levels:
            lesson = _first_unfinished(lessons, wanted)
            if lesson:
                return LessonChoice(lesson.lesson_id, rule)
    if not lessons:
        return None
    weakest = min(
        lessons,
        key=lambda lesson: (lesson.best_share or 0.0, lesson.finished_order, lesson.lesson_id),
    )
    return LessonChoice(weakest.lesson_id, "repeat_weakest")


def _first_unfinished(lessons: Sequence[LessonState], level: str) -> LessonState | None:
    left = [item for item in lessons if item.level == level and item.best_share is None]
    return min(left, key=lambda lesson: (lesson.position, lesson.lesson_id), default=None)
