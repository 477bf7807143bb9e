from django.urls import path

from engageai_core.notifications.api.views import OutcomesView

urlpatterns = [
    path("pushes/outcomes/", OutcomesView.as_view(), name="push-outcomes"),
]
