"""Endpoints of the learning loop: activities, answers and words of one learner."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from engageai_core.accounts.models import Learner
from engageai_core.accounts.selectors import learner_of_bot
from engageai_core.common.authentication import calling_bot
from engageai_core.common.errors import ApiError
from engageai_core.idempotency.views import ApiView
from engageai_core.learning.api.serializers import (
    ActivitySerializer,
    ActivityStartSerializer,
    AnswerOutcomeSerializer,
    AnswerSerializer,
    WordAddedSerializer,
    WordAddSerializer,
    WordsSerializer,
)
from engageai_core.learning.judging import Submission
from engageai_core.learning.services.activities import (
    activity_current,
    activity_pause,
    activity_start,
)
from engageai_core.learning.services.answers import AnswerRequest, answer_submit
from engageai_core.learning.services.dictionary import learner_word_add, learner_words


def _learner(request: Request, telegram_id: int) -> Learner:
    return learner_of_bot(telegram_id=telegram_id, bot=calling_bot(request))


class ActivityStartView(ApiView):
    """Begins activities."""

    @extend_schema(request=ActivityStartSerializer, responses=ActivitySerializer)
    def post(self, request: Request, telegram_id: int) -> Response:
        """Begin an activity, or take up the unfinished one of that kind."""
        learner = _learner(request, telegram_id)
        given = ActivityStartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        shown = activity_start(learner=learner, at=timezone.now(), **given.validated_data)
        return Response(ActivitySerializer(shown).data)


class CurrentActivityView(ApiView):
    """The activity the learner is in."""

    @extend_schema(responses={200: ActivitySerializer, 204: None})
    def get(self, request: Request, telegram_id: int) -> Response:
        """Return it with its current step; 204 when there is none."""
        shown = activity_current(learner=_learner(request, telegram_id))
        if shown is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(ActivitySerializer(shown).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, telegram_id: int) -> Response:
        """Pause it; it can be taken up again where it was."""
        activity_pause(learner=_learner(request, telegram_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AnswerView(ApiView):
    """Takes answers."""

    @extend_schema(request=AnswerSerializer, responses=AnswerOutcomeSerializer)
    def post(self, request: Request, telegram_id: int) -> Response:
        """Judge an answer and return the verdict with the next step."""
        learner = _learner(request, telegram_id)
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        outcome = answer_submit(
            learner=learner, request=_answer_request(given.validated_data), at=timezone.now()
        )
        return Response(AnswerOutcomeSerializer(outcome).data)


class WordsView(ApiView):
    """The learner's own words."""

    @extend_schema(responses=WordsSerializer)
    def get(self, request: Request, telegram_id: int) -> Response:
        """Return them, those that come back first at the top."""
        learner = _learner(request, telegram_id)
        return Response(WordsSerializer(learner_words(learner=learner, at=timezone.now())).data)

    @extend_schema(request=WordAddSerializer, responses={201: WordAddedSerializer})
    def post(self, request: Request, telegram_id: int) -> Response:
        """Add a word of the dictionary."""
        learner = _learner(request, telegram_id)
        given = WordAddSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        text = given.validated_data["text"]
        added = learner_word_add(learner=learner, text=text, at=timezone.now())
        if added is None:
            raise ApiError(
                "word_unknown",
                "The dictionary does not have this word.",
                status_code=status.HTTP_404_NOT_FOUND,
            )
        return Response(WordAddedSerializer(added).data, status=status.HTTP_201_CREATED)


def _answer_request(given: dict[str, Any]) -> AnswerRequest:
    pairs = given.get("pairs")
    return AnswerRequest(
        submission=Submission(
            choice=given.get("choice"),
            text=given.get("text"),
            order=given.get("order"),
            pairs=[(left, right) for left, right in pairs] if pairs is not None else None,
            dont_know=given["dont_know"],
            rating=given.get("rating"),
        ),
        step_id=given.get("step_id"),
        idempotency_key=given.get("idempotency_key"),
    )
