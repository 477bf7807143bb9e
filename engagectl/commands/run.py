"""`engagectl run`: one service in the foreground, as in production."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Run one service in the foreground, as in production.")

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Instead of the usual port.")]


def _run(service: str, port: int | None = None, redis: str = "auto") -> None:
    from engagectl.single_service import run_service

    run_service(service, port=port, redis=redis)


@app.command("core")
def core(port: Port = None) -> None:
    """Run the core (Django). Example: engagectl run core --port 9000"""
    _run("core", port)


@app.command("gateway")
def gateway(port: Port = None) -> None:
    """Run the gateway that takes Telegram's webhooks."""
    _run("gateway", port)


@app.command("bots")
def bots(port: Port = None) -> None:
    """Run the cluster of bots."""
    _run("bots", port)


@app.command("worker")
def worker() -> None:
    """Run the worker for background tasks (Celery)."""
    _run("worker")


@app.command("scheduler")
def scheduler() -> None:
    """Run the scheduler of periodic tasks (Celery beat); one is enough for an installation."""
    _run("scheduler")


@app.command("simulator")
def simulator(port: Port = None) -> None:
    """Run the Telegram simulator with its chat page; never in production."""
    _run("simulator", port)


@app.command("redis")
def redis(
    port: Port = None,
    kind: Annotated[str, typer.Option("--redis", help="docker, local or bundled.")] = "auto",
) -> None:
    """Run Redis: a container, the machine's own, or the one that came along."""
    _run("redis", port, kind)


@app.command("postgres")
def postgres(port: Port = None) -> None:
    """Run the embedded PostgreSQL."""
    _run("postgres", port)
