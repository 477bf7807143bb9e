"""Learners in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.text import Truncator
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from engageai_core.accounts.models import BotChat, Feedback, Learner, LevelChange

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """People who may enter the admin."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    """What sorts of people may do what."""


class BotChatInline(TabularInline):
    """The bots a learner talks to."""

    model = BotChat
    extra = 0
    readonly_fields = ("bot_number", "bot_name", "chat_id", "is_blocked", "created_at")
    can_delete = False


class LevelChangeInline(TabularInline):
    """How the level came about; history is not rewritten."""

    model = LevelChange
    extra = 0
    readonly_fields = ("old_level", "new_level", "reason", "changed_at")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody: changes come from services."""
        return False


@admin.register(Learner)
class LearnerAdmin(ModelAdmin):
    """Learners: who they are and how they want to learn."""

    list_display = (
        "first_name", "telegram_id", "username", "language", "level", "onboarding_step",
        "created_at",
    )  # fmt: skip
    list_filter = ("level", "language", "onboarding_step", "goal")
    search_fields = ("first_name", "last_name", "username", "telegram_id")
    readonly_fields = ("telegram_id", "start_payload", "created_at", "updated_at")
    inlines = (BotChatInline, LevelChangeInline)


@admin.register(BotChat)
class BotChatAdmin(ModelAdmin):
    """Which learner talks to which bot."""

    list_display = ("learner", "bot_name", "chat_id", "is_blocked", "updated_at")
    list_filter = ("bot_name", "is_blocked")
    search_fields = ("learner__first_name", "learner__telegram_id", "chat_id")
    autocomplete_fields = ("learner",)


@admin.register(LevelChange)
class LevelChangeAdmin(ModelAdmin):
    """Every change of level; to be read, not rewritten."""

    list_display = ("learner", "old_level", "new_level", "reason", "changed_at")
    list_filter = ("new_level",)
    search_fields = ("learner__first_name", "learner__telegram_id", "reason")
    readonly_fields = ("learner", "old_level", "new_level", "reason", "changed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        """Nobody: changes come from services."""
        return False


@admin.register(Feedback)
class FeedbackAdmin(ModelAdmin):
    """What learners wrote to the teacher; to be read, not rewritten."""

    list_display = ("learner", "bot_number", "text_start", "created_at")
    list_filter = ("bot_number",)
    list_select_related = ("learner",)
    search_fields = ("learner__first_name", "learner__telegram_id", "text")
    date_hierarchy = "created_at"

    @admin.display(description="text")
    def text_start(self, feedback: Feedback) -> str:
        """Return as much of the text as fits a list."""
        return Truncator(feedback.text).chars(100)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        """Nobody: learners give it."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 (Django's signature)
        obj: object | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody: it stays as it came."""
        return False
