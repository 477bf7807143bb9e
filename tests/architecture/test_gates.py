"""The quality gates: each is a tool with its settings in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import REPOSITORY

_SCRIPTS = Path(sys.executable).parent


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff-rules"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff-format"),
        pytest.param(["mypy"], id="mypy-strict"),
        pytest.param(["lint-imports"], id="import-contracts"),
        pytest.param(["deptry", "."], id="declared-dependencies"),
    ],
)
def test_gate_is_clean(command: list[str]) -> None:
    done = _run(str(_SCRIPTS / command[0]), *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr
