"""The command line: exit codes, three-line errors, one JSON document, and a light help."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import REPOSITORY

_HEAVY = {"pydantic", "httpx2", "docker", "psutil", "rich.table", "django", "aiogram", "fastapi",
          "redis", "asyncio"}  # fmt: skip
_SHIPPED = ("api_gateway", "bots", "engageai_core", "engagectl", "utils")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose code is the repository's, and whose `.env` files and state are its own."""
    root = tmp_path_factory.mktemp("clone")
    for name in _SHIPPED:
        (root / name).mkdir()
    for package in ("engagectl", "utils"):
        (root / package).rmdir()
        _copy(REPOSITORY / package, root / package)
    return root


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "simulator"))


def _run(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engagectl", *arguments],
        cwd=clone, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(clone), "NO_COLOR": "1", "COLUMNS": "120"},
    )  # fmt: skip


def test_help_loads_nothing_heavy():
    program = (
        "import sys\nsys.argv = ['engagectl', '--help']\nfrom engagectl.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nsys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=REPOSITORY, env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    assert "webhook" in done.stdout
    own = {name for name in done.stderr.split() if name.startswith("engagectl.")}
    assert own <= {"engagectl.cli", "engagectl.console", "engagectl.commands"} | {
        f"engagectl.commands.{group}" for group in ("bots", "dev", "env", "queue", "run", "webhook")
    }
    # Typer shows help by rich's tables; everything else must stay away.
    assert (_HEAVY - {"rich.table", "asyncio"}) & set(done.stderr.split()) == set()


def test_a_misspelt_command_is_wrong_usage_with_a_suggestion(clone: Path):
    done = _run(clone, "env", "chek")
    assert done.returncode == 2
    assert "check" in done.stderr


def test_faults_of_the_env_files_are_exit_code_3(clone: Path):
    done = _run(clone, "env", "check", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["ok"] is False


def test_a_stack_that_does_not_run_is_exit_code_3(clone: Path):
    done = _run(clone, "dev", "status", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["services"] == []


def test_an_error_is_three_lines_and_exit_code_1(clone: Path):
    done = _run(clone, "bots", "add", "json")
    assert done.returncode == 1
    what, why, mend = done.stderr.strip().splitlines()
    assert what.startswith("error: ")
    assert why.startswith("  why: ")
    assert mend.startswith("  do:  ")


def test_debug_shows_where_an_error_arose(clone: Path):
    assert "Traceback" in _run(clone, "--debug", "bots", "add", "json").stderr


def test_a_malformed_env_file_is_named_with_its_line(clone: Path):
    path = clone / "api_gateway" / ".env"
    path.write_text("FINE=1\nnot an assignment\n")
    done = _run(clone, "env", "init")
    path.unlink()
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("dev", "smoke"), ("dev", "restart", "core")])
def test_what_needs_the_stack_says_so_without_one(clone: Path, command: tuple[str, ...]):
    done = _run(clone, *command)
    assert done.returncode == 1
    assert "engagectl dev up" in done.stderr


def test_down_without_a_stack_is_well(clone: Path):
    assert _run(clone, "dev", "down").returncode == 0
