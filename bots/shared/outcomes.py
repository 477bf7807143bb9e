"""What a learner reads after an answer and at the end of an activity, in Telegram's HTML."""

import zlib
from collections.abc import Sequence

from aiogram.types import InlineKeyboardMarkup

from bots.engine.core_models import ActivityKind, Intro, Summary, Verdict
from bots.shared.callbacks import Destination
from bots.shared.keyboards import keyboard, way
from bots.shared.steps import MARKS, clip
from bots.shared.texts import Texts, escape

_LONGEST_INTRO = 3500
_BAR = 8
_WORTH_DRAWING = 0.005


def render_intro(intro: Intro, kind: ActivityKind) -> str:
    """Return what stands before the first step, such as a lesson's rule with its examples."""
    text = escape(clip(intro.text, _LONGEST_INTRO))
    return f"{MARKS[kind]} <b>{escape(clip(intro.title))}</b>\n\n{text}"


def render_verdict(verdict: Verdict, t: Texts) -> str:
    """Return how an answer was judged, with the reason in a line or two."""
    lines = [_judgement(verdict, t)]
    if not verdict.correct and verdict.right_answer:
        lines.append(t("Right: <b>{answer}</b>", answer=clip(verdict.right_answer)))
    if verdict.feedback:
        lines.append(escape(clip(verdict.feedback)))
    return "\n".join(lines)


def render_rating(verdict: Verdict, *, shown: str) -> str:
    """Return what follows from a learner's own rating, which is neither right nor wrong.

    Args:
        verdict: what the core made of the rating.
        shown: the card as it stands in the message; its lines are not said again.
    """
    news = verdict.feedback
    for line in shown.splitlines():
        news = news.replace(line, "") if " " in line else news
    earned = f"  <i>+{verdict.xp} XP</i>" if verdict.xp else ""
    return f"🗓 {escape(clip(news.strip(' –')))}{earned}"


def render_summary(summary: Summary, t: Texts) -> str:
    """Return what an activity brought; a placement's levels are drawn as bars."""
    mark = "🏅 " if summary.probabilities else "🏁 " if summary.xp else ""
    head = f"{mark}<b>{escape(clip(summary.title))}</b>"
    parts = [head, escape(clip(summary.text))]
    if summary.probabilities:
        parts.append(_levels(summary.probabilities, t))
    parts.append("\n".join(f"• {escape(clip(line, 300))}" for line in summary.lines[:8]))
    if summary.reason:
        parts.append(f"<i>{escape(clip(summary.reason, 500))}</i>")
    return "\n\n".join(part for part in parts if part)


def summary_keyboard(
    summary: Summary, t: Texts, offered: Sequence[Destination]
) -> InlineKeyboardMarkup:
    """Return the ways on from a summary: what it suggests first, then the rest.

    Args:
        summary: what ended.
        t: the learner's texts.
        offered: what this bot can do, in the order of its importance.
    """
    first = summary.next_suggestion
    ways: list[Destination] = [one for one in offered if one not in {first, "placement"}]
    if first is not None and first in offered:
        ways.insert(0, first)
    return keyboard([[way(ways[0], t)], [way(one, t) for one in ways[1:]]])


def _judgement(verdict: Verdict, t: Texts) -> str:
    if verdict.correct:
        earned = f"  <i>+{verdict.xp} XP</i>" if verdict.xp else ""
        return f"✅ <b>{_praise(verdict, t)}</b>{earned}"
    # Without credit for a part of it, "almost" would be flattery.
    said = t("Almost!") if verdict.score >= 0.5 else t("Not quite.")
    return f"❌ <b>{said}</b>"


def _praise(verdict: Verdict, t: Texts) -> str:
    praises = (t("Right!"), t("Exactly!"), t("Well done!"), t("That’s it!"))
    # By the answer, not by chance: an update that is handled again says the same.
    return praises[zlib.crc32(verdict.right_answer.encode()) % len(praises)]


def _levels(probabilities: dict[str, float], t: Texts) -> str:
    rows = [
        f"{escape(level)} {_bar(chance)} {round(chance * 100):>3}%"
        for level, chance in probabilities.items()
        if chance >= _WORTH_DRAWING
    ]
    return t("How sure the test is:") + "\n<pre>" + "\n".join(rows) + "</pre>"


def _bar(share: float) -> str:
    full = max(0, min(_BAR, round(share * _BAR)))
    return "█" * full + "░" * (_BAR - full)
