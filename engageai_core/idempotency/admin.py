"""Kept answers in the admin: when a key was used, and what status it got."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from engageai_core.idempotency.models import KeptAnswer


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ModelAdmin):
    """To be read, not written; the bodies, which tell of learners, are left out."""

    list_display = ("key", "bot_number", "status", "created_at")
    list_filter = ("bot_number", "status")
    search_fields = ("key",)
    fields = ("key", "bot_number", "call", "status", "content_type", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        """Nobody: calls make them."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 (Django's signature)
        obj: object | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
        return False
