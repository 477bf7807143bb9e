from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the app."""

    name = "engageai_core.accounts"
    label = "accounts"
    verbose_name = _("Learners")
    default_auto_field = "django.db.models.BigAutoField"
