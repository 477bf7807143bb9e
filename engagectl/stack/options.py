"""What `dev up` was asked to do."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StackOptions:
    """The choices of one start.

    Attributes:
        redis: `auto`, `docker`, `local`, `bundled`, or the address of a server.
        port_offset: added to every default port.
        only: services to start, all when empty.
        leave_out: services not to start.
        simulator: whether Telegram is simulated.
        begun_at: Unix time at which the person's command began.
    """

    redis: str = "auto"
    port_offset: int = 0
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    simulator: bool = True
    begun_at: float = 0.0

    def wants(self, service: str) -> bool:
        """Tell whether a service is to run."""
        if service == "simulator" and not self.simulator:
            return False
        return (not self.only or service in self.only) and service not in self.leave_out

    def document(self) -> dict[str, Any]:
        """Return the options as JSON-ready values."""
        return asdict(self)
