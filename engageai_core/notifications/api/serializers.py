"""What the bots tell about pushes."""

from typing import Any

from rest_framework import serializers

from engageai_core.notifications.models import Push

_MOST_AT_ONCE = 500
_ID_LIMIT = 2**63 - 1
OUTCOMES = [Push.State.SENT, Push.State.BLOCKED, Push.State.FAILED]


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one push."""

    push_id = serializers.IntegerField(min_value=1, max_value=_ID_LIMIT)
    outcome = serializers.ChoiceField([(outcome.value, outcome.value) for outcome in OUTCOMES])
    error = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class OutcomesSerializer(serializers.Serializer[Any]):
    """What became of several pushes."""

    outcomes = serializers.ListField(child=OutcomeSerializer(), max_length=_MOST_AT_ONCE)


class AcceptedSerializer(serializers.Serializer[Any]):
    """How many pushes got their outcome by this call; the others had it, or are another bot's."""

    accepted = serializers.IntegerField()
