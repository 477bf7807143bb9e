"""Tables of the placement test: each test, and each question with why it was asked."""

from django.db import models

from engageai_core.curriculum.models import CefrLevel, PlacementItem


class PlacementTest(models.Model):
    """One learner's test, with the result and the reasons for it.

    `skills` maps a skill to its level; `evidence` holds the numbers the decision was made from.
    """

    class Status(models.TextChoices):
        """Where the test stands."""

        RUNNING = "running"
        FINISHED = "finished"
        ABANDONED = "abandoned"

    class StopReason(models.TextChoices):
        """Why no further question was asked."""

        PRECISE = "precise"
        LENGTH = "length"
        EXHAUSTED = "exhausted"

    learner = models.ForeignKey("accounts.Learner", models.CASCADE, related_name="placement_tests")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    seed = models.BigIntegerField(help_text="of the random draw among the best items")
    prior_mean = models.FloatField()
    prior_deviation = models.FloatField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=12, choices=StopReason.choices, blank=True)
    ability = models.FloatField(null=True, help_text="logits")
    standard_error = models.FloatField(null=True, help_text="logits")
    level = models.CharField(max_length=2, choices=CefrLevel.choices, blank=True)
    probabilities = models.JSONField(default=dict)
    skills = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.level or self.status}"


class PlacementQuestion(models.Model):
    """An item as it was asked in a test, with the parameters and the choice of that moment."""

    test = models.ForeignKey(PlacementTest, models.CASCADE, related_name="questions")
    item = models.ForeignKey(PlacementItem, models.PROTECT, related_name="questions")
    item_version = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    difficulty = models.FloatField()
    discrimination = models.FloatField()
    guessing = models.FloatField()
    chosen_because = models.JSONField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    correct = models.BooleanField(null=True)
    dont_know = models.BooleanField(default=False)
    ability_after = models.FloatField(null=True)
    standard_error_after = models.FloatField(null=True)

    class Meta:
        ordering = ["test", "position"]
        constraints = [
            models.UniqueConstraint(fields=["test", "position"], name="placement_position_unique"),
            models.UniqueConstraint(fields=["test", "item"], name="placement_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.test_id}#{self.position}"
