"""The core's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from engageai_core.accounts.urls import urlpatterns as accounts
from engageai_core.engagement.urls import urlpatterns as engagement
from engageai_core.common.health import live, ready
from engageai_core.learning.urls import urlpatterns as learning

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(accounts)),
    path("api/v1/", include(learning)),
    path("api/v1/", include(engagement)),
]
