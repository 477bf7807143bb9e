"""`manage.py load_content`: brings the content files into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engageai_core.curriculum.content_files import ContentError, read_content
from engageai_core.curriculum.services import content_load

CONTENT_FOLDER = Path(__file__).resolve().parents[3] / "content"


class Command(BaseCommand):
    """Loads lessons, placement items and words; unchanged files are skipped."""

    help = "Load the content files into the database (idempotent; nothing when a file is wrong)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--folder", type=Path, default=CONTENT_FOLDER)
        parser.add_argument("--check", action="store_true", help="check the files, store nothing")

    def handle(self, *_: Any, folder: Path, check: bool, verbosity: int, **__: Any) -> None:
        """Run the command; with verbosity 0 it says nothing when all is well."""
        try:
            report = self._check(folder) if check else self._load(folder)
        except ContentError as error:
            raise CommandError(str(error)) from None
        if verbosity:
            self.stdout.write(report)

    def _check(self, folder: Path) -> str:
        content = read_content(folder)
        items = sum(len(entries) for entries in content.placement.values())
        tasks = sum(len(lesson.tasks) for lesson in content.lessons.values())
        words = sum(len(deck) for deck in content.words.values())
        return (
            f"content is well-formed: {items} placement items, {len(content.lessons)} lessons "
            f"with {tasks} tasks, {words} words"
        )

    def _load(self, folder: Path) -> str:
        report = content_load(folder=folder)
        return (
            f"content: {report.added} added, {report.changed} changed, {report.retired} retired "
            f"({report.files_read} files read, {report.files_skipped} unchanged)"
        )
