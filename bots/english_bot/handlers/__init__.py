"""The tutor's handlers."""

from pathlib import Path

from aiogram import Router

from bots.english_bot.config import COMMANDS
from bots.english_bot.handlers import lessons, welcome
from bots.shared.activities import pause
from bots.shared.progress import show_progress
from bots.shared.routers import fallback, feedback, profile, steps, typed_words, ways
from bots.shared.routers.chat_middleware import BotProfile, create_bot_router
from bots.shared.words import review

PROFILE = BotProfile(
    name="english_bot",
    locale_dir=Path(__file__).parent.parent / "locale",
    menu=COMMANDS,
    offered=("lesson", "review", "progress", "placement"),
)


def create_router() -> Router:
    """Return the tutor's router, a new one at each call."""
    return create_bot_router(
        PROFILE,
        welcome.create_router(),
        _ways(),
        steps.create_router(),
        profile.create_router(),
        typed_words.create_router(),
        feedback.create_router(),
        lessons.create_router(),
        fallback.create_router(),
    )


def _ways() -> Router:
    return ways.create_router(
        commands={
            "learn": lessons.learn,
            "words": review,
            "progress": show_progress,
            "level": lessons.show_level,
            "settings": profile.show_settings,
            "language": profile.show_language,
            "stop": pause,
            "help": lessons.show_help,
        },
        taps={
            "continue": lessons.go_on,
            "lesson": lessons.learn,
            "placement": lessons.place,
            "placement_again": lessons.place_again,
            "beginner": welcome.begin_from_zero,
            "review": review,
            "progress": show_progress,
            "pause": pause,
            "settings": profile.show_settings,
            "language": profile.show_language,
            "help": lessons.show_help,
        },
    )
