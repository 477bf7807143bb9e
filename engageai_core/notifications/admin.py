"""Pushes and broadcasts in the admin: written, seen before they go, started, watched, stopped."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from unfold.admin import ModelAdmin

from engageai_core.accounts.models import Language
from engageai_core.common.known_bots import known_bots
from engageai_core.notifications.models import Broadcast, Push
from engageai_core.notifications.selectors import Progress, broadcasts_with_progress
from engageai_core.notifications.services.broadcasts import broadcast_start, broadcast_stop


class BroadcastForm(forms.ModelForm):  # type: ignore[type-arg]
    """A broadcast as it is written: for one of the bots there are, with a text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "bot_number" in self.fields:
            known_bots.refresh()
            choices = [(n, known_bots.names.get(n) or f"bot {n}") for n in known_bots.keys]
            self.fields["bot_number"] = forms.ChoiceField(choices=choices, label="bot")


@admin.register(Broadcast)
class BroadcastAdmin(ModelAdmin):
    """Messages to all learners of a bot."""

    form = BroadcastForm
    list_display = ("__str__", "bot_number", "state", "progress", "created_by", "started_at")
    list_filter = ("state", "bot_number")
    list_select_related = ("created_by",)
    search_fields = ("text_ru", "text_en")
    actions = ("start", "stop")
    _written = ("bot_number", "text_ru", "text_en")
    _shown = (
        "preview_ru", "preview_en", "state", "progress", "rate", "created_by", "created_at",
        "started_at", "finished_at",
    )  # fmt: skip
    fields = (*_written, *_shown)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Broadcast]:
        """Bring the counts along."""
        return broadcasts_with_progress(super().get_queryset(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        """Let only drafts be rewritten."""
        is_draft = obj is None or obj.state == Broadcast.State.DRAFT
        return self._shown if is_draft else (*self._written, *self._shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Note who wrote it."""
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.display(description="preview, Russian")
    def preview_ru(self, broadcast: Broadcast) -> SafeString:
        """Show the text as those who chose Russian get it."""
        return _preview(broadcast, Language.RUSSIAN)

    @admin.display(description="preview, English")
    def preview_en(self, broadcast: Broadcast) -> SafeString:
        """Show the text as those who chose English get it."""
        return _preview(broadcast, Language.ENGLISH)

    @admin.display(description="progress")
    def progress(self, broadcast: Any) -> SafeString | str:
        """Show a bar and the counts."""
        if broadcast.pk is None:
            return "–"
        now = Progress.of(broadcast)
        return format_html(
            '<progress value="{}" max="1"></progress> {} of {}: {} sent, {} blocked, {} failed',
            f"{now.share_done:.3f}",
            now.sent + now.blocked + now.failed,
            now.total,
            now.sent,
            now.blocked,
            now.failed,
        )

    @admin.display(description="rate")
    def rate(self, broadcast: Any) -> str:
        """Show how fast it goes and how long it will take."""
        if broadcast.pk is None:
            return "–"
        now = Progress.of(broadcast)
        left = "" if now.eta_seconds is None else f", {now.eta_seconds} s left"
        return f"{now.rate_per_second} a second{left}"

    @admin.action(description="Start, or go on", permissions=["change"])
    def start(self, request: HttpRequest, chosen: QuerySet[Broadcast]) -> None:
        """Start drafts and stopped ones."""
        self._change(request, chosen, broadcast_start, "started")

    @admin.action(description="Stop", permissions=["change"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Broadcast]) -> None:
        """Stop running ones."""
        self._change(request, chosen, broadcast_stop, "stopped")

    def _change(
        self,
        request: HttpRequest,
        chosen: QuerySet[Broadcast],
        change: Callable[..., bool],
        done: str,
    ) -> None:
        for broadcast in chosen:
            is_changed = change(broadcast=broadcast)
            text = f"{broadcast}: {done if is_changed else f'is {broadcast.state}, nothing done'}"
            level = messages.SUCCESS if is_changed else messages.WARNING
            self.message_user(request, text, level)
            if is_changed:
                self.log_change(request, broadcast, done)


@admin.register(Push)
class PushAdmin(ModelAdmin):
    """Messages to single learners, with their outcomes; to be read."""

    list_display = ("key", "chat", "state", "error", "created_at", "finished_at")
    list_filter = ("state", "chat__bot_name")
    list_select_related = ("chat__learner",)
    search_fields = ("key", "chat__learner__first_name", "chat__learner__telegram_id")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        """Nobody: services make them."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 (Django's signature)
        obj: object | None = None,  # noqa: ARG002
    ) -> bool:
        """Nobody."""
        return False


def _preview(broadcast: Broadcast, language: str) -> SafeString:
    # Escaped: what stands in the text is Telegram's HTML, not this page's.
    return mark_safe(linebreaks(broadcast.text_in(language), autoescape=True))  # noqa: S308
