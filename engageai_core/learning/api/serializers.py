"""What the learning API takes and gives."""

from typing import Any

from rest_framework import serializers

from engageai_core.learning.memory import Grade
from engageai_core.learning.models import ActivityKind

_ID_LENGTH = 64


class ActivityStartSerializer(serializers.Serializer[Any]):
    """Which activity to begin or take up."""

    kind = serializers.ChoiceField(ActivityKind.choices)
    restart = serializers.BooleanField(default=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """An answer; one of choice, text, order, pairs, dont_know and rating."""

    step_id = serializers.CharField(max_length=_ID_LENGTH, required=False, allow_null=True)
    choice = serializers.CharField(max_length=_ID_LENGTH, required=False, allow_null=True)
    text = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, trim_whitespace=False
    )
    order = serializers.ListField(
        child=serializers.CharField(max_length=_ID_LENGTH),
        max_length=32,
        required=False,
        allow_null=True,
    )
    pairs = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=_ID_LENGTH), min_length=2, max_length=2
        ),
        max_length=32,
        required=False,
        allow_null=True,
    )
    dont_know = serializers.BooleanField(default=False)
    rating = serializers.ChoiceField(
        [(grade.value, grade.value) for grade in Grade], required=False, allow_null=True
    )
    idempotency_key = serializers.CharField(max_length=100, required=False, allow_null=True)


class WordAddSerializer(serializers.Serializer[Any]):
    """A word to be added to the learner's own."""

    text = serializers.CharField(max_length=4096)


# ------------------------------------------------------------------ what is given back
class OptionSerializer(serializers.Serializer[Any]):
    """Something to pick."""

    id = serializers.CharField()
    text = serializers.CharField()


class CardSerializer(serializers.Serializer[Any]):
    """A word with all that is known of it."""

    word = serializers.CharField()
    ipa = serializers.CharField()
    part_of_speech = serializers.CharField()
    translation = serializers.CharField()
    example = serializers.CharField()
    example_translation = serializers.CharField()
    level = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """One question, without its key."""

    step_id = serializers.CharField()
    activity = serializers.ChoiceField(ActivityKind.choices)
    kind = serializers.CharField()
    position = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    instruction = serializers.CharField()
    text = serializers.CharField()
    passage = serializers.CharField(allow_null=True)
    options = OptionSerializer(many=True)
    right_options = OptionSerializer(many=True)
    input = serializers.ChoiceField(["choice", "text", "order", "pairs", "rating"])
    hint = serializers.CharField(allow_null=True)
    card = CardSerializer(allow_null=True)
    can_skip = serializers.BooleanField()


class IntroSerializer(serializers.Serializer[Any]):
    """What comes before the first step."""

    title = serializers.CharField()
    text = serializers.CharField()


class SummarySerializer(serializers.Serializer[Any]):
    """How an activity went; the last three belong to the placement test alone."""

    title = serializers.CharField()
    text = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField())
    xp = serializers.IntegerField()
    level = serializers.CharField(allow_null=True)
    next_suggestion = serializers.ChoiceField(
        ["placement", "lesson", "review", "progress"], allow_null=True
    )
    probabilities = serializers.DictField(child=serializers.FloatField(), required=False)
    skills = serializers.DictField(child=serializers.CharField(), required=False)
    reason = serializers.CharField(required=False)


class ActivitySerializer(serializers.Serializer[Any]):
    """An activity with its current step, or the summary when there is nothing to do."""

    activity = serializers.ChoiceField(ActivityKind.choices)
    resumed = serializers.BooleanField()
    intro = IntroSerializer(allow_null=True)
    next = StepSerializer(allow_null=True)
    summary = SummarySerializer(allow_null=True)


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether the answer was right, and why."""

    correct = serializers.BooleanField()
    score = serializers.FloatField()
    feedback = serializers.CharField()
    right_answer = serializers.CharField()
    xp = serializers.IntegerField()


class AnswerOutcomeSerializer(serializers.Serializer[Any]):
    """What became of an answer, and what comes next."""

    outcome = serializers.ChoiceField(["judged", "stale", "nothing_open", "invalid"])
    verdict = VerdictSerializer(allow_null=True)
    next = StepSerializer(allow_null=True)
    summary = SummarySerializer(allow_null=True)
    message = serializers.CharField(allow_null=True)


class LearnerWordSerializer(CardSerializer):
    """One of the learner's words."""

    due_on = serializers.DateField()
    learned = serializers.BooleanField()


class WordsSerializer(serializers.Serializer[Any]):
    """The learner's words."""

    due = serializers.IntegerField()
    learned = serializers.IntegerField()
    total = serializers.IntegerField()
    next_due_at = serializers.DateTimeField(allow_null=True)
    words = LearnerWordSerializer(many=True)


class WordAddedSerializer(serializers.Serializer[Any]):
    """The word, and whether it is new among the learner's."""

    word = CardSerializer()
    added = serializers.BooleanField()
