"""The core's programs, started the way an operator starts them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.core_environment import ENVIRONMENT
from tests.services import REPOSITORY, Program

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts programs with the suite's environment, and ends them."""
    running: list[Program] = []

    def start_program(*command: str, cwd: Path = REPOSITORY, **changes: str) -> Program:
        environment = {**ENVIRONMENT, "PYTHONPATH": str(REPOSITORY), **changes}
        log = tmp_path / f"{len(running)}.log"
        running.append(Program(command, cwd=cwd, environment=environment, log=log))
        return running[-1]

    yield start_program
    for program in running:
        program.stop()


def database_settings() -> dict[str, str]:
    """Return the settings of the database that this test's connection uses."""
    used = connection.settings_dict
    return {f"DB_{name}": str(used[name]) for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
