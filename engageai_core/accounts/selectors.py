"""Which learner a caller means, and whether it may."""

from django.db.models import Exists, OuterRef
from rest_framework import status
from rest_framework.exceptions import PermissionDenied

from engageai_core.accounts.models import BotChat, Learner
from engageai_core.common.authentication import InternalBot
from engageai_core.common.errors import ApiError


def learner_of_bot(*, telegram_id: int, bot: InternalBot) -> Learner:
    """Return the learner if the bot has a chat with them.

    Raises:
        ApiError: 404 `learner_not_found`, nobody has this Telegram id.
        PermissionDenied: the learner never talked to this bot.
    """
    chats = BotChat.objects.filter(learner=OuterRef("pk"), bot_number=bot.number)
    # The most frequent read of all: what nearly every caller shows comes along.
    found = Learner.objects.select_related("streak").annotate(has_chat=Exists(chats))
    try:
        learner = found.get(telegram_id=telegram_id)
    except Learner.DoesNotExist:
        raise ApiError(
            "learner_not_found",
            "No learner has this Telegram id; make one with PUT.",
            status_code=status.HTTP_404_NOT_FOUND,
        ) from None
    if not learner.has_chat:
        raise PermissionDenied("This learner has no chat with the calling bot.")
    return learner
