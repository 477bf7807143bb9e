"""Addresses of a learner's progress."""

from django.urls import path

from engageai_core.engagement.api.views import ProgressPictureView, ProgressView

urlpatterns = [
    path("learners/<int:telegram_id>/progress/", ProgressView.as_view(), name="progress"),
    path(
        "learners/<int:telegram_id>/progress.png",
        ProgressPictureView.as_view(),
        name="progress-picture",
    ),
]
