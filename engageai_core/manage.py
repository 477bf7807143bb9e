#!/usr/bin/env python
"""Django's command line, from inside this folder or from anywhere else."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run a management command."""
    root = str(Path(__file__).resolve().parent.parent)
    # The folder itself must not be on the path: its packages would hide others of the same name.
    sys.path[0] = root
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engageai_core.settings")  # noqa: TID251
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (path first)

    from utils.errors import EngageError  # noqa: PLC0415 (path first)

    try:
        execute_from_command_line(sys.argv)
    except EngageError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
