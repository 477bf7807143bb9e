"""Every change of a learner's record."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from engageai_core.accounts.models import (
    BotChat,
    Feedback,
    Language,
    Learner,
    Level,
    LevelChange,
    OnboardingStep,
)
from engageai_core.common.authentication import InternalBot

_SPEAK_RUSSIAN = frozenset({"ru", "uk", "be", "kk"})
_ONBOARDING_ORDER = list(OnboardingStep.values)
_ANSWERED_BY = {
    "goal": OnboardingStep.GOAL,
    "minutes_per_day": OnboardingStep.MINUTES,
    "reminder_hour": OnboardingStep.REMINDER,
    "timezone": OnboardingStep.TIMEZONE,
}


@transaction.atomic
def learner_upsert(
    *, telegram_id: int, bot: InternalBot, chat_id: int, profile: dict[str, Any]
) -> tuple[Learner, bool]:
    """Make or refresh a learner and tie them to the bot; say whether they are new.

    Args:
        telegram_id: the person's id at Telegram.
        bot: the bot the person talks to.
        chat_id: the chat in which they do.
        profile: names, and for a new learner `language_code`, `timezone` and `start_payload`.
    """
    names: dict[str, Any] = {
        name: profile[name] for name in ("first_name", "last_name", "username") if name in profile
    }
    first: dict[str, Any] = {"language": _language_for(profile.get("language_code", ""))}
    for name in ("timezone", "start_payload"):
        if profile.get(name):
            first[name] = profile[name]
    learner, created = Learner.objects.update_or_create(
        telegram_id=telegram_id, defaults=names, create_defaults={**names, **first}
    )
    BotChat.objects.update_or_create(
        learner=learner,
        bot_number=bot.number,
        defaults={"bot_name": bot.name, "chat_id": chat_id, "is_blocked": False},
    )
    return learner, created


@transaction.atomic
def learner_change(*, learner: Learner, changes: dict[str, Any]) -> Learner:
    """Apply checked changes and move the welcome on past the question they answer.

    Ending the welcome without a level means "I am a beginner": the level becomes A1.
    """
    learner = Learner.objects.select_for_update().get(pk=learner.pk)
    for name, value in changes.items():
        setattr(learner, name, value)
    if "onboarding_step" not in changes:
        learner.onboarding_step = _step_after(learner.onboarding_step, changes)
    learner.save()
    if learner.onboarding_step == OnboardingStep.DONE and not learner.level:
        learner_set_level(learner=learner, level=Level.A1, reason="said to be a beginner")
    return learner


@transaction.atomic
def learner_set_level(*, learner: Learner, level: str, reason: str) -> None:
    """Set the level and keep the change with its reason; the welcome is over with it.

    Args:
        learner: whose level; the instance is brought up to date.
        level: A1 to C2.
        reason: why, in English, for the teacher and the admin.
    """
    if learner.level != level:
        LevelChange.objects.create(
            learner=learner, old_level=learner.level, new_level=level, reason=reason
        )
    learner.level = level
    learner.onboarding_step = OnboardingStep.DONE
    learner.save(update_fields=["level", "onboarding_step", "updated_at"])


def feedback_give(*, learner: Learner, bot: InternalBot, text: str) -> Feedback:
    """Keep what the learner wrote to the teacher through the bot."""
    return Feedback.objects.create(learner=learner, bot_number=bot.number, text=text)


def chat_set_blocked(*, learner: Learner, bot: InternalBot, is_blocked: bool) -> None:
    """Note whether the learner blocked the bot: while so, nothing is sent to the chat."""
    BotChat.objects.filter(learner=learner, bot_number=bot.number).update(
        is_blocked=is_blocked, updated_at=timezone.now()
    )


def _language_for(language_code: str) -> str:
    primary = language_code.split("-", maxsplit=1)[0].lower()
    return Language.RUSSIAN if not primary or primary in _SPEAK_RUSSIAN else Language.ENGLISH


def _step_after(current: str, changes: dict[str, Any]) -> str:
    for name, step in _ANSWERED_BY.items():
        if name in changes and current == step:
            return str(_ONBOARDING_ORDER[_ONBOARDING_ORDER.index(current) + 1])
    return current
