"""The picture draws any progress, also odd ones, without a warning (which would be an error)."""

import io
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engageai_core.engagement.picture.drawing import draw_progress
from engageai_core.engagement.progress import Progress

_TODAY = date(2026, 11, 24)
_SKILLS = ("grammar", "vocabulary", "reading", "listening", "writing", "speaking")
_NEW = Progress(
    level=None, xp=0, xp_today=0, daily_goal_xp=100, streak_days=0, longest_streak=0,
    words_known=0, words_due=0, words_total=0, lessons_done=0, answers_total=0, accuracy=None,
    skills=dict.fromkeys(_SKILLS, 0.0),
    days=tuple((_TODAY - timedelta(days=34 - number), 0) for number in range(35)),
)  # fmt: skip
_SKILL_BARS = (slice(600, 980), slice(64, 500))
_CALENDAR = (slice(640, 920), slice(580, 1010))
_WEEK = (slice(1080, 1265), slice(64, 520))
_BADGE = (slice(120, 280), slice(80, 240))


def _pixels(progress: Progress, *, name: str = "Anna", language: str = "en") -> np.ndarray:
    png = draw_progress(progress, name=name, language=language)
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def _differ(one: np.ndarray, other: np.ndarray, part: tuple[slice, slice]) -> int:
    return int((np.abs(one[part] - other[part]).sum(axis=2) > 30).sum())


def test_each_part_shows_its_own_number():
    blank = _pixels(_NEW)
    skilled = _pixels(replace(_NEW, skills={**_NEW.skills, "reading": 0.5}))
    levelled = _pixels(replace(_NEW, level="B2"))
    active = _pixels(replace(_NEW, days=(*_NEW.days[:-1], (_TODAY, 80))))
    assert _differ(blank, skilled, _SKILL_BARS) > 1000
    assert _differ(blank, skilled, _CALENDAR) == 0
    assert _differ(blank, levelled, _BADGE) > 1000
    assert _differ(blank, active, _CALENDAR) > 1000
    assert _differ(blank, active, _WEEK) > 1000


def test_a_longer_bar_for_a_stronger_skill():
    blank = _pixels(_NEW)
    lengths = [
        _differ(
            blank, _pixels(replace(_NEW, skills={**_NEW.skills, "grammar": share})), _SKILL_BARS
        )
        for share in (0.2, 0.5, 1.0)
    ]
    assert lengths == sorted(set(lengths))


@pytest.mark.parametrize(
    "name", ["Анна", "", "🎉🔥", "$x_1$ \\frac", "a" * 64, "李小龙", "Zoë\n\t"]
)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_any_name_can_be_drawn(name: str, language: str):
    assert _pixels(_NEW, name=name, language=language).shape == (1350, 1080, 3)


@settings(max_examples=12, deadline=None)
@given(
    level=st.sampled_from([None, "A1", "C2"]),
    xps=st.lists(st.integers(0, 1_000_000), min_size=35, max_size=35),
    counts=st.lists(st.integers(0, 1_000_000), min_size=5, max_size=5),
    share=st.floats(0, 1),
    language=st.sampled_from(["ru", "en"]),
)
def test_any_progress_can_be_drawn(level, xps, counts, share, language):
    days = tuple((day, xp) for (day, _), xp in zip(_NEW.days, xps, strict=True))
    streak, known, due, learning, lessons = counts
    progress = replace(
        _NEW, level=level, days=days, streak_days=streak, longest_streak=streak, words_known=known,
        words_due=due, words_total=known + learning, lessons_done=lessons, accuracy=share,
        skills=dict.fromkeys(_SKILLS, share),
    )  # fmt: skip
    assert _pixels(progress, language=language).shape == (1350, 1080, 3)
