"""A learner's progress, as numbers and as a picture."""

import hashlib

from django.core.cache import cache
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from engageai_core.accounts.models import Learner
from engageai_core.accounts.selectors import learner_of_bot
from engageai_core.common.authentication import calling_bot
from engageai_core.engagement.api.serializers import ProgressSerializer
from engageai_core.engagement.progress import Progress, progress_of
from engageai_core.idempotency.views import ApiView

_PICTURE_KEPT_SECONDS = 24 * 3600
# A picture of another design must not come from the cache.
_PICTURE_VERSION = 1


class ProgressView(ApiView):
    """A learner's progress as numbers."""

    @extend_schema(operation_id="learner_progress", responses=ProgressSerializer)
    def get(self, request: Request, telegram_id: int) -> Response:
        """Return the progress as of now."""
        learner = learner_of_bot(telegram_id=telegram_id, bot=calling_bot(request))
        return Response(ProgressSerializer(progress_of(learner)).data)


class ProgressPictureView(ApiView):
    """A learner's progress as a picture."""

    @extend_schema(
        operation_id="learner_progress_picture",
        responses={(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, telegram_id: int) -> HttpResponse:
        """Return a PNG of 1080 by 1350 pixels, in the learner's language."""
        learner = learner_of_bot(telegram_id=telegram_id, bot=calling_bot(request))
        picture = _picture(learner, progress_of(learner))
        return HttpResponse(picture, content_type="image/png")


def _picture(learner: Learner, progress: Progress) -> bytes:
    shown = f"{_PICTURE_VERSION}:{learner.language}:{learner.first_name}:{progress!r}"
    key = f"progress-picture:{hashlib.sha256(shown.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is not None:
        return bytes(kept)
    # Importing matplotlib takes a second, which only the first picture should pay.
    from engageai_core.engagement.picture.drawing import draw_progress  # noqa: PLC0415

    picture = draw_progress(progress, name=learner.first_name, language=learner.language)
    cache.set(key, picture, _PICTURE_KEPT_SECONDS)
    return picture
