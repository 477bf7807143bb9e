"""The picture's upper part: the level's badge, the way from A1 to C2, four numbers."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from matplotlib.path import Path as Outline

from engageai_core.accounts.models import Level
from engageai_core.engagement.picture import palette
from engageai_core.engagement.picture.canvas import WIDTH, Canvas, Style
from engageai_core.engagement.progress import Progress

_HEIGHT = 344
_MARGIN = 36
_BADGE = (158, 196)


def draw_header(canvas: Canvas, name: str, progress: Progress) -> None:
    """Draw whose progress it is, and the level."""
    canvas.gradient(_HEIGHT, palette.INDIGO, palette.VIOLET)
    canvas.disc(WIDTH - 40, 20, 210, color=palette.WHITE, opacity=0.06)
    canvas.disc(WIDTH - 250, _HEIGHT - 10, 120, color=palette.WHITE, opacity=0.05)
    canvas.text(_MARGIN + 10, 52, "engageAI", Style(30, palette.WHITE, bold=True))
    canvas.text(
        WIDTH - _MARGIN - 10,
        52,
        date_format(progress.today, "j E Y"),
        Style(25, palette.LILAC, align="right"),
    )
    _draw_badge(canvas, progress.level)
    title = _("%(name)s's English") % {"name": name} if name else _("My English")
    canvas.text(292, 138, title, Style(46, palette.WHITE, bold=True), width=740)
    canvas.text(292, 192, _level_words(progress.level), Style(27, palette.LILAC), width=740)
    _draw_way(canvas, progress.level)


def draw_numbers(canvas: Canvas, progress: Progress, top: float) -> None:
    """Draw the four tiles: streak, XP of the week, words known, right answers."""
    week = sum(xp for _day, xp in progress.days[-7:])
    accuracy = "–" if progress.accuracy is None else f"{progress.accuracy:.0%}"
    streak = progress.streak_days
    tiles = [
        (str(streak), ngettext("day in a row", "days in a row", streak), _flame),
        (f"{week:,}".replace(",", "\N{NO-BREAK SPACE}"), _("XP in 7 days"), _bolt),
        (
            str(progress.words_known),
            ngettext("word known", "words known", progress.words_known),
            _cards,
        ),
        (accuracy, _("right answers"), _tick),
    ]
    width = (WIDTH - 2 * _MARGIN - 3 * 20) / 4
    for number, (figure, label, icon) in enumerate(tiles):
        left = _MARGIN + number * (width + 20)
        canvas.box(left, top, width, 150, color=palette.CARD, radius=26)
        icon(canvas, left + 50, top + 58)
        canvas.text(
            left + 92, top + 60, figure, Style(46, palette.INK, bold=True), width=width - 108
        )
        canvas.text(left + 24, top + 117, label, Style(23, palette.MUTED), width=width - 44)


def _level_words(level: str | None) -> str:
    if level is None:
        return _("A short test will find your level")
    return {
        Level.A1: _("A1 · Beginner"),
        Level.A2: _("A2 · Elementary"),
        Level.B1: _("B1 · Intermediate"),
        Level.B2: _("B2 · Upper intermediate"),
        Level.C1: _("C1 · Advanced"),
        Level.C2: _("C2 · Proficient"),
    }[Level(level)]


def _draw_badge(canvas: Canvas, level: str | None) -> None:
    x, y = _BADGE
    canvas.disc(x, y, 104, color=palette.WHITE, opacity=0.22)
    canvas.disc(x, y, 88, color=palette.WHITE)
    canvas.text(x, y + 3, level or "?", Style(76, palette.INDIGO, bold=True, align="center"))


def _draw_way(canvas: Canvas, level: str | None) -> None:
    left, top, gap = 292, 244, 10
    width = (WIDTH - _MARGIN - 12 - left - 5 * gap) / 6
    reached = Level.values.index(level) if level else -1
    for number, name in enumerate(Level.values):
        x = left + number * (width + gap)
        is_reached = number <= reached
        color = palette.WHITE if is_reached else palette.VEIL
        canvas.box(x, top, width, 18, color=color, radius=9)
        canvas.text(
            x + width / 2,
            top + 48,
            name,
            Style(
                24,
                palette.WHITE if is_reached else palette.LILAC,
                bold=number == reached,
                align="center",
            ),
        )


def _flame(canvas: Canvas, x: float, y: float) -> None:
    for scale, color, drop in ((1.0, palette.FLAME, 0), (0.52, palette.FLAME_CORE, 12)):
        canvas.shape(_drop_shape(x, y + drop, 27 * scale), color=color)


def _drop_shape(x: float, y: float, size: float) -> Outline:
    points = [
        (0.1, -1.25),
        (0.25, -0.6),
        (0.95, -0.35),
        (0.85, 0.45),
        (0.8, 0.95),
        (0.35, 1.2),
        (0.0, 1.2),
        (-0.45, 1.2),
        (-0.85, 0.9),
        (-0.85, 0.35),
        (-0.85, -0.1),
        (-0.5, -0.25),
        (-0.4, -0.6),
        (-0.05, -0.45),
        (0.15, -0.8),
        (0.1, -1.25),
    ]
    return Outline(
        [(x + px * size, y + py * size) for px, py in points],
        [Outline.MOVETO] + [Outline.CURVE4] * 15,
    )


def _bolt(canvas: Canvas, x: float, y: float) -> None:
    points = [(0.25, -1.3), (-0.8, 0.2), (-0.1, 0.2), (-0.3, 1.3), (0.8, -0.3), (0.1, -0.3)]
    canvas.shape(_polygon(x, y, 25, points), color=palette.GOLD)


def _cards(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(x - 26, y - 28, 38, 48, color=palette.HEAT[1], radius=8)
    canvas.box(x - 14, y - 18, 38, 48, color=palette.INDIGO, radius=8)
    canvas.text(x + 5, y + 6, "A", Style(26, palette.WHITE, bold=True, align="center"))


def _tick(canvas: Canvas, x: float, y: float) -> None:
    canvas.disc(x, y, 28, color=palette.GREEN)
    points = [
        (-0.55, 0.0),
        (-0.18, 0.4),
        (0.55, -0.35),
        (0.38, -0.55),
        (-0.18, 0.02),
        (-0.37, -0.18),
    ]
    canvas.shape(_polygon(x, y, 25, points), color=palette.WHITE)


def _polygon(x: float, y: float, size: float, points: list[tuple[float, float]]) -> Outline:
    corners = [(x + px * size, y + py * size) for px, py in points]
    return Outline([*corners, corners[0]], closed=True)
