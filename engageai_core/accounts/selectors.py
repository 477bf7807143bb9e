"""Which learner a caller means, and whether it may."""

from rest_framework import status
from rest_framework.exceptions import PermissionDenied

from engageai_core.accounts.models import Learner
from engageai_core.common.authentication import InternalBot
from engageai_core.common.errors import ApiError


def learner_of_bot(*, telegram_id: int, bot: InternalBot) -> Learner:
    """Return the learner if the bot has a chat with them.

    Raises:
        ApiError: 404 `learner_not_found`, nobody has this Telegram id.
        PermissionDenied: the learner never talked to this bot.
    """
    learner = Learner.objects.filter(telegram_id=telegram_id).first()
    if learner is None:
        raise ApiError(
            "learner_not_found",
            "No learner has this Telegram id; make one with PUT.",
            status_code=status.HTTP_404_NOT_FOUND,
        )
    if not learner.chats.filter(bot_number=bot.number).exists():
        raise PermissionDenied("This learner has no chat with the calling bot.")
    return learner
