"""`manage.py broadcast_progress [ID] [--json]`: how broadcasts stand."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engageai_core.notifications.models import Broadcast
from engageai_core.notifications.selectors import Progress, broadcasts_with_progress

_SHOWN = 20


class Command(BaseCommand):
    """Shows the newest broadcasts, or one."""

    help = "Shows how the newest broadcasts stand, or one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a broadcast's number, and the form."""
        parser.add_argument("id", nargs="?", type=int, help="the broadcast; else the newest")
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, **options: Any) -> None:
        """Write one line, or one entry, a broadcast."""
        chosen = Broadcast.objects.all()
        if options["id"] is not None:
            chosen = chosen.filter(pk=options["id"])
        found = [_described(broadcast) for broadcast in broadcasts_with_progress(chosen)[:_SHOWN]]
        if options["id"] is not None and not found:
            raise CommandError(f"There is no broadcast {options['id']}.")
        if options["json"]:
            self.stdout.write(json.dumps({"broadcasts": found}))
            return
        for entry in found:
            self.stdout.write(_line(entry))


def _described(broadcast: Any) -> dict[str, Any]:
    started, finished = broadcast.started_at, broadcast.finished_at
    return {
        "id": broadcast.pk,
        "bot_number": broadcast.bot_number,
        "state": broadcast.state,
        "started_at": started.isoformat() if started else None,
        "finished_at": finished.isoformat() if finished else None,
        **asdict(Progress.of(broadcast)),
    }


def _line(entry: dict[str, Any]) -> str:
    eta = "–" if entry["eta_seconds"] is None else f"{entry['eta_seconds']} s"
    return (
        f"{entry['id']} {entry['state']}: {entry['sent']} sent, {entry['blocked']} blocked, "
        f"{entry['failed']} failed, {entry['queued']} queued, {entry['waiting']} waiting of "
        f"{entry['total']}; {entry['rate_per_second']} a second, {eta} left"
    )
