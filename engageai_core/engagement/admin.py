"""XP, days and streaks in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from engageai_core.engagement.models import DailyActivity, Streak, XpEntry


class _ReadOnly(ModelAdmin):
    """A record of what happened: to be read, not written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        """Nobody."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 (Django's signature)
        obj: object | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
        return False


@admin.register(XpEntry)
class XpEntryAdmin(_ReadOnly):
    """Every payment of XP."""

    list_display = ("learner", "kind", "xp", "source_key", "earned_at")
    list_filter = ("kind", "local_date")
    search_fields = ("learner__first_name", "learner__telegram_id", "source_key")


@admin.register(DailyActivity)
class DailyActivityAdmin(_ReadOnly):
    """Days on which a learner was active."""

    list_display = ("learner", "date", "xp", "answers")
    list_filter = ("date",)
    search_fields = ("learner__first_name", "learner__telegram_id")


@admin.register(Streak)
class StreakAdmin(_ReadOnly):
    """Days in a row and all XP."""

    list_display = ("learner", "current_days", "longest_days", "last_active_on", "total_xp")
    search_fields = ("learner__first_name", "learner__telegram_id")
