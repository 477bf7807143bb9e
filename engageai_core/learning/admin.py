"""What learners do, in the admin: facts are read, never rewritten."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from engageai_core.learning.models import (
    Activity,
    Answer,
    LessonDecision,
    ReviewLog,
    Step,
    WordCard,
)


class _Fact(ModelAdmin):
    """What happened: it can be looked at, and goes only with its learner."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody: learners make facts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: what happened, happened."""
        return False


class _FactInline(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class StepInline(_FactInline):
    """The steps of an activity."""

    model = Step
    fields = ("position", "kind", "skill", "task", "word", "is_repeat", "shown_at", "answered_at")


class ReviewLogInline(_FactInline):
    """The reviews of a card."""

    model = ReviewLog
    fields = (
        "reviewed_at", "grade", "typed", "retrievability", "stability_before", "stability_after",
        "due_on",
    )  # fmt: skip


@admin.register(Activity)
class ActivityAdmin(_Fact):
    """Lessons, tests and reviews as learners went through them."""

    list_display = (
        "learner", "kind", "state", "lesson", "answered", "correct", "xp", "started_at"
    )  # fmt: skip
    list_filter = ("kind", "state", "lesson__level")
    search_fields = ("learner__first_name", "learner__telegram_id", "lesson__slug")
    list_select_related = ("learner", "lesson")
    date_hierarchy = "started_at"
    inlines = (StepInline,)


@admin.register(Step)
class StepAdmin(_Fact):
    """Questions as they were put."""

    list_display = ("id", "activity", "position", "kind", "skill", "shown_at", "answered_at")
    list_filter = ("kind", "skill", "is_repeat")
    search_fields = ("id", "activity__learner__first_name", "activity__learner__telegram_id")
    list_select_related = ("activity",)


@admin.register(Answer)
class AnswerAdmin(_Fact):
    """Answers with their verdicts."""

    list_display = (
        "learner", "activity_kind", "skill", "given", "correct", "score", "xp", "answered_at"
    )  # fmt: skip
    list_filter = ("correct", "activity_kind", "skill", "dont_know")
    search_fields = ("learner__first_name", "learner__telegram_id", "step__id")
    list_select_related = ("learner",)
    date_hierarchy = "answered_at"


@admin.register(LessonDecision)
class LessonDecisionAdmin(_Fact):
    """Why a lesson was chosen."""

    list_display = ("activity", "lesson", "rule", "reason_en", "decided_at")
    list_filter = ("rule", "engine_version")
    search_fields = ("lesson__slug", "activity__learner__first_name")
    list_select_related = ("activity", "lesson")


@admin.register(WordCard)
class WordCardAdmin(ModelAdmin):
    """Words in learners' memories."""

    list_display = (
        "learner", "word", "origin", "stability", "difficulty", "due_on", "reviews", "lapses"
    )  # fmt: skip
    list_filter = ("origin", "word__level")
    search_fields = ("learner__first_name", "learner__telegram_id", "word__word")
    list_select_related = ("learner", "word")
    autocomplete_fields = ("learner", "word")
    inlines = (ReviewLogInline,)


@admin.register(ReviewLog)
class ReviewLogAdmin(_Fact):
    """Every review."""

    list_display = (
        "card", "grade", "typed", "retrievability", "stability_after", "due_on", "reviewed_at"
    )  # fmt: skip
    list_filter = ("grade", "typed")
    search_fields = ("card__word__word", "card__learner__first_name")
    list_select_related = ("card",)
