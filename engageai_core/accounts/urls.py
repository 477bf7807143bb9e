from django.urls import path

from engageai_core.accounts.api.views import LearnerView

urlpatterns = [
    path("learners/<int:telegram_id>/", LearnerView.as_view(), name="learner"),
]
