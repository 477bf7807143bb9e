"""Content in the admin: what a teacher edits there is held to the rules of the content files."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline

from engageai_core.curriculum.models import (
    ContentFile,
    ContentLoad,
    Lesson,
    PlacementItem,
    Task,
    Word,
)


class TaskInline(StackedInline):
    """The tasks of a lesson, in their order."""

    model = Task
    extra = 0
    tab = True
    show_change_link = True
    ordering = ("position",)


@admin.register(Lesson)
class LessonAdmin(ModelAdmin):
    """Lessons with their tasks."""

    list_display = ("title_en", "level", "position", "objective", "task_count", "is_retired")
    list_filter = ("level", "is_retired")
    search_fields = ("slug", "title_en", "title_ru", "objective")
    readonly_fields = ("source", "version")
    inlines = (TaskInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the tasks in the same query."""
        counted = Count("tasks", filter=Q(tasks__is_retired=False))
        lessons: QuerySet[Any] = super().get_queryset(request).annotate(tasks_taught=counted)
        return lessons

    @admin.display(description="tasks", ordering="tasks_taught")
    def task_count(self, lesson: Any) -> int:
        """Return how many tasks are taught."""
        return int(lesson.tasks_taught)


@admin.register(Task)
class TaskAdmin(ModelAdmin):
    """Tasks of all lessons."""

    list_display = ("slug", "lesson", "kind", "skill", "position", "is_retired")
    list_filter = ("kind", "skill", "lesson__level", "is_retired")
    search_fields = ("slug", "text", "lesson__slug", "lesson__title_en")
    list_select_related = ("lesson",)
    autocomplete_fields = ("lesson",)
    readonly_fields = ("source", "version")


@admin.register(PlacementItem)
class PlacementItemAdmin(ModelAdmin):
    """Items of the placement test, with how they fare."""

    list_display = (
        "slug", "cefr", "skill", "kind", "difficulty", "times_answered", "share_correct",
        "expected_correct", "is_retired",
    )  # fmt: skip
    list_filter = ("cefr", "skill", "kind", "is_retired")
    search_fields = ("slug", "text", "passage")
    readonly_fields = (
        "source", "version", "times_answered", "share_correct", "expected_correct"
    )  # fmt: skip


@admin.register(Word)
class WordAdmin(ModelAdmin):
    """The dictionary."""

    list_display = ("word", "part_of_speech", "level", "ipa", "translation", "is_retired")
    list_filter = ("level", "part_of_speech", "is_retired")
    search_fields = ("word", "translation", "example")
    readonly_fields = ("source", "version")


class _Record(ModelAdmin):
    """What the system writes and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody: it is written by the load."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: it is written by the load."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: it is written by the load."""
        return False


@admin.register(ContentFile)
class ContentFileAdmin(_Record):
    """Which files are loaded."""

    list_display = ("path", "sha256", "loaded_at")
    search_fields = ("path",)


@admin.register(ContentLoad)
class ContentLoadAdmin(_Record):
    """When the content changed."""

    list_display = ("digest", "loaded_at", "added", "changed", "retired")
    date_hierarchy = "loaded_at"
