"""The simulator as a process of its own, started as the stack starts it."""

import signal
from pathlib import Path

from tests.services import REPOSITORY, Program, free_port


class SimulatorProcess:
    """A running simulator with its own state."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.port = free_port()
        self.program: Program | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, **environment: str) -> Program:
        """Start it and wait until it listens."""
        self.program = self.launch(**environment)
        self.program.wait_for_port(self.port)
        return self.program

    def launch(self, **environment: str) -> Program:
        """Start it without waiting."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        command = ["-m", "engagectl.simulator", "--port", str(self.port)]
        return Program(
            [*command, "--state-dir", str(self.state_dir)],
            cwd=REPOSITORY,
            environment={"PYTHONPATH": str(REPOSITORY), **environment},
            log=self.state_dir.parent / f"{self.state_dir.name}.log",
        )

    def stop(self) -> None:
        """Stop it in order."""
        assert self.program is not None
        # uvicorn ends in order and then by the signal that asked for it.
        assert self.program.stop() in (0, -signal.SIGTERM), self.program.output
        assert "Application shutdown complete" in self.program.output

    def kill(self) -> None:
        """Kill it without warning."""
        assert self.program is not None
        self.program.process.kill()
        self.program.process.wait()
