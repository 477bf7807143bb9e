"""One run of the stack, from the plan to the last process ended."""

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from engagectl.stack.control import close_control, open_control
from engagectl.stack.options import StackOptions
from engagectl.stack.paths import StackPaths
from engagectl.stack.planning import plan_stack, remember_prepared
from engagectl.stack.ports import HOST
from engagectl.stack.services import Surroundings, service_table
from engagectl.stack.state import StackState, started_at, write_state
from engagectl.stack.supervisor import Supervisor, settled
from utils.bot_registry import find_bot_folders
from utils.env_files import read_env_file
from utils.errors import EngageError

Observer = Callable[[StackState], None]
_LOOK_SECONDS = 0.1


def run_stack(options: StackOptions, paths: StackPaths, observe: Observer) -> bool:
    """Run the stack in this process until it is told to stop.

    Args:
        options: what was asked for.
        paths: the installation.
        observe: called with the state several times a second, for whoever shows it.

    Returns:
        False when a service could not be started; everything is stopped again then.

    Raises:
        EngageError: the plan cannot be made.
    """
    state = StackState("starting", secrets.token_hex(8), os.getpid(), started_at(os.getpid()))
    state.options = options.document()
    write_state(paths.state_file, state)
    try:
        world, state.notes = plan_stack(options, paths)
    except EngageError as error:
        state.state, state.error = "failed", [error.what, error.why, error.mend]
        write_state(paths.state_file, state)
        raise
    state.redis_kind = world.redis.kind
    return asyncio.run(_run(world, state, observe))


async def _run(world: Surroundings, state: StackState, observe: Observer) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    supervisor = Supervisor(service_table(world), world.paths, state)
    run = _Run(world, supervisor, stop)
    control = await open_control(world.paths.run_dir, run.answer)
    observing = asyncio.create_task(_observe(state, observe))
    supervisor.start()
    try:
        started = await settled(run.become_ready(), stop)
        if started and state.state == "ready":
            await stop.wait()
        return state.state != "failed"
    finally:
        failed = state.state == "failed"
        await supervisor.stop(run.stopped.append)
        if failed:
            state.state = "failed"
            write_state(world.paths.state_file, state)
        observing.cancel()
        observe(state)
        run.ended.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await run.askers_told.wait()
        control.close()
        close_control(world.paths.run_dir)
        if not failed:
            world.paths.state_file.unlink(missing_ok=True)


class _Run:
    """What happens around the supervisor: becoming ready, and answering other commands."""

    def __init__(self, world: Surroundings, supervisor: Supervisor, stop: asyncio.Event) -> None:
        self._world = world
        self._supervisor = supervisor
        self._stop = stop
        self.stopped: list[str] = []
        self.ended = asyncio.Event()
        self.askers_told = asyncio.Event()
        self.askers_told.set()

    async def become_ready(self) -> None:
        """Wait for every service, tell the simulator of the bots, and have a learner answered."""
        state = self._supervisor.state
        registering = asyncio.create_task(self._register_bots()) if _can_converse(state) else None
        try:
            if not await self._supervisor.wait_ready():
                self._fail(*self._blame())
                return
            if self._world.must_prepare:
                remember_prepared(self._world.paths)
            if registering:
                await self._have_a_learner_answered(await registering)
        finally:
            if registering:
                registering.cancel()
        if state.state != "failed":
            state.state = "ready"
            state.ready_s = round(time.time() - self._world.options.begun_at, 3)
            write_state(self._world.paths.state_file, state)

    async def _register_bots(self) -> list[str]:
        """Register the bots as soon as the simulator is there: they ask it for their own names."""
        from engagectl.telegram_webhook import register_simulated_bots  # noqa: PLC0415 (httpx2)

        await self._supervisor.wait_for("simulator")
        gateway = f"http://{HOST}:{self._world.ports['gateway']}"
        return await register_simulated_bots(self._world.paths.root, self._simulator, gateway)

    async def _have_a_learner_answered(self, bots: list[str]) -> None:
        from engagectl.stack.first_answer import ask_every_bot  # noqa: PLC0415 (httpx2 is slow)

        state = self._supervisor.state
        state.answers = await ask_every_bot(self._simulator, bots)
        silent = [bot for bot in bots if bot not in state.answers]
        state.notes += [f"{bot} does not answer: engagectl dev logs bots" for bot in silent]
        if state.answers:
            state.answered_ms = next(iter(state.answers.values()))
        elif bots:
            last = "\n       ".join(self._supervisor.last_lines("bots"))
            self._fail("no bot answered a learner", last, "engagectl dev logs bots")

    @property
    def _simulator(self) -> str:
        return f"http://{HOST}:{self._world.ports['simulator']}"

    async def answer(self, request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Do what another command asks."""
        if request.get("do") == "stop":
            told = 0
            self.askers_told.clear()
            self._stop.set()
            while not self.ended.is_set():
                for name in self.stopped[told:]:
                    yield {"stopped": name}
                told = len(self.stopped)
                await asyncio.sleep(_LOOK_SECONDS)
            for name in self.stopped[told:]:
                yield {"stopped": name}
            yield {"done": True}
            self.askers_told.set()
        elif request.get("do") == "restart":
            well = await self._supervisor.restart(str(request.get("service")))
            yield {"done": True, "ready": well}

    def _blame(self) -> tuple[str, str, str]:
        slow = [each for each in self._supervisor.state.services if not each.healthy]
        dead = [each for each in slow if each.state == "failed"] or slow
        name = dead[0].name if dead else "a service"
        lines = "\n       ".join(self._supervisor.last_lines(name)) or "it wrote nothing"
        return f"{name} did not start", lines, f"engagectl dev logs {name}"

    def _fail(self, what: str, why: str, mend: str) -> None:
        state = self._supervisor.state
        state.state, state.error = "failed", [what, why, mend]
        write_state(self._world.paths.state_file, state)


def bot_names(paths: StackPaths) -> list[str]:
    """Return the BOT_NAME of every bot folder that has a `.env`."""
    return [
        read_env_file(bot.env_file).get("BOT_NAME") or bot.name
        for bot in find_bot_folders(paths.root / "bots")
        if bot.env_file.exists()
    ]


def _can_converse(state: StackState) -> bool:
    names = {service.name for service in state.services}
    return {"simulator", "gateway", "bots", "core"} <= names


async def _observe(state: StackState, observe: Observer) -> None:
    while True:
        observe(state)
        await asyncio.sleep(_LOOK_SECONDS)
