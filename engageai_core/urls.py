"""The core's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from engageai_core.accounts.urls import urlpatterns as accounts
from engageai_core.common.api_docs import api_docs
from engageai_core.common.health import live, ready
from engageai_core.common.metrics import metrics
from engageai_core.common.openapi import SchemaView
from engageai_core.engagement.urls import urlpatterns as engagement
from engageai_core.learning.urls import urlpatterns as learning
from engageai_core.notifications.urls import urlpatterns as notifications

handler404 = "engageai_core.common.errors.not_found"
handler500 = "engageai_core.common.errors.internal_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", api_docs, name="api-docs"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(accounts)),
    path("api/v1/", include(learning)),
    path("api/v1/", include(engagement)),
    path("api/v1/", include(notifications)),
]
