"""`engagectl webhook`: where Telegram, or the simulator, sends a bot's updates."""

from typing import Annotated

import typer

from engagectl import console

app = typer.Typer(help="The webhooks at Telegram or the simulator.", no_args_is_help=True)
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_BOTS = Annotated[list[str] | None, typer.Argument(metavar="[BOT]...", help="The bots' names.")]
_ALL = Annotated[bool, typer.Option("--all", help="Every bot.")]
_DROP = Annotated[
    bool, typer.Option("--drop-pending", help="Throw away the updates that wait at Telegram.")
]


@app.command(name="set")
def set_(
    bots: _BOTS = None,
    *,
    everyone: _ALL = False,
    url: Annotated[
        str, typer.Option(help="The gateway's public address; default: WEBHOOK_HOST.")
    ] = "",
    drop_pending: _DROP = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Move a webhook that another host has now.")
    ] = False,
    as_json: _AS_JSON = False,
) -> None:
    """Set the webhooks that differ; nothing is deleted first, and no pending update is dropped.

    Example: engagectl webhook set --all --url https://bots.example.org
    """
    from engagectl import webhook_commands

    order = webhook_commands.make_order(
        url, drop_pending=drop_pending, take_over=take_over, dry_run=dry_run
    )
    outcomes = webhook_commands.set_all(bots or [], everyone=everyone, order=order)
    _show(["bot", "url", "outcome", "error"], outcomes, as_json=as_json)
    _fail_if_any(outcomes)


@app.command()
def info(bots: _BOTS = None, *, everyone: _ALL = False, as_json: _AS_JSON = False) -> None:
    """Show what Telegram says about the webhooks: address, waiting updates, last error.

    Example: engagectl webhook info english_bot --json
    """
    from engagectl import webhook_commands

    infos = webhook_commands.info_of_all(bots or [], everyone=everyone or not bots)
    columns = ["bot", "url", "pending_update_count", "last_error_message", "error"]
    _show(columns, infos, as_json=as_json)
    _fail_if_any(infos)


@app.command()
def delete(
    bots: _BOTS = None,
    *,
    everyone: _ALL = False,
    drop_pending: _DROP = False,
    as_json: _AS_JSON = False,
) -> None:
    """Delete the webhooks; updates wait at Telegram until there is one again.

    Example: engagectl webhook delete english_bot
    """
    from engagectl import webhook_commands

    outcomes = webhook_commands.delete_all(bots or [], everyone=everyone, drop_pending=drop_pending)
    _show(["bot", "outcome", "error"], outcomes, as_json=as_json)
    _fail_if_any(outcomes)


def _show(columns: list[str], rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        console.document({"webhooks": rows})
        return
    shown = [name for name in columns if name != "error"]
    console.table(shown, [[str(row.get(name, "")) for name in shown] for row in rows])
    for row in rows:
        if row.get("error"):
            console.say(f"{row['bot']}: {row['error']}")


def _fail_if_any(rows: list[dict[str, object]]) -> None:
    if any(row.get("error") for row in rows):
        raise typer.Exit(1)
