"""Tables of learners and of the bots they talk to."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

MINUTES_CHOICES = (5, 10, 15, 20, 30)


class Language(models.TextChoices):
    """The language in which a learner is spoken to about English."""

    RUSSIAN = "ru", "Русский"
    ENGLISH = "en", "English"


class Goal(models.TextChoices):
    """Why a learner learns."""

    TRAVEL = "travel"
    WORK = "work"
    STUDY = "study"
    EXAM = "exam"
    TALK = "talk"
    FILMS = "films"


class Level(models.TextChoices):
    """The CEFR's levels."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


class OnboardingStep(models.TextChoices):
    """The welcome's questions, in their order."""

    GOAL = "goal"
    MINUTES = "minutes"
    REMINDER = "reminder"
    TIMEZONE = "timezone"
    PLACEMENT_OFFER = "placement_offer"
    DONE = "done"


def default_timezone() -> str:
    """Return the time zone a learner is taken to live in until they say otherwise."""
    return str(settings.DEFAULT_LEARNER_TIMEZONE)


class Learner(models.Model):
    """One person, known by the Telegram user."""

    telegram_id = models.BigIntegerField(unique=True)
    first_name = models.CharField(max_length=128)
    last_name = models.CharField(max_length=128, blank=True)
    username = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.RUSSIAN)
    goal = models.CharField(max_length=12, choices=Goal, blank=True)
    minutes_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    reminder_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(23)]
    )
    timezone = models.CharField(max_length=64, default=default_timezone)
    onboarding_step = models.CharField(
        max_length=16, choices=OnboardingStep, default=OnboardingStep.GOAL
    )
    level = models.CharField(max_length=2, choices=Level, blank=True)
    desired_retention = models.FloatField(
        default=0.85, validators=[MinValueValidator(0.80), MaxValueValidator(0.92)]
    )
    start_payload = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.first_name} ({self.telegram_id})"


class BotChat(models.Model):
    """A learner's chat with one bot; it is what gives the bot access to the learner."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="chats")
    bot_number = models.CharField(max_length=8)
    bot_name = models.CharField(max_length=64)
    chat_id = models.BigIntegerField()
    is_blocked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "bot_number"], name="bot_chat_one_a_bot")
        ]

    def __str__(self) -> str:
        return f"{self.learner} · {self.bot_name}"


class LevelChange(models.Model):
    """One change of a learner's level, with its reason."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="level_changes")
    old_level = models.CharField(max_length=2, choices=Level, blank=True)
    new_level = models.CharField(max_length=2, choices=Level)
    reason = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"{self.learner}: {self.old_level or '–'} → {self.new_level}"


class Feedback(models.Model):
    """What a learner wrote to the teacher through a bot; kept as it came."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="feedback")
    bot_number = models.CharField(max_length=8)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "feedback"
        indexes = [models.Index(fields=["bot_number", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.learner}, {self.created_at:%Y-%m-%d %H:%M}"
