"""The words bot's handlers."""

from pathlib import Path

from aiogram import Router

from bots.shared.activities import go_on, pause
from bots.shared.progress import show_progress
from bots.shared.routers import fallback, feedback, profile, steps, typed_words, ways
from bots.shared.routers.chat_middleware import BotProfile, create_bot_router
from bots.shared.words import review
from bots.vocabulary_bot.config import COMMANDS
from bots.vocabulary_bot.handlers import deck

PROFILE = BotProfile(
    name="vocabulary_bot",
    locale_dir=Path(__file__).parent.parent / "locale",
    menu=COMMANDS,
    offered=("review", "progress"),
)


def create_router() -> Router:
    """Return the words bot's router, a new one at each call."""
    return create_bot_router(
        PROFILE,
        deck.create_start_router(),
        _ways(),
        steps.create_router(),
        profile.create_router(),
        typed_words.create_router(),
        feedback.create_router(),
        deck.create_text_router(),
        fallback.create_router(),
    )


def _ways() -> Router:
    return ways.create_router(
        commands={
            "words": review,
            "progress": show_progress,
            "settings": profile.show_settings,
            "language": profile.show_language,
            "stop": pause,
            "help": deck.show_help,
        },
        taps={
            "continue": go_on,
            "review": review,
            "progress": show_progress,
            "pause": pause,
            "settings": profile.show_settings,
            "language": profile.show_language,
            "help": deck.show_help,
        },
    )
