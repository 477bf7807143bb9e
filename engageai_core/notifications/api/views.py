"""The endpoint for the outcomes of pushes."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from engageai_core.common.authentication import calling_bot
from engageai_core.idempotency.views import ApiView
from engageai_core.notifications.api.serializers import AcceptedSerializer, OutcomesSerializer
from engageai_core.notifications.services.outcomes import outcomes_record


class OutcomesView(ApiView):
    """Takes the outcomes of pushes."""

    @extend_schema(
        operation_id="push_outcomes",
        request=OutcomesSerializer,
        responses={200: AcceptedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keep what became of the calling bot's pushes; the first outcome of each stays."""
        given = OutcomesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        accepted = outcomes_record(
            bot=calling_bot(request), outcomes=given.validated_data["outcomes"]
        )
        return Response({"accepted": accepted})
