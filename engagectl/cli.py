"""The command tree, and `main`: the only place where an error becomes an exit code.

Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not healthy or not matching.
"""

import sys
from typing import Annotated

import typer

from engagectl import console
from engagectl.commands import bots, dev, env, queue, run, webhook
from utils.errors import EngageError

FAILED = 1
USAGE = 2
UNHEALTHY = 3

app = typer.Typer(
    name="engagectl",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Make, start and watch an engageAI installation. Begin with: engagectl dev up",
)
app.add_typer(dev.app, name="dev")
app.add_typer(run.app, name="run")
app.add_typer(env.app, name="env")
app.add_typer(bots.app, name="bots")
app.add_typer(webhook.app, name="webhook")
app.add_typer(queue.app, name="queue")


@app.callback()
def _options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose.")] = False,
) -> None:
    _Debug.wanted = debug


class _Debug:
    wanted = False


def main() -> None:
    """Run a command; print an error's three lines instead of a traceback."""
    try:
        app()
    except EngageError as error:
        if _Debug.wanted:
            raise
        console.error(error)
        sys.exit(FAILED)
    except OSError as error:
        if _Debug.wanted:
            raise
        console.error(_of_the_machine(error))
        sys.exit(FAILED)


def _of_the_machine(error: OSError) -> EngageError:
    place = f": {error.filename}" if error.filename else ""
    return EngageError(
        f"the machine refused{place}",
        why=error.strerror or type(error).__name__,
        mend="free the disk or mend the permissions, then run the command again "
        "(--debug before the command shows where)",
    )
