"""The learner's progress: a picture drawn by the core, and three lines."""

from aiogram.types import BufferedInputFile

from bots.engine.core_models import Progress
from bots.shared.keyboards import keyboard, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.texts import Texts


async def show_progress(chat: LearnerChat) -> None:
    """Send the picture with its three lines."""
    telegram_id = chat.learner.telegram_id
    progress = await chat.core.progress(telegram_id)
    picture = await chat.core.progress_picture(telegram_id)
    t = chat.texts
    ways = [way(one, t) for one in chat.offered if one not in {"placement", "progress"}]
    await chat.acknowledge()
    await chat.bot.send_photo(
        chat.chat_id,
        BufferedInputFile(picture, "progress.png"),
        caption=render_progress(progress, t),
        reply_markup=keyboard([ways]),
    )


def render_progress(progress: Progress, t: Texts) -> str:
    """Return the three lines under the picture."""
    standing: str = t("🏅 Level: <b>{level}</b>", level=progress.level or t.plain("not known yet"))
    if progress.streak_days:
        days = progress.streak_days
        standing += " · " + t.plural("{number}-day streak", "{number}-day streak", days)
    words = t.plural("{number} word", "{number} words", progress.words_known)
    return "\n".join(
        [
            standing,
            t(
                "⭐ Today <b>{today}</b> of {goal} XP · {total} in all",
                today=progress.xp_today,
                goal=progress.daily_goal_xp,
                total=progress.xp,
            ),
            t("🗂 In memory: <b>{words}</b> · due now: {due}", words=words, due=progress.words_due),
        ]
    )
