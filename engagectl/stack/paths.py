"""Where the stack keeps its state: `.engage/` at the repository's root, nowhere else."""

from dataclasses import dataclass
from pathlib import Path

from utils.errors import EngageError
from utils.settings import repository_root


@dataclass(frozen=True)
class StackPaths:
    """The folders and files of one installation."""

    root: Path

    @property
    def state_dir(self) -> Path:
        """Everything the stack writes."""
        return self.root / ".engage"

    @property
    def run_dir(self) -> Path:
        """What belongs to the stack that runs now."""
        return self.state_dir / "run"

    @property
    def logs_dir(self) -> Path:
        """One log file for each service."""
        return self.state_dir / "logs"

    @property
    def state_file(self) -> Path:
        """What runs, as the supervisor last wrote it."""
        return self.run_dir / "state.json"

    @property
    def ports_file(self) -> Path:
        """Ports that were moved aside and are used again."""
        return self.state_dir / "ports.json"

    def log_file(self, service: str) -> Path:
        """Return a service's log."""
        return self.logs_dir / f"{service}.log"

    def ready_file(self, service: str) -> Path:
        """Return the file in which a service without an address says that it is ready."""
        return self.run_dir / f"{service}.ready"

    def make(self) -> None:
        """Make the folders, readable by their owner alone.

        Raises:
            EngageError: the disk is full or the folder cannot be written.
        """
        try:
            for folder in (self.state_dir, self.run_dir, self.logs_dir):
                folder.mkdir(mode=0o700, exist_ok=True)
            probe = self.run_dir / ".write-probe"
            probe.write_bytes(b"x" * 65536)
            probe.unlink()
        except OSError as error:
            raise EngageError(
                f"{self.state_dir} cannot be written",
                why=error.strerror or type(error).__name__,
                mend="free disk space or mend the folder's owner and permissions, then start again",
            ) from error


def installation_paths() -> StackPaths:
    """Return the paths of the installation this program belongs to."""
    return StackPaths(repository_root())
