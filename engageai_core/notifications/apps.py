from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Registers the app."""

    name = "engageai_core.notifications"
    label = "notifications"
    verbose_name = _("Messages to learners")
    default_auto_field = "django.db.models.BigAutoField"
