"""`manage.py migrate`: Django's own, and then the content that ships is loaded too."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Brings the tables and, when all of them are brought up to date, the content."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command, then `load_content`.

        A migration of one app, a plan or a check loads nothing; nor does the making of a test
        database (which alone asks for `run_syncdb`): that starts empty.
        """
        super().handle(*args, **options)
        partial = ("app_label", "plan", "check_unapplied", "run_syncdb")
        if not any(options.get(name) for name in partial):
            call_command("load_content", verbosity=options["verbosity"], stdout=self.stdout)
