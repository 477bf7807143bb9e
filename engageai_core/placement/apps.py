from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacementConfig(AppConfig):
    """Registers the app."""

    name = "engageai_core.placement"
    label = "placement"
    verbose_name = _("Placement")
    default_auto_field = "django.db.models.BigAutoField"
