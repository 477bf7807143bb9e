"""Placement tests in the admin: read, never rewritten."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from engageai_core.placement.models import PlacementQuestion, PlacementTest


class PlacementQuestionInline(TabularInline):
    """What was asked, why, and what was believed after it."""

    model = PlacementQuestion
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "position", "item", "correct", "dont_know", "ability_after", "standard_error_after",
        "chosen_because",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: questions are put by the test."""
        return False


@admin.register(PlacementTest)
class PlacementTestAdmin(ModelAdmin):
    """Tests with their results and reasons."""

    list_display = (
        "learner", "status", "level", "ability", "standard_error", "stop_reason", "started_at",
    )  # fmt: skip
    list_filter = ("status", "level", "stop_reason")
    search_fields = ("learner__first_name", "learner__telegram_id")
    list_select_related = ("learner",)
    date_hierarchy = "started_at"
    inlines = (PlacementQuestionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody: learners start tests."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: a result is a fact."""
        return False


@admin.register(PlacementQuestion)
class PlacementQuestionAdmin(ModelAdmin):
    """Every question ever asked, to look an item's answers through."""

    list_display = ("item", "test", "position", "correct", "dont_know", "ability_after", "asked_at")
    list_filter = ("correct", "dont_know", "item__cefr", "item__skill")
    search_fields = ("item__slug", "test__learner__first_name")
    list_select_related = ("item", "test")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody: questions are put by the test."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: an answer is a fact."""
        return False
