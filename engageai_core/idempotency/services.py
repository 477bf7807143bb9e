"""Claims a key, keeps the first answer under it, and forgets it after three days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import connection
from django.utils import timezone
from rest_framework import status

from engageai_core.common.errors import ApiError
from engageai_core.idempotency.models import KeptAnswer

KEPT_FOR = timedelta(days=3)
_BATCH = 1000
_CLAIM = """
INSERT INTO idempotency_keptanswer (bot_number, key, call, content_type, body, created_at)
VALUES (%s, %s, %s, '', '', %s)
ON CONFLICT (bot_number, key) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True)
class KeyedCall:
    """A writing call and the key under which it happens once."""

    bot_number: str
    key: str
    method: str
    path: str

    @property
    def digest(self) -> str:
        """What method and path come to, 32 characters, with no person's id in it."""
        return blake2b(f"{self.method} {self.path}".encode(), digest_size=16).hexdigest()


def answer_claim(*, call: KeyedCall) -> int | KeptAnswer:
    """Return the id of the new claim, or the answer that was given before.

    Call it first in the transaction of the effect. While another transaction holds the claim, the
    insert waits for its end: then there is its answer, or the claim is free again.

    Raises:
        ApiError: 422 `idempotency_key_reused`, the key belongs to another method or path.
    """
    while True:
        claim = _insert(call)
        if claim is not None:
            return claim
        kept = KeptAnswer.objects.filter(bot_number=call.bot_number, key=call.key).first()
        if kept is None:
            continue  # forgotten since the insert
        if kept.call != call.digest:
            raise ApiError(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another method or path.",
                status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
            )
        return kept


def answer_keep(*, claim: int, status_code: int, content_type: str, body: bytes) -> None:
    """Put the answer under its claim."""
    KeptAnswer.objects.filter(pk=claim).update(
        status=status_code, content_type=content_type, body=body
    )


def answers_forget(*, before: datetime) -> int:
    """Remove what was kept before that time, a batch at a time; return how many there were."""
    forgotten = 0
    while True:
        old = KeptAnswer.objects.filter(created_at__lt=before).order_by("created_at")
        removed, _ = KeptAnswer.objects.filter(pk__in=old.values("pk")[:_BATCH]).delete()
        forgotten += removed
        if removed < _BATCH:
            return forgotten


def _insert(call: KeyedCall) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [call.bot_number, call.key, call.digest, timezone.now()])
        row = cursor.fetchone()
    return None if row is None else int(row[0])
