"""The supervisor: starts services as their needs allow, watches them, stops them in order."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from engagectl.stack import reaper
from engagectl.stack.paths import StackPaths
from engagectl.stack.reaper_link import ReaperLink
from engagectl.stack.service_logs import rotate, tail
from engagectl.stack.services import Service
from engagectl.stack.state import ServiceState, StackState, started_at, write_state

PROBE_SECONDS = 0.1
READY_WITHIN_SECONDS = 120.0
STOP_WITHIN_SECONDS = 12.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
KEEPS_DYING_AFTER = 3
_STEADY_SECONDS = 60.0
_HEALTH_SECONDS = 2.0


class Supervisor:
    """Runs a table of services until told to stop.

    Args:
        services: the table, in the order of starting.
        paths: where logs and state go.
        state: filled in and written as things change.
    """

    def __init__(self, services: list[Service], paths: StackPaths, state: StackState) -> None:
        self.state = state
        self._services = services
        self._paths = paths
        self._ready = {service.name: asyncio.Event() for service in services}
        self._failed = asyncio.Event()
        self._stopping = False
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._restarting: set[str] = set()
        self._halted: dict[str, asyncio.Event] = {}
        self._reaper = ReaperLink(state.mark)
        state.services = [ServiceState(service.name, url=service.url) for service in services]
        self._write()

    def start(self) -> None:
        """Begin to start every service."""
        for service in self._services:
            self._tasks[service.name] = asyncio.create_task(self._keep_running(service))

    async def wait_ready(self) -> bool:
        """Return True once every service is ready, False when one cannot be."""
        try:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                everything = asyncio.gather(*(event.wait() for event in self._ready.values()))
                return await settled(everything, self._failed)
        except TimeoutError:
            return False

    async def wait_for(self, name: str) -> None:
        """Wait until one service is ready."""
        await self._ready[name].wait()

    async def restart(self, name: str) -> bool:
        """Stop one service and start it anew; return whether it became ready again."""
        service = next((each for each in self._services if each.name == name), None)
        if service is None or service.probe is None:
            return False
        self._restarting.add(name)
        self._ready[name].clear()
        await self._end_process(service)
        return await self._is_ready_in_time(name)

    async def add(self, service: Service) -> bool:
        """Take one more service into the running table; return whether it became ready."""
        self._services.append(service)
        self._ready[service.name] = asyncio.Event()
        self.state.services.append(ServiceState(service.name, url=service.url))
        self._tasks[service.name] = asyncio.create_task(self._keep_running(service))
        return await self._is_ready_in_time(service.name)

    async def halt(self, name: str) -> None:
        """Stop one service in order and leave it stopped until `resume`."""
        service = self._service(name)
        self._halted[name] = asyncio.Event()
        self._ready[name].clear()
        await self._end_process(service)
        self._note(service, state="stopped", healthy=False, pid=None)

    def resume(self, name: str) -> None:
        """Let a halted service be started again."""
        if halted := self._halted.pop(name, None):
            halted.set()

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a service and all that it started."""
        process = self._processes[name]
        if process.returncode is None:
            _signal_group(process.pid, number)

    def discard(self, folder: Path) -> None:
        """Let a folder be removed once everything has ended, however the supervisor ends."""
        self._reaper.discard(folder)

    async def stop(self, told: Callable[[str], None] | None = None) -> None:
        """Stop every service, those first that others do not need; tell of each."""
        self._stopping = True
        self.state.state = "stopping"
        self._write()
        for wave in _stop_waves(self._services):
            await asyncio.gather(*(self._end_process(service) for service in wave))
            for service in wave:
                self._note(service, state="stopped", healthy=False, pid=None)
                if told and service.probe:
                    told(service.name)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self.state.state = "stopped"
        self._write()
        self._reaper.end()

    def last_lines(self, name: str, count: int = 12) -> list[str]:
        """Return the end of a service's log."""
        return tail(self._paths.log_file(name), count)

    async def _keep_running(self, service: Service) -> None:
        await asyncio.gather(*(self._ready[need].wait() for need in service.needs))
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping:
            if halted := self._halted.get(service.name):
                await halted.wait()
            begun = time.monotonic()
            code = await self._run_once(service)
            if service.probe is None and code == 0:
                return
            if self._is_stopping():
                return
            if service.name in self._restarting or service.name in self._halted:
                self._restarting.discard(service.name)
                pause = FIRST_PAUSE_SECONDS
                continue
            if time.monotonic() - begun > _STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            if self._give_up(service, code):
                return
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 (jitter)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _is_ready_in_time(self, name: str) -> bool:
        try:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                await self._ready[name].wait()
        except TimeoutError:
            return False
        return True

    def _service(self, name: str) -> Service:
        return next(each for each in self._services if each.name == name)

    def _is_stopping(self) -> bool:
        return self._stopping

    def _give_up(self, service: Service, code: int) -> bool:
        """Note a death; a service that cannot even start once makes the start fail."""
        status = self._note(service, healthy=False, pid=None)
        status.restarts += 1
        keeps_dying = status.restarts >= KEEPS_DYING_AFTER
        first_start = not self._ready[service.name].is_set() and self.state.state == "starting"
        hopeless = first_start and (keeps_dying or service.probe is None)
        word = "failed" if hopeless else "keeps dying" if keeps_dying else "restarting"
        self._note(service, state=word, note=f"ended with {code}")
        if self.state.state in {"ready", "unhealthy"}:
            self.state.state = "unhealthy"
            self._write()
        if hopeless:
            self._failed.set()
        return hopeless

    async def _run_once(self, service: Service) -> int:
        """Start the service, watch it until it ends, and return its exit code."""
        process = await self._spawn(service)
        watch = asyncio.create_task(self._watch(service, time.monotonic()))
        try:
            code = await process.wait()
        finally:
            watch.cancel()
            self._reaper.remove(process.pid)
        if service.probe is None and code == 0:
            self._note(service, state="done", healthy=True, pid=None, ready=True)
        return code

    async def _spawn(self, service: Service) -> asyncio.subprocess.Process:
        if service.ready_file:
            service.ready_file.unlink(missing_ok=True)
        log = self._paths.log_file(service.name)
        rotate(log)
        self._note(service, state="starting")
        with log.open("ab") as stream:
            process = await asyncio.create_subprocess_exec(
                *_with_niceness(service),
                cwd=self._paths.root,
                env={**_own_environment(), **service.environment,
                     reaper.MARK_VARIABLE: self.state.mark},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )  # fmt: skip
        self._reaper.add(process.pid, service.stop_signal)
        self._processes[service.name] = process
        self._note(service, pid=process.pid, started=started_at(process.pid))
        return process

    async def _watch(self, service: Service, begun: float) -> None:
        if service.probe is None:
            return
        while not await service.probe():  # noqa: ASYNC110 (it asks another process)
            await asyncio.sleep(PROBE_SECONDS)
        after = round(time.monotonic() - begun, 3)
        self._note(service, state="running", healthy=True, ready_after_s=after, ready=True)
        while True:
            await asyncio.sleep(_HEALTH_SECONDS)
            healthy = await service.probe()
            status = self.state.service(service.name)
            if status and status.healthy != healthy:
                self._note(service, state="running" if healthy else "unhealthy", healthy=healthy)

    async def _end_process(self, service: Service) -> None:
        process = self._processes.get(service.name)
        if process is None or process.returncode is not None:
            return
        _signal_group(process.pid, service.stop_signal)
        try:
            async with asyncio.timeout(STOP_WITHIN_SECONDS):
                await process.wait()
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()
        # What the service itself started belongs to its group.
        _signal_group(process.pid, signal.SIGKILL)

    def _note(self, service: Service, *, ready: bool = False, **changes: object) -> ServiceState:
        status = self.state.service(service.name)
        if status is None:
            raise KeyError(service.name)
        for name, value in changes.items():
            setattr(status, name, value)
        if status.healthy:
            status.note = ""
        if ready:
            self._ready[service.name].set()
        if self.state.state in {"ready", "unhealthy"}:
            well = all(each.healthy for each in self.state.services)
            self.state.state = "ready" if well else "unhealthy"
        self._write()
        return status

    def _write(self) -> None:
        write_state(self._paths.state_file, self.state)


async def settled(awaitable: Awaitable[object], stop: asyncio.Event) -> bool:
    """Wait for `awaitable` or for `stop`; return False when stopped first."""
    work = asyncio.ensure_future(awaitable)
    halt = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait({work, halt}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return work in done


def _stop_waves(services: list[Service]) -> Iterable[list[Service]]:
    """Yield services in waves: first what takes work in, last what keeps the data."""
    order = (
        ("simulator", "gateway", "scheduler"),
        ("bots", "worker", "migrate"),
        ("core",),
        ("redis", "postgres"),
    )
    known = {name for wave in order for name in wave}
    yield [service for service in services if service.name not in known]
    for wave in order:
        yield [service for service in services if service.name in wave]


def _own_environment() -> dict[str, str]:
    return dict(os.environ)  # noqa: TID251 (handed on to the services)


def _with_niceness(service: Service) -> list[str]:
    if not service.niceness or not Path("/usr/bin/nice").exists():
        return service.command
    return ["/usr/bin/nice", "-n", str(service.niceness), *service.command]


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
