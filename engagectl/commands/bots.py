"""`engagectl bots`: bots made and listed."""

from pathlib import Path
from typing import Annotated

import typer

from engagectl import console

app = typer.Typer(help="The bots: made and listed.", no_args_is_help=True)
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A snake_case name, such as grammar_bot.")],
    *,
    template: Annotated[
        str, typer.Option(help="What it begins as: tutor, vocabulary, quiz or blank.")
    ] = "blank",
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read BotFather's token from standard input.")
    ] = False,
    token_file: Annotated[
        Path | None, typer.Option(help="Read BotFather's token from a file.")
    ] = None,
    as_json: _AS_JSON = False,
) -> None:
    """Make a bot: folder, handlers, .env, keys on both sides and a test; a running stack serves it.

    Without a token the bot lives in the simulator.

    Example: engagectl bots add grammar_bot --template quiz
    """
    from engagectl.new_bot import make_and_serve, read_token

    token = read_token(from_stdin=token_stdin, file=token_file)
    made = make_and_serve(name, template=template, token=token)
    if as_json:
        console.document(made.document())
        return
    console.result(f"made {made.folder} (bot number {made.number}), keys matched on both sides")
    console.result(f"its test: python -m pytest {made.folder}/tests")
    console.result(made.what_next)


@app.command(name="list")
def show(*, as_json: _AS_JSON = False) -> None:
    """Show the bots: number, name, masked token, and whether they serve.

    Example: engagectl bots list --json
    """
    from engagectl.bot_listing import list_bots
    from engagectl.installation import this_installation
    from engagectl.running_stack import find_running_stack

    stack = find_running_stack()
    rows = list_bots(this_installation(), stack.bots_url if stack else None)
    if as_json:
        console.document({"bots": [row.document() for row in rows]})
        return
    lines = [[row.number or "–", row.name, row.folder, row.token, row.state] for row in rows]
    console.table(["n", "bot", "folder", "token", "state"], lines)
