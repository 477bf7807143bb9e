"""What the progress API gives."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from engageai_core.accounts.models import Level
from engageai_core.engagement.progress import Progress


class DaySerializer(serializers.Serializer[Any]):
    """One local day and its XP."""

    date = serializers.DateField()
    xp = serializers.IntegerField()

    def to_representation(self, instance: tuple[dt.date, int]) -> dict[str, Any]:
        """Name the two parts of a day."""
        day, xp = instance
        return {"date": day.isoformat(), "xp": xp}


class ProgressSerializer(serializers.Serializer[Progress]):
    """A learner's progress; shares are 0 to 1, `accuracy` is null before the first answer."""

    level = serializers.ChoiceField(Level.choices, allow_null=True)
    xp = serializers.IntegerField()
    xp_today = serializers.IntegerField()
    daily_goal_xp = serializers.IntegerField()
    streak_days = serializers.IntegerField()
    longest_streak = serializers.IntegerField()
    words_known = serializers.IntegerField()
    words_due = serializers.IntegerField()
    words_total = serializers.IntegerField()
    lessons_done = serializers.IntegerField()
    answers_total = serializers.IntegerField()
    accuracy = serializers.FloatField(allow_null=True)
    skills = serializers.DictField(child=serializers.FloatField())
    days = DaySerializer(many=True)
