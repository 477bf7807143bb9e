"""The core's addresses."""

from django.contrib import admin
from django.urls import include, path

from engageai_core.accounts.urls import urlpatterns as accounts

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(accounts)),
]
