"""One run under chaos, from the private installation to the count."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence

import httpx2

from engagectl import console
from engagectl.chaos.campaign import Campaign
from engagectl.chaos.core_proxy import CoreProxy
from engagectl.chaos.faults import Fault, Scene, choose_faults
from engagectl.chaos.plan import LoadPlan, make_plan
from engagectl.chaos.private_copy import forget_persons_settings, keep_logs, make_private_copy
from engagectl.chaos.report import ChaosOrder, ChaosReport, tell_findings
from engagectl.chaos.table import ChaosTable, make_table
from engagectl.stack.paths import StackPaths
from engagectl.stack.state import StackState, started_at
from engagectl.stack.supervisor import Supervisor
from engagectl.telegram_webhook import register_simulated_bots
from utils.errors import EngageError
from utils.settings import repository_root


class ChaosError(EngageError):
    """The run did not come to its count."""


def run_chaos(order: ChaosOrder) -> ChaosReport:
    """Send the load, strike with the faults, all on a private installation, and count.

    The person's own settings leave this process's environment. Nothing of the installation
    stays, unless `order.keep`; its logs stay when the verdict does not hold.

    Raises:
        EngageError: there can be no such load or fault; the private stack does not start; the
            run was stopped.
    """
    faults = choose_faults(list(order.faults))
    plan = make_plan(seed=order.seed, updates=order.updates, chats=order.chats, bots=order.bots)
    forget_persons_settings()
    paths = make_private_copy(repository_root(), bots=order.bots, is_kept=order.keep)
    try:
        return asyncio.run(_run(order, plan, faults, paths))
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise ChaosError(
            "chaos was stopped before it was over",
            why="a signal ended it",
            mend="run it again: nothing is left of it",
        ) from None
    finally:
        if not order.keep:
            shutil.rmtree(paths.root, ignore_errors=True)
            with contextlib.suppress(OSError):
                # Logs of this run or another may lie beside it.
                paths.root.parent.rmdir()


async def _run(
    order: ChaosOrder, plan: LoadPlan, faults: Sequence[Fault], paths: StackPaths
) -> ChaosReport:
    _end_by_signal()
    async with contextlib.AsyncExitStack() as open_parts:
        table = make_table(paths)
        supervisor = await open_parts.enter_async_context(_supervised(table, paths, order))
        proxy = CoreProxy(table.world.ports["core"])
        await proxy.open(table.proxy_port)
        open_parts.push_async_callback(proxy.close)
        simulator = await open_parts.enter_async_context(
            httpx2.AsyncClient(base_url=table.url("simulator"), timeout=30, trust_env=False)
        )
        campaign = Campaign(
            Scene(supervisor, table, proxy, simulator), plan, bots=order.bots, rate=order.rate
        )
        open_parts.push_async_callback(campaign.end)
        await _become_ready(supervisor, table, paths)
        await campaign.begin()
        report = await _go_through(campaign, order, faults)
        _tell(report, paths, order)
    return report


def _end_by_signal() -> None:
    """Let a signal cancel the run, which then stops everything in order."""
    running = asyncio.current_task()
    assert running is not None  # noqa: S101 (for the type checker: this is called in a task)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)


@contextlib.asynccontextmanager
async def _supervised(
    table: ChaosTable, paths: StackPaths, order: ChaosOrder
) -> AsyncIterator[Supervisor]:
    pid = os.getpid()
    state = StackState("starting", secrets.token_hex(8), pid, started_at(pid))
    supervisor = Supervisor(table.services, paths, state)
    if not order.keep:
        supervisor.discard(paths.root)
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def _become_ready(supervisor: Supervisor, table: ChaosTable, paths: StackPaths) -> None:
    console.say("a private stack starts: two bots processes, its own PostgreSQL and Redis")
    supervisor.start()
    registering = asyncio.create_task(_register(supervisor, table, paths))
    try:
        if not await supervisor.wait_ready():
            raise _no_start(supervisor)
        await registering
    finally:
        registering.cancel()
    supervisor.state.state = "ready"


async def _register(supervisor: Supervisor, table: ChaosTable, paths: StackPaths) -> None:
    await supervisor.wait_for("simulator")
    await register_simulated_bots(paths.root, table.url("simulator"), table.url("gateway"))


def _no_start(supervisor: Supervisor) -> ChaosError:
    slow = [each.name for each in supervisor.state.services if not each.healthy]
    name = slow[0] if slow else "a service"
    return ChaosError(
        f"{name} of the private stack did not start",
        why="\n       ".join(supervisor.last_lines(name)) or "it wrote nothing",
        mend="see whether the usual stack starts: engagectl dev up",
    )


async def _go_through(
    campaign: Campaign, order: ChaosOrder, faults: Sequence[Fault]
) -> ChaosReport:
    begun = time.monotonic()
    console.say(f"{order.updates} updates in {order.chats} chats with {order.bots} bots")
    outcomes = await campaign.go_through(faults)
    console.say("no more faults; the rest is awaited")
    await campaign.drain()
    duration = time.monotonic() - begun
    verdict, dead_letters = await campaign.count()
    return ChaosReport(order, verdict, outcomes, dead_letters, duration)


def _tell(report: ChaosReport, paths: StackPaths, order: ChaosOrder) -> None:
    tell_findings(report)
    if order.keep:
        console.say(f"kept: {paths.root}")
    elif not report.holds:
        console.say(f"the services' logs: {keep_logs(paths)}")
