"""The core's addresses."""

from django.contrib import admin
from django.urls import include, path

from engageai_core.accounts.urls import urlpatterns as accounts
from engageai_core.learning.urls import urlpatterns as learning

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(accounts)),
    path("api/v1/", include(learning)),
]
