"""What the learners' API takes and gives."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers

from engageai_core.accounts.models import (
    MINUTES_CHOICES,
    Goal,
    Language,
    Learner,
    OnboardingStep,
)
from engageai_core.common.limits import TELEGRAM_ID_LIMIT
from engageai_core.engagement.selectors import standing_of
from engageai_core.learning.selectors import due_word_count, open_activity_kind


def check_timezone(value: str) -> None:
    """Refuse what is no IANA time zone."""
    if value not in _known_timezones():
        raise serializers.ValidationError("This is no IANA time zone, such as Europe/Moscow.")


@cache
def _known_timezones() -> set[str]:
    # Finding them out reads several hundred files.
    return available_timezones()


class LearnerUpsertSerializer(serializers.Serializer[Any]):
    """A person as Telegram describes them, and the chat they write in."""

    first_name = serializers.CharField(max_length=128)
    last_name = serializers.CharField(max_length=128, required=False, allow_blank=True)
    username = serializers.CharField(max_length=64, required=False, allow_blank=True)
    language_code = serializers.CharField(max_length=16, required=False, allow_blank=True)
    chat_id = serializers.IntegerField(min_value=-TELEGRAM_ID_LIMIT, max_value=TELEGRAM_ID_LIMIT)
    timezone = serializers.CharField(required=False, validators=[check_timezone])
    start_payload = serializers.CharField(max_length=64, required=False, allow_blank=True)


class LearnerChangeSerializer(serializers.Serializer[Any]):
    """What a learner can change about themselves."""

    language = serializers.ChoiceField(Language.choices, required=False)
    goal = serializers.ChoiceField(Goal.choices, required=False)
    minutes_per_day = serializers.ChoiceField(MINUTES_CHOICES, required=False)
    reminder_hour = serializers.IntegerField(
        min_value=0, max_value=23, required=False, allow_null=True
    )
    timezone = serializers.CharField(required=False, validators=[check_timezone])
    onboarding_step = serializers.ChoiceField(OnboardingStep.choices, required=False)
    desired_retention = serializers.FloatField(min_value=0.80, max_value=0.92, required=False)


class FeedbackSerializer(serializers.Serializer[Any]):
    """What a learner wants to tell the teacher."""

    text = serializers.CharField(max_length=4000)


class FeedbackGivenSerializer(serializers.Serializer[Any]):
    """The kept feedback's number."""

    id = serializers.IntegerField()


class ChatSerializer(serializers.Serializer[Any]):
    """The calling bot's chat with a learner."""

    is_blocked = serializers.BooleanField()


class LearnerSerializer(serializers.Serializer[Learner]):
    """A learner as the bots see them."""

    telegram_id = serializers.IntegerField()
    first_name = serializers.CharField()
    language = serializers.ChoiceField(Language.choices)
    goal = serializers.CharField(allow_null=True)
    minutes_per_day = serializers.IntegerField(allow_null=True)
    reminder_hour = serializers.IntegerField(allow_null=True)
    timezone = serializers.CharField()
    onboarding_step = serializers.ChoiceField(OnboardingStep.choices)
    level = serializers.CharField(allow_null=True)
    xp = serializers.IntegerField()
    streak_days = serializers.IntegerField()
    due_words = serializers.IntegerField()
    open_activity = serializers.CharField(allow_null=True)

    def to_representation(self, instance: Learner) -> dict[str, Any]:
        """Add what other parts know about the learner."""
        standing = standing_of(instance)
        return {
            "telegram_id": instance.telegram_id,
            "first_name": instance.first_name,
            "language": instance.language,
            "goal": instance.goal or None,
            "minutes_per_day": instance.minutes_per_day,
            "reminder_hour": instance.reminder_hour,
            "timezone": instance.timezone,
            "onboarding_step": instance.onboarding_step,
            "level": instance.level or None,
            "xp": standing.xp,
            "streak_days": standing.streak_days,
            "due_words": due_word_count(instance),
            "open_activity": open_activity_kind(instance),
        }
