from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdempotencyConfig(AppConfig):
    """Registers the app."""

    name = "engageai_core.idempotency"
    label = "idempotency"
    verbose_name = _("Calls made once")
    default_auto_field = "django.db.models.BigAutoField"
