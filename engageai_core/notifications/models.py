"""Tables of messages to learners: each push, and the broadcasts that many pushes belong to."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models

from engageai_core.accounts.models import BotChat, Language

LONGEST_TEXT = 4096
"""Telegram's own limit of a message."""


class Broadcast(models.Model):
    """One message to every learner of a bot who has not blocked it.

    `prepared_to` is the last chat for which a push was made; with `is_prepared` there are no more.
    """

    class State(models.TextChoices):
        """A stopped one can be started again and goes on where it was."""

        DRAFT = "draft"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    bot_number = models.CharField(max_length=8)
    text_ru = models.TextField(
        blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)], help_text="Telegram's HTML"
    )
    text_en = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(LONGEST_TEXT)],
        help_text="for those who chose English; without it they get the other",
    )
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    prepared_to = models.BigIntegerField(default=0)
    is_prepared = models.BooleanField(default=False)
    advanced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text_ru="", text_en=""), name="broadcast_has_a_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.text_in(Language.RUSSIAN)[:40]}"

    def text_in(self, language: str) -> str:
        """Return the text for learners of a language, which is the other when it is missing."""
        if language == Language.ENGLISH:
            return self.text_en or self.text_ru
        return self.text_ru or self.text_en


class Push(models.Model):
    """One message to one learner; `key` makes sure that it is sent once.

    `queued_at` is when the bots were first given it, `tried_at` when they were last.
    """

    class State(models.TextChoices):
        """`queued`: the bots have it; the last three are final."""

        WAITING = "waiting"
        QUEUED = "queued"
        SENT = "sent"
        BLOCKED = "blocked"
        FAILED = "failed"

    UNFINISHED = (State.WAITING, State.QUEUED)

    chat = models.ForeignKey(BotChat, models.CASCADE, related_name="pushes")
    # Its index is the first part of another.
    broadcast = models.ForeignKey(
        Broadcast, models.CASCADE, null=True, related_name="pushes", db_index=False
    )
    key = models.CharField(max_length=100)
    text = models.TextField(validators=[MaxLengthValidator(LONGEST_TEXT)])
    buttons = models.JSONField(default=list)
    is_silent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "pushes"
        constraints = [models.UniqueConstraint(fields=["key"], name="push_one_a_key")]
        indexes = [
            models.Index(fields=["broadcast", "state", "id"], name="push_of_broadcast"),
            models.Index(
                fields=["state", "id"],
                condition=models.Q(state__in=["waiting", "queued"]),
                name="push_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
