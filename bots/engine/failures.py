"""What a failed attempt amounts to: another one, waiting for who is away, or the dead letters."""

from dataclasses import dataclass

from aiogram.exceptions import (
    RestartingTelegram,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bots.engine.core_errors import CoreUnavailableError
from bots.engine.redis_access import QueueError
from utils.errors import EngageError

_AWAY = (
    CoreUnavailableError,
    QueueError,
    RestartingTelegram,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)


class UnfitUpdateError(EngageError):
    """An update that no repetition will make fit: it is parked at once."""


class BotNotServedError(EngageError):
    """An update is for a bot that this process does not serve."""


@dataclass(frozen=True)
class Verdict:
    """Why an update is given up: one of the queue's DEAD_REASONS, and the error."""

    reason: str
    error: Exception

    @property
    def text(self) -> str:
        """The error in one text, for the dead letter."""
        return f"{type(self.error).__name__}: {self.error}"

    @property
    def deserves_apology(self) -> bool:
        """Whether the learner is told: not of what expired unseen or never was an update."""
        return self.reason not in {"expired", "not_served", "unfit"}

    @classmethod
    def expired(cls, kind: str) -> "Verdict":
        """Return the verdict on what waited too long."""
        return cls(
            "expired",
            EngageError(
                "Telegram takes no answer to it any more",
                why=f"a {kind} of its age has expired",
                mend="see why it waited: engagectl queue stats",
            ),
        )

    @classmethod
    def lethal(cls, times: int) -> "Verdict":
        """Return the verdict on what ends the process that handles it."""
        return cls(
            "lethal",
            EngageError(
                "processes that handled it died or lost it again and again",
                why=f"it was taken up {times} times after its first handling",
                mend="open it in the simulator: engagectl queue dead open",
            ),
        )


@dataclass(frozen=True)
class Failure:
    """A failed attempt.

    Attributes:
        verdict: what it comes to if nothing more is tried.
        is_final: no repetition can help.
        is_outage: somebody else is away; the update waits for them.
    """

    verdict: Verdict
    is_final: bool = False
    is_outage: bool = False


def judge(error: Exception) -> Failure:
    """Return what an attempt that ended with `error` amounts to."""
    if isinstance(error, UnfitUpdateError):
        return Failure(Verdict("unfit", error), is_final=True)
    if isinstance(error, _AWAY):
        return Failure(Verdict("outage", error), is_outage=True)
    if isinstance(error, BotNotServedError):
        return Failure(Verdict("not_served", error))
    return Failure(Verdict("failed", error))
