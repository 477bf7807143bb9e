"""The services of a run: the usual ones, two bots processes, and the proxy before the core."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace

from engagectl.stack.options import StackOptions
from engagectl.stack.paths import StackPaths
from engagectl.stack.planning import plan_stack
from engagectl.stack.ports import DEFAULT_PORTS, HOST, PortError, is_free
from engagectl.stack.probes import http_ready
from engagectl.stack.services import Service, Surroundings, service_table

FIRST_BOTS, SECOND_BOTS, THIRD_BOTS = "bots", "bots-2", "bots-3"
_PROXY = "core proxy"
_MORE_PORTS = {SECOND_BOTS: 8004, THIRD_BOTS: 8005, _PROXY: 8006}
_FIRST_OFFSET, _LAST_OFFSET, _STEP = 13_000, 20_000, 20


@dataclass(frozen=True)
class ChaosTable:
    """What a run supervises.

    Attributes:
        world: what the services are made from.
        services: those that run from the start.
        third_bots: a bots process that joins and leaves.
        proxy_port: where the bots reach the core.
    """

    world: Surroundings
    services: list[Service]
    third_bots: Service
    proxy_port: int

    def url(self, service: str) -> str:
        """Return a service's address."""
        return f"http://{HOST}:{self.world.ports[service]}"


def make_table(paths: StackPaths) -> ChaosTable:
    """Plan the services of the private installation at `paths`, on ports of their own.

    Raises:
        EngageError: no Redis or no PostgreSQL can be had.
    """
    offset = _free_offset({**DEFAULT_PORTS, **_MORE_PORTS})
    # No container: the faults strike processes.
    redis = "local" if shutil.which("redis-server") else "bundled"
    options = StackOptions(redis=redis, port_offset=offset, leave_out=("scheduler",))
    world, _ = plan_stack(options, paths)
    ports = {name: port + offset for name, port in _MORE_PORTS.items()}
    core = {"CORE_API_URL": f"http://{HOST}:{ports[_PROXY]}"}
    services: list[Service] = []
    for service in service_table(world):
        if service.name != FIRST_BOTS:
            services.append(service)
            continue
        first = replace(service, environment={**service.environment, **core})
        services += [first, _another(first, SECOND_BOTS, ports)]
    third = _another(next(each for each in services if each.name == FIRST_BOTS), THIRD_BOTS, ports)
    return ChaosTable(world, services, third, ports[_PROXY])


def _another(bots: Service, name: str, ports: Mapping[str, int]) -> Service:
    """Return the bots process once more, under another name and at another port."""
    port = str(ports[name])
    old = bots.url.rpartition(":")[2]
    return replace(
        bots,
        name=name,
        command=[port if part == old else part for part in bots.command],
        probe=http_ready(int(port)),
        url=f"http://{HOST}:{port}",
    )


def _free_offset(wanted: Mapping[str, int]) -> int:
    """Return an offset at which every port is free, begun at one's own so that two runs differ."""
    span = (_LAST_OFFSET - _FIRST_OFFSET) // _STEP
    for turn in range(span):
        offset = _FIRST_OFFSET + (os.getpid() + turn) % span * _STEP
        if all(is_free(port + offset) for port in wanted.values()):
            return offset
    raise PortError(
        "no free range of ports was found",
        why=f"programs hold ports everywhere from {_FIRST_OFFSET + 5000} to {_LAST_OFFSET + 9000}",
        mend="end some of them, then run the command again",
    )
