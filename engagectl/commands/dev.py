"""`engagectl dev`: the stack's life."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Start, watch and stop the whole system.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_NOT_HEALTHY = 3


@app.command("up")
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when ready.")] = False,
    redis: Annotated[
        str, typer.Option(help="docker, local, bundled or the address of a server.")
    ] = "auto",
    only: Annotated[
        list[str] | None, typer.Option(help="Start this service alone (repeatable).")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--except", help="Leave this service out (repeatable).")
    ] = None,
    no_simulator: Annotated[
        bool, typer.Option("--no-simulator", help="Talk to the real Telegram.")
    ] = False,
    port_offset: Annotated[
        int, typer.Option(min=0, max=50000, help="Add this to every default port.")
    ] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget all data first (asks).")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the chat page.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring up everything: settings, PostgreSQL, Redis, the services, the simulator.

    Examples: engagectl dev up · engagectl dev up --detach --redis bundled
    """
    from engagectl import stack_life

    if fresh:
        stack_life.reset(yes=yes)
    options = stack_life.options(
        redis=redis,
        port_offset=port_offset,
        only=tuple(only or ()),
        leave_out=tuple(leave_out or ()),
        simulator=not no_simulator,
    )
    view = stack_life.View(as_json=as_json, browser=not no_browser)
    well = stack_life.up_detached(options, view) if detach else stack_life.up(options, view)
    if not well:
        raise typer.Exit(1)


@app.command("down")
def down() -> None:
    """Stop everything; what learners did is kept. Example: engagectl dev down"""
    from engagectl import stack_life

    stack_life.down()


@app.command("status")
def status(as_json: Json = False) -> None:
    """Show services, health and addresses. Example: engagectl dev status --json"""
    from engagectl import stack_life

    if not stack_life.status(as_json=as_json):
        raise typer.Exit(_NOT_HEALTHY)


@app.command("logs")
def logs(
    services: Annotated[list[str] | None, typer.Argument(help="All when none is named.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of each.")] = 40,
) -> None:
    """Show what services wrote. Example: engagectl dev logs core bots -f"""
    from engagectl import stack_life

    stack_life.logs(services or [], follow=follow, lines=lines)


@app.command("restart")
def restart(service: Annotated[str, typer.Argument(help="The service's name.")]) -> None:
    """Restart one service of the running stack. Example: engagectl dev restart core"""
    from engagectl import stack_life

    stack_life.restart(service)


@app.command("reset")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and forget all data: database, queue, chats. The .env files stay."""
    from engagectl import stack_life

    stack_life.reset(yes=yes)


@app.command("smoke")
def smoke(as_json: Json = False) -> None:
    """Send a scripted learner through the running stack by the front door.

    Welcome, placement, a lesson, words, progress; exit 0 only if every step was answered.
    Example: engagectl dev smoke --json
    """
    from engagectl import stack_life

    if not stack_life.smoke(as_json=as_json):
        raise typer.Exit(1)


@app.command("chaos")
def chaos(
    updates: Annotated[int, typer.Option(min=1, help="Numbered updates to send.")] = 2000,
    chats: Annotated[int, typer.Option(min=1, max=5000, help="Chats they come from.")] = 50,
    bots: Annotated[int, typer.Option(min=1, max=100, help="Bots they go to.")] = 5,
    seed: Annotated[int, typer.Option(help="What the load is made from.")] = 1,
    faults: Annotated[
        list[str] | None, typer.Option(help="Names with commas between, or all (repeatable).")
    ] = None,
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="Updates a second at most.")] = 40,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the private stack's files.")] = False,
    as_json: Json = False,
) -> None:
    """Break a private stack part by part under load, and count what was lost or doubled.

    Nothing of yours is touched: programs, database, queue and ports are the run's own.
    Exit 0 only when nothing was lost, doubled or out of order and each recovery took 15 s at most.
    Examples: engagectl dev chaos · engagectl dev chaos --faults kill-bots,stop-redis --json
    """
    from engagectl import console
    from engagectl.chaos.report import ChaosOrder, show_report
    from engagectl.chaos.run import run_chaos

    report = run_chaos(ChaosOrder(updates, chats, bots, seed, faults or (), rate, keep))
    if as_json:
        console.document(report.document())
    else:
        show_report(report)
    if not report.holds:
        raise typer.Exit(1)
