"""`engagectl queue broadcasts`: what the core's own command reports, or why it does not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engagectl.queue_scene import environment
from tests.services import REPOSITORY

_BROADCAST = {
    "id": 3, "bot_number": 1, "state": "running", "started_at": "2026-03-01T09:00:00+00:00",
    "finished_at": None, "is_prepared": True, "total": 1000, "waiting": 620, "queued": 80,
    "sent": 290, "blocked": 9, "failed": 1, "rate_per_second": 24.6, "eta_seconds": 700,
}  # fmt: skip


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose core says what a test puts into its `answer.py`."""
    root = tmp_path_factory.mktemp("clone")
    for package in ("engagectl", "utils"):
        skipped = shutil.ignore_patterns("__pycache__", "simulator")
        shutil.copytree(REPOSITORY / package, root / package, ignore=skipped)
    (root / "engageai_core").mkdir()
    (root / "engageai_core" / "__init__.py").touch()
    (root / "api_gateway").mkdir()
    (root / "api_gateway" / ".env").write_text("BOT_NAME_1=english_bot\n")
    return root


def _run(clone: Path, core: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (clone / "engageai_core" / "manage.py").write_text(f"import sys\n{core}\n")
    return subprocess.run(
        [sys.executable, "-m", "engagectl", "queue", "broadcasts", *arguments],
        cwd=clone, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**environment("redis://127.0.0.1:1/0"), "PYTHONPATH": str(clone)},
    )  # fmt: skip


def _prints(value: object) -> str:
    return f"assert sys.argv[1:] == ['broadcast_progress', '--json']\nprint({json.dumps(value)!r})"


def test_each_broadcasts_progress_is_handed_on(clone: Path):
    done = _run(clone, _prints({"broadcasts": [_BROADCAST]}), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"broadcasts": [{"bot": "english_bot", **_BROADCAST}]}


def test_a_table_shows_numbers_and_what_is_left(clone: Path):
    done = _run(clone, _prints({"broadcasts": [_BROADCAST]}))
    row = next(line for line in done.stdout.splitlines() if "english_bot" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "3", "english_bot", "running", "1000", "620", "80", "290", "9", "1", "24.6/s", "12 min",
    ]  # fmt: skip


def test_no_broadcast_is_no_error(clone: Path):
    done = _run(clone, _prints({"broadcasts": []}))
    assert (done.returncode, done.stdout) == (0, "")
    assert "there is no broadcast" in done.stderr


@pytest.mark.parametrize(
    ("core", "said"),
    [
        ("sys.exit('the database is away')", "the database is away"),
        ("print('hello')", "holds no broadcasts"),
        ("print('{}')", "holds no broadcasts"),
        ("print('[]')", "holds no broadcasts"),
    ],
)
def test_a_core_that_fails_is_exit_code_1_with_its_own_words(clone: Path, core: str, said: str):
    done = _run(clone, core, "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
