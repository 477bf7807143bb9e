"""The picture's four cards: skills, the calendar of five weeks, XP of the week, words."""

from datetime import date, timedelta

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engageai_core.engagement.picture import palette
from engageai_core.engagement.picture.canvas import Canvas, Style
from engageai_core.engagement.progress import Progress

CARD_WIDTH = 494
_PADDING = 28


def draw_skills(canvas: Canvas, progress: Progress, left: float, top: float) -> None:
    """Draw a bar for each of the six skills."""
    _draw_card(canvas, left, top, 430, _("Skills"))
    for number, (skill, color) in enumerate(palette.SKILLS.items()):
        strength = min(max(progress.skills.get(skill, 0.0), 0.0), 1.0)
        y = top + 96 + number * 55
        right = left + CARD_WIDTH - _PADDING
        canvas.text(left + _PADDING, y, _skill_name(skill), Style(24, palette.INK))
        canvas.text(
            right,
            y,
            f"{strength:.0%}",
            Style(
                23, palette.INK if strength else palette.MUTED, bold=bool(strength), align="right"
            ),
        )
        _draw_bar(canvas, left + _PADDING, y + 19, strength, color)


def draw_calendar(canvas: Canvas, progress: Progress, left: float, top: float) -> None:
    """Draw the last five weeks, each day by how much of its goal was reached."""
    _draw_card(canvas, left, top, 430, _("Five weeks"))
    side, step = 48, 62
    earned = dict(progress.days)
    monday = progress.today - timedelta(days=progress.today.weekday() + 28)
    for weekday in range(7):
        x = left + _PADDING + weekday * step + side / 2 + 6
        name = str(WEEKDAYS_ABBR[weekday])
        canvas.text(x, top + 88, name, Style(20, palette.MUTED, align="center"))
    for number in range(35):
        day = monday + timedelta(days=number)
        x = left + _PADDING + (number % 7) * step + 6
        y = top + 110 + (number // 7) * 52
        is_ahead = day > progress.today
        heat = _heat(earned.get(day, 0), progress.daily_goal_xp)
        _draw_day(canvas, x, y, day, palette.PAPER if is_ahead else heat)
        if day == progress.today:
            canvas.frame(x - 4, y - 4, 52, color=palette.FLAME, radius=14)
    words = _streak_words(progress)
    canvas.text(
        left + _PADDING, top + 396, words, Style(22, palette.MUTED), width=CARD_WIDTH - 2 * _PADDING
    )


def draw_week(canvas: Canvas, progress: Progress, left: float, top: float) -> None:
    """Draw the XP of the last seven days against the daily goal."""
    _draw_card(canvas, left, top, 330, _("XP, last 7 days"))
    days = progress.days[-7:]
    highest = max([progress.daily_goal_xp * 1.25, *(xp for _day, xp in days)])
    floor, room = top + 274, 158
    right = left + CARD_WIDTH - _PADDING
    goal_y = floor - room * progress.daily_goal_xp / highest
    canvas.line((left + _PADDING, goal_y), (right, goal_y), color=palette.GREEN)
    goal = _("goal %(xp)d") % {"xp": progress.daily_goal_xp}
    canvas.text(right, top + 46, goal, Style(21, palette.GREEN, align="right"))
    for number, (day, xp) in enumerate(days):
        x = left + _PADDING + 6 + number * 62
        color = palette.GREEN if xp >= progress.daily_goal_xp else palette.INDIGO
        height = max(room * xp / highest, 6)
        canvas.box(x, floor - height, 44, height, color=color if xp else palette.TRACK, radius=8)
        _write_xp(canvas, x + 22, floor - height, xp, fits_inside=height > 36)
        is_today = day == progress.today
        canvas.text(
            x + 22,
            floor + 28,
            str(WEEKDAYS_ABBR[day.weekday()]),
            Style(20, palette.INK if is_today else palette.MUTED, bold=is_today, align="center"),
        )


def draw_words(canvas: Canvas, progress: Progress, left: float, top: float) -> None:
    """Draw how many words are known, being learned, and due."""
    _draw_card(canvas, left, top, 330, _("Words"))
    known, total = progress.words_known, progress.words_total
    middle = left + CARD_WIDTH / 2
    if not total:
        _draw_no_words(canvas, middle, top)
        return
    canvas.text(
        left + CARD_WIDTH - _PADDING,
        top + 46,
        _("%(number)d in all") % {"number": total},
        Style(21, palette.MUTED, align="right"),
    )
    share = known / total
    _draw_bar(canvas, left + _PADDING, top + 88, share, palette.GREEN, height=22)
    learning = max(total - known, 0)
    lines = [
        (palette.GREEN, known, ngettext("word known", "words known", known)),
        (palette.TRACK, learning, ngettext("word being learned", "words being learned", learning)),
        (palette.FLAME, progress.words_due, _("due for review now")),
    ]
    for number, (color, figure, label) in enumerate(lines):
        y = top + 152 + number * 44
        canvas.disc(left + _PADDING + 10, y - 2, 9, color=color)
        canvas.text(left + _PADDING + 34, y, str(figure), Style(27, palette.INK, bold=True))
        canvas.text(
            left + _PADDING + 118,
            y,
            label,
            Style(22, palette.MUTED),
            width=CARD_WIDTH - 2 * _PADDING - 118,
        )
    lessons = ngettext(
        "%(number)d lesson done", "%(number)d lessons done", progress.lessons_done
    ) % {"number": progress.lessons_done}
    canvas.text(left + _PADDING, top + 292, lessons, Style(22, palette.INDIGO, bold=True))


def _draw_no_words(canvas: Canvas, middle: float, top: float) -> None:
    for number, color in enumerate((palette.HEAT[1], palette.HEAT[2], palette.INDIGO)):
        canvas.box(
            middle - 70 + number * 22, top + 88 + number * 10, 92, 84, color=color, radius=14
        )
    canvas.text(middle + 20, top + 151, "Aa", Style(42, palette.WHITE, bold=True, align="center"))
    lines = (_("The words of your lessons"), _("will gather here"))
    for number, words in enumerate(lines):
        canvas.text(
            middle,
            top + 238 + number * 36,
            words,
            Style(25, palette.MUTED, align="center"),
            width=CARD_WIDTH - 2 * _PADDING,
        )


def _write_xp(canvas: Canvas, x: float, top: float, xp: int, *, fits_inside: bool) -> None:
    if not xp:
        return
    y, color = (top + 19, palette.WHITE) if fits_inside else (top - 14, palette.INK)
    canvas.text(x, y, str(xp), Style(18, color, align="center"), width=42)


def _draw_card(canvas: Canvas, left: float, top: float, height: float, title: str) -> None:
    canvas.box(left, top, CARD_WIDTH, height, color=palette.CARD, radius=28)
    canvas.text(left + _PADDING, top + 45, title, Style(29, palette.INK, bold=True))


def _draw_bar(
    canvas: Canvas, left: float, top: float, share: float, color: str, *, height: float = 13
) -> None:
    width = CARD_WIDTH - 2 * _PADDING
    canvas.box(left, top, width, height, color=palette.TRACK, radius=height / 2)
    if share:
        filled = max(width * share, height)
        canvas.box(left, top, filled, height, color=color, radius=height / 2)


def _draw_day(canvas: Canvas, x: float, y: float, day: date, color: str) -> None:
    canvas.box(x, y, 44, 44, color=color, radius=11)
    number_color = palette.WHITE if color in palette.HEAT[2:] else palette.MUTED
    if color == palette.PAPER:
        number_color = palette.FAINT
    canvas.text(x + 22, y + 23, str(day.day), Style(19, number_color, align="center"))


def _heat(xp: int, goal: int) -> str:
    steps = (0, goal * 0.5, goal * 0.75, goal)
    if xp <= 0:
        return palette.HEAT[0]
    return palette.HEAT[sum(xp >= step for step in steps)]


def _streak_words(progress: Progress) -> str:
    if not progress.longest_streak:
        return _("The first answer lights up a day")
    return ngettext(
        "Longest streak: %(number)d day", "Longest streak: %(number)d days", progress.longest_streak
    ) % {"number": progress.longest_streak}


def _skill_name(skill: str) -> str:
    return {
        "grammar": _("Grammar"),
        "vocabulary": _("Vocabulary"),
        "reading": _("Reading"),
        "listening": _("Listening"),
        "writing": _("Writing"),
        "speaking": _("Speaking"),
    }[skill]
