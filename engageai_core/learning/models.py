"""Tables of what learners do: activities, their steps, the answers, and words in memory."""

import secrets
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from engageai_core.curriculum.models import Lesson, Skill, Task, Word
from engageai_core.placement.models import PlacementQuestion, PlacementTest


def new_step_id() -> str:
    """Return an unguessable id of 11 characters that fits a button's data."""
    return secrets.token_urlsafe(8)


class ActivityKind(models.TextChoices):
    """What a learner can be in the middle of."""

    PLACEMENT = "placement"
    LESSON = "lesson"
    REVIEW = "review"


class Activity(models.Model):
    """A sequence of steps that can be left and taken up again.

    `plan` holds the steps still to come, as `{"task" or "word": id, "repeat": bool}`.
    """

    class State(models.TextChoices):
        """`open` is the one the learner is in; `paused` waits to be taken up again."""

        OPEN = "open"
        PAUSED = "paused"
        FINISHED = "finished"
        ABANDONED = "abandoned"

    learner = models.ForeignKey("accounts.Learner", models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, blank=True)
    placement_test = models.OneToOneField(PlacementTest, models.CASCADE, null=True, blank=True)
    plan = models.JSONField(default=list)
    total = models.PositiveSmallIntegerField(null=True, blank=True)
    answered = models.PositiveSmallIntegerField(default=0)
    correct = models.PositiveSmallIntegerField(default=0)
    xp = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(
                fields=["learner"],
                condition=models.Q(state="open"),
                name="activity_one_open",
            ),
            models.UniqueConstraint(
                fields=["learner", "kind"],
                condition=models.Q(state__in=["open", "paused"]),
                name="activity_one_of_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["learner", "kind", "state"])]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.kind} ({self.state})"


class Step(models.Model):
    """One question as it was put to the learner.

    `question` is what was shown and its key, so that a later change of the content never changes
    what an answer was judged against.
    """

    id = models.CharField(max_length=12, primary_key=True, default=new_step_id)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    skill = models.CharField(max_length=12, choices=Skill.choices)
    question = models.JSONField()
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True)
    word = models.ForeignKey(Word, models.PROTECT, null=True, blank=True)
    placement_question = models.OneToOneField(
        PlacementQuestion, models.CASCADE, null=True, blank=True
    )
    is_repeat = models.BooleanField(default=False)
    shown_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["activity", "position"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "position"], name="step_position_unique"),
            models.UniqueConstraint(
                fields=["activity"],
                condition=models.Q(answered_at=None),
                name="step_one_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}#{self.position} ({self.kind})"


class Answer(models.Model):
    """A judged answer; written once, never changed."""

    learner = models.ForeignKey("accounts.Learner", models.CASCADE, related_name="answers")
    step = models.OneToOneField(Step, models.CASCADE, related_name="answer")
    activity_kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    skill = models.CharField(max_length=12, choices=Skill.choices)
    given = models.JSONField()
    correct = models.BooleanField()
    score = models.FloatField(help_text="0 to 1")
    dont_know = models.BooleanField(default=False)
    xp = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    reply = models.JSONField(help_text="what the bot was told, for the same request again")

    class Meta:
        ordering = ["-answered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "idempotency_key"], name="answer_idempotency_unique"
            ),
        ]
        indexes = [models.Index(fields=["learner", "-answered_at"])]

    def __str__(self) -> str:
        return f"{self.step_id}: {'right' if self.correct else 'wrong'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the answer once.

        Raises:
            TypeError: it is stored already.
        """
        if not self._state.adding:
            raise TypeError("answers are append-only")
        super().save(*args, **kwargs)


class LessonDecision(models.Model):
    """Why a lesson was chosen: inputs and rule, from which the choice can be repeated."""

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="decision")
    lesson = models.ForeignKey(Lesson, models.PROTECT)
    rule = models.CharField(max_length=32)
    inputs = models.JSONField()
    engine_version = models.CharField(max_length=16)
    reason_ru = models.TextField()
    reason_en = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.lesson_id}"


class WordCard(models.Model):
    """One word in one learner's memory; stability is empty until the first review."""

    class Origin(models.TextChoices):
        """How the word came to the learner."""

        COURSE = "course"
        LEARNER = "learner"
        MISTAKE = "mistake"

    learner = models.ForeignKey("accounts.Learner", models.CASCADE, related_name="word_cards")
    word = models.ForeignKey(Word, models.PROTECT, related_name="cards")
    origin = models.CharField(max_length=12, choices=Origin.choices)
    added_at = models.DateTimeField()
    stability = models.FloatField(null=True, blank=True, help_text="days")
    difficulty = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    reviewed_on = models.DateField(null=True, blank=True, help_text="the learner's own day")
    due_on = models.DateField(help_text="the learner's own day")
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["due_on"]
        constraints = [models.UniqueConstraint(fields=["learner", "word"], name="word_card_unique")]
        indexes = [models.Index(fields=["learner", "due_on"])]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.word_id} due {self.due_on}"


class ReviewLog(models.Model):
    """One review of a card; written once."""

    card = models.ForeignKey(WordCard, models.CASCADE, related_name="log")
    grade = models.CharField(max_length=8)
    typed = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField()
    reviewed_on = models.DateField(help_text="the learner's own day")
    stability_before = models.FloatField(null=True)
    stability_after = models.FloatField()
    retrievability = models.FloatField(help_text="predicted before the review, 0 to 1")
    due_on = models.DateField()

    class Meta:
        ordering = ["-reviewed_at"]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.grade} on {self.reviewed_on}"
