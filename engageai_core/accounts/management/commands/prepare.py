"""`manage.py prepare`: everything the database needs before the core serves."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Applies the migrations and loads the content; safe to repeat."""

    help = "Apply the migrations and load the content; safe to repeat."

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do both, one after the other, in one process."""
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("load_content", verbosity=options["verbosity"])
