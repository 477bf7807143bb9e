"""Opens a page in the person's browser."""

import contextlib
import os
import sys
import webbrowser


def open_page(url: str) -> None:
    """Open a page, where there is a person to see it: a terminal, and no CI."""
    if sys.stdout.isatty() and not os.environ.get("CI"):  # noqa: TID251 (a convention)
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)
