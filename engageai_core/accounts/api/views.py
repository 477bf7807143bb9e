"""The learners' endpoints."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from engageai_core.accounts.api.serializers import (
    ChatSerializer,
    FeedbackGivenSerializer,
    FeedbackSerializer,
    LearnerChangeSerializer,
    LearnerSerializer,
    LearnerUpsertSerializer,
)
from engageai_core.accounts.selectors import learner_of_bot
from engageai_core.accounts.services import (
    chat_set_blocked,
    feedback_give,
    learner_change,
    learner_upsert,
)
from engageai_core.common.authentication import calling_bot
from engageai_core.common.limits import TELEGRAM_ID_LIMIT
from engageai_core.idempotency.views import ApiView


class LearnerView(ApiView):
    """One learner, by the Telegram id."""

    @extend_schema(responses=LearnerSerializer)
    def get(self, request: Request, telegram_id: int) -> Response:
        """Return the learner."""
        learner = learner_of_bot(telegram_id=telegram_id, bot=calling_bot(request))
        return Response(LearnerSerializer(learner).data)

    @extend_schema(
        request=LearnerUpsertSerializer,
        responses={200: LearnerSerializer, 201: LearnerSerializer},
    )
    def put(self, request: Request, telegram_id: int) -> Response:
        """Make the learner, or refresh the name; tie them to the calling bot."""
        given = LearnerUpsertSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if telegram_id > TELEGRAM_ID_LIMIT:
            raise ValidationError({"telegram_id": ["This is no Telegram id."]})
        profile = dict(given.validated_data)
        learner, created = learner_upsert(
            telegram_id=telegram_id,
            bot=calling_bot(request),
            chat_id=profile.pop("chat_id"),
            profile=profile,
        )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(LearnerSerializer(learner).data, status=code)

    @extend_schema(request=LearnerChangeSerializer, responses=LearnerSerializer)
    def patch(self, request: Request, telegram_id: int) -> Response:
        """Change settings; answers to the welcome's questions move it on."""
        learner = learner_of_bot(telegram_id=telegram_id, bot=calling_bot(request))
        given = LearnerChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changed = learner_change(learner=learner, changes=dict(given.validated_data))
        return Response(LearnerSerializer(changed).data)


class FeedbackView(ApiView):
    """Takes what learners tell the teacher."""

    @extend_schema(request=FeedbackSerializer, responses={201: FeedbackGivenSerializer})
    def post(self, request: Request, telegram_id: int) -> Response:
        """Keep a learner's words to the teacher."""
        bot = calling_bot(request)
        learner = learner_of_bot(telegram_id=telegram_id, bot=bot)
        given = FeedbackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        feedback = feedback_give(learner=learner, bot=bot, text=given.validated_data["text"])
        return Response({"id": feedback.pk}, status=status.HTTP_201_CREATED)


class ChatView(ApiView):
    """The calling bot's chat with a learner."""

    @extend_schema(request=ChatSerializer, responses=ChatSerializer)
    def patch(self, request: Request, telegram_id: int) -> Response:
        """Note that the learner blocked the bot, or lets it write again."""
        bot = calling_bot(request)
        learner = learner_of_bot(telegram_id=telegram_id, bot=bot)
        given = ChatSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        chat_set_blocked(learner=learner, bot=bot, **given.validated_data)
        return Response(given.validated_data)
