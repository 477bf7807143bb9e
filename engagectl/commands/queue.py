"""`engagectl queue`: what waits, what failed, and what to do about it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engagectl import console

app = typer.Typer(help="What waits, what failed, and what to do about it.", no_args_is_help=True)
dead = typer.Typer(help="The updates that could not be handled.", no_args_is_help=True)
app.add_typer(dead, name="dead")

_AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_IDS = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="As queue dead list shows them; a beginning will do."),
]
_ID = Annotated[str, typer.Argument(metavar="ID", help="A beginning of it will do.")]
_ALL = Annotated[bool, typer.Option("--all", help="All letters that --bot and --reason name.")]
_BOT = Annotated[str, typer.Option(help="Only those of this bot.")]
_YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def _known_reason(reason: str) -> str:
    from utils.update_envelope import DEAD_REASONS

    if reason and reason not in DEAD_REASONS:
        raise typer.BadParameter(f"{reason!r} is none of {', '.join(DEAD_REASONS)}")
    return reason


_REASON = Annotated[
    str, typer.Option(help="Only those parked for this reason.", callback=_known_reason)
]


@app.command()
def stats(*, as_json: _AS_JSON = False) -> None:
    """Show what waits in each partition, who owns it, what is dead, and what endangers it.

    Example: engagectl queue stats --json
    """
    from engagectl.queue_connection import open_queue
    from engagectl.queue_stats import read_stats

    with open_queue() as queue:
        found = read_stats(queue)
    if as_json:
        console.document(found.document())
        return
    from engagectl.queue_view import show_stats

    show_stats(found)


@app.command()
def broadcasts(*, as_json: _AS_JSON = False) -> None:
    """Show how far each broadcast is.

    Example: engagectl queue broadcasts
    """
    from engagectl.queue_broadcasts import read_broadcasts

    found = read_broadcasts()
    if as_json:
        console.document({"broadcasts": found})
        return
    from engagectl.queue_view import show_broadcasts

    show_broadcasts(found)


@dead.command(name="list")
def list_(
    *,
    bot: _BOT = "",
    reason: _REASON = "",
    since: Annotated[
        str, typer.Option(help="Parked since: 30m, 2h, 7d ago, or a date such as 2026-03-01.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: _AS_JSON = False,
) -> None:
    """List dead letters, those parked last first.

    Example: engagectl queue dead list --bot english_bot --since 2h
    """
    from engagectl import queue_commands

    letters, more = queue_commands.list_letters(_wanted(bot, reason, since), limit)
    if as_json:
        console.document({"letters": [letter.summary() for letter in letters], "more": more})
        return
    from engagectl.queue_view import show_letters

    show_letters(letters, more=more)


@dead.command()
def show(
    letter: _ID,
    *,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show learners' texts; to a terminal only.")
    ] = False,
    as_json: _AS_JSON = False,
) -> None:
    """Show one dead letter: why it failed, and the update with its texts blanked out.

    Example: engagectl queue dead show 3/1732444444444-0
    """
    from engagectl import queue_commands

    document = queue_commands.letter_document(letter, reveal=reveal)
    if as_json:
        console.document(document)
        return
    from engagectl.queue_view import show_letter

    show_letter(document)


@dead.command()
def replay(
    letters: _IDS = None,
    *,
    everything: _ALL = False,
    bot: _BOT = "",
    reason: _REASON = "",
    yes: _YES = False,
    as_json: _AS_JSON = False,
) -> None:
    """Put dead letters back at the end of the queue, each exactly once. --all asks first.

    Examples: engagectl queue dead replay 3/17324 · … replay --all --reason outage
    """
    from engagectl import queue_commands

    wanted = _checked_choice(letters, bot, reason, everything=everything)
    _tell(queue_commands.replay_letters(letters or [], wanted, yes=yes), as_json=as_json)


@dead.command()
def drop(
    letters: _IDS = None,
    *,
    everything: _ALL = False,
    bot: _BOT = "",
    reason: _REASON = "",
    yes: _YES = False,
    as_json: _AS_JSON = False,
) -> None:
    """Remove dead letters for good; asks first.

    Example: engagectl queue dead drop --all --reason expired
    """
    from engagectl import queue_commands

    wanted = _checked_choice(letters, bot, reason, everything=everything)
    _tell(queue_commands.drop_letters(letters or [], wanted, yes=yes), as_json=as_json)


@dead.command(name="open")
def open_(
    letter: Annotated[str, typer.Argument(metavar="[ID]", help="A beginning of it will do.")] = "",
    *,
    file: Annotated[
        Path | None, typer.Option(help="What queue dead show --json wrote, instead of an ID.")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the chat page.")
    ] = False,
    as_json: _AS_JSON = False,
) -> None:
    """Send a failed update, without names, to the same bot of the local stack.

    The stack runs with its simulator; the letter stays where it is.

    Examples: engagectl queue dead open 3/17324 · engagectl queue dead open --file letter.json
    """
    from engagectl import queue_commands, queue_opening
    from engagectl.browser import open_page

    if bool(letter) == (file is not None):
        raise typer.BadParameter("give an ID, or --file")
    failed = (
        queue_opening.failed_update_of_file(file)
        if file
        else queue_commands.update_of_letter(letter)
    )
    opened = queue_opening.open_in_simulator(failed)
    if as_json:
        console.document(vars(opened))
    else:
        console.result(f"{opened.bot} gets it as update {opened.update_id} ({opened.kind})")
        console.result(opened.page)
    if not no_browser:
        open_page(opened.page)


def _wanted(bot: str, reason: str, since: str = "") -> Any:
    from engagectl.queue_commands import since_when
    from engagectl.queue_letters import Wanted

    try:
        return Wanted(bot, reason, since_when(since))
    except ValueError:
        raise typer.BadParameter("--since is neither 30m, 2h, 7d nor a date") from None


def _checked_choice(ids: list[str] | None, bot: str, reason: str, *, everything: bool) -> Any:
    if bool(ids) == everything:
        raise typer.BadParameter("give the IDs of letters, or --all")
    if ids and (bot or reason):
        raise typer.BadParameter("--bot and --reason go with --all")
    return _wanted(bot, reason)


def _tell(outcomes: list[Any], *, as_json: bool) -> None:
    if as_json:
        console.document({"letters": [vars(each) for each in outcomes]})
    elif outcomes:
        from engagectl.queue_view import show_outcomes

        show_outcomes(outcomes)
    else:
        console.say("there is no dead letter of this kind")
    if any(each.error for each in outcomes):
        raise typer.Exit(1)
