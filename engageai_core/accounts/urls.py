from django.urls import path

from engageai_core.accounts.api.views import ChatView, FeedbackView, LearnerView

urlpatterns = [
    path("learners/<int:telegram_id>/", LearnerView.as_view(), name="learner"),
    path("learners/<int:telegram_id>/feedback/", FeedbackView.as_view(), name="feedback"),
    path("learners/<int:telegram_id>/chat/", ChatView.as_view(), name="chat"),
]
