from django.urls import path

from engageai_core.learning.api.views import (
    ActivityStartView,
    AnswerView,
    CurrentActivityView,
    WordsView,
)

urlpatterns = [
    path("learners/<int:telegram_id>/activities/", ActivityStartView.as_view(), name="activities"),
    path(
        "learners/<int:telegram_id>/activities/current/",
        CurrentActivityView.as_view(),
        name="current-activity",
    ),
    path("learners/<int:telegram_id>/answers/", AnswerView.as_view(), name="answers"),
    path("learners/<int:telegram_id>/words/", WordsView.as_view(), name="words"),
]
