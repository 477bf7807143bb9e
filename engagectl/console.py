"""The only writer to the terminal: talk on standard error, results on standard output."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from utils.errors import EngageError
from utils.logs import without_secrets

_SERVICE_COLOURS = ("36", "32", "33", "35", "34", "96", "92", "93", "95")


def say(text: str = "") -> None:
    """Tell the person something; never part of a command's result."""
    _write(sys.stderr, text)


def result(text: str) -> None:
    """Print a command's result."""
    _write(sys.stdout, text)


def document(value: Any) -> None:
    """Print the one JSON document of a command run with `--json`."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table on standard output."""
    from rich.console import Console  # noqa: PLC0415 (slow to import, seldom needed)
    from rich.table import Table  # noqa: PLC0415

    shown = Table(*headers, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        shown.add_row(*row)
    width = None if sys.stdout.isatty() else 140
    Console(file=sys.stdout, no_color=not colours(), highlight=False, width=width).print(shown)


@contextlib.contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal while something lasts, nothing elsewhere; yield what moves it."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415 (slow to import, seldom needed)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    terminal = Console(file=sys.stderr, no_color=not colours(sys.stderr))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal, transient=True) as shown:
        task = shown.add_task(label, total=total)
        yield lambda done: shown.update(task, completed=done)


def error(problem: EngageError) -> None:
    """Print the three lines of an error."""
    mark = paint("✗", "31") if colours(sys.stderr) else "error:"
    say(f"{mark} {without_secrets(str(problem))}")


def log_line(service: str, number: int, line: str, *, width: int) -> None:
    """Print one line of a service's log under its coloured name."""
    name = f"{service:<{width}}"
    if colours():
        name = paint(name, _SERVICE_COLOURS[number % len(_SERVICE_COLOURS)])
    result(f"{name} │ {line}")


def ask(question: str) -> bool:
    """Ask a yes-or-no question on a terminal; without one the answer is no."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "д", "да"}


def paint(text: str, code: str) -> str:
    """Return the text in a terminal colour."""
    return f"\x1b[{code}m{text}\x1b[0m"


def colours(stream: Any = None) -> bool:
    """Tell whether colours are wanted: a terminal, and NO_COLOR is not set."""
    target = stream or sys.stdout
    return bool(target.isatty()) and not os.environ.get("NO_COLOR")  # noqa: TID251 (a convention)


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        # Whoever read the output went away; there is nobody left to tell.
        sys.exit(0)
