"""Two endpoints that write and then do not succeed."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from engageai_core.accounts.models import Feedback, Learner
from engageai_core.idempotency.views import ApiView

handler500 = "engageai_core.common.errors.internal_error"


class FailsView(ApiView):
    def post(self, request: Request) -> Response:  # noqa: ARG002 (DRF's)
        Feedback.objects.create(learner=Learner.objects.get(), bot_number="1", text="an effect")
        raise RuntimeError("after the effect")


class RefusesView(ApiView):
    def post(self, request: Request) -> Response:  # noqa: ARG002 (DRF's)
        Feedback.objects.create(learner=Learner.objects.get(), bot_number="1", text="an effect")
        return Response({}, status=409)


urlpatterns = [path("fails/", FailsView.as_view()), path("refuses/", RefusesView.as_view())]
