"""Draws the whole picture."""

from threading import Lock

from django.utils import translation

from engageai_core.engagement.picture import palette
from engageai_core.engagement.picture.canvas import Canvas
from engageai_core.engagement.picture.cards import (
    draw_calendar,
    draw_skills,
    draw_week,
    draw_words,
)
from engageai_core.engagement.picture.header import draw_header, draw_numbers
from engageai_core.engagement.progress import Progress

_LEFT, _RIGHT = 36, 550
_LONGEST_NAME = 24
# matplotlib shares its fonts and its cache of laid-out text between threads without a lock.
_one_at_a_time = Lock()


def draw_progress(progress: Progress, *, name: str, language: str) -> bytes:
    """Return the picture as a PNG of 1080 by 1350 pixels.

    Args:
        progress: what to show.
        name: the learner's first name; letters without a glyph are left out.
        language: `ru` or `en`, the language of the words on it.
    """
    with _one_at_a_time, translation.override(language):
        canvas = Canvas(palette.PAPER)
        draw_header(canvas, canvas.writable(name)[:_LONGEST_NAME], progress)
        draw_numbers(canvas, progress, 368)
        draw_skills(canvas, progress, _LEFT, 540)
        draw_calendar(canvas, progress, _RIGHT, 540)
        draw_week(canvas, progress, _LEFT, 992)
        draw_words(canvas, progress, _RIGHT, 992)
        return canvas.png()
