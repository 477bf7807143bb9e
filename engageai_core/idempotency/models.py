"""The table of first answers."""

from django.db import models


class KeptAnswer(models.Model):
    """The first answer to a bot's writing call under one key.

    The row is inserted before the effect and filled after it, in the effect's own transaction:
    others see it only with its answer, or never. `call` is a digest of method and path.
    """

    bot_number = models.CharField(max_length=8)
    key = models.CharField(max_length=200)
    call = models.CharField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=64, default="")
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bot_number", "key"], name="kept_answer_one_a_key")
        ]

    def __str__(self) -> str:
        return self.key
