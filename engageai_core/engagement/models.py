"""Tables of XP and of the days on which a learner was active."""

from django.db import models

from engageai_core.accounts.models import Learner


class XpEntry(models.Model):
    """XP paid for one thing done; `source_key` makes sure that it is paid once."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="xp_entries")
    source_key = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    xp = models.PositiveSmallIntegerField()
    local_date = models.DateField()
    earned_at = models.DateTimeField()

    class Meta:
        ordering = ["-earned_at"]
        verbose_name = "XP entry"
        verbose_name_plural = "XP entries"
        constraints = [
            models.UniqueConstraint(fields=["learner", "source_key"], name="xp_paid_once")
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.xp} XP"


class DailyActivity(models.Model):
    """What a learner did on one day of their own calendar."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="active_days")
    date = models.DateField()
    xp = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-date"]
        verbose_name_plural = "daily activities"
        constraints = [
            models.UniqueConstraint(fields=["learner", "date"], name="daily_activity_one_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.date}"


class Streak(models.Model):
    """A learner's days in a row, as they stood after the last active day, and all XP."""

    learner = models.OneToOneField(Learner, models.CASCADE, related_name="streak")
    current_days = models.PositiveIntegerField(default=0)
    longest_days = models.PositiveIntegerField(default=0)
    last_active_on = models.DateField(null=True, blank=True)
    total_xp = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.learner}: {self.current_days}"
