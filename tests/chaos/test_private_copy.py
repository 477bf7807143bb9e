"""A run's own installation: the programs and nothing of the person's; what was left is removed."""

import os
from pathlib import Path

import pytest

from engagectl.chaos.private_copy import bot_name, forget_persons_settings, make_private_copy
from tests.stack import REPOSITORY
from utils.bot_registry import find_bot_folders
from utils.env_files import read_env_file


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A person's installation: a bot, settings and data of its own."""
    for package in ("api_gateway", "engageai_core", "engagectl", "utils"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"# {package}\n")
    for bot in ("bots/engine", "bots/my_bot/handlers"):
        (tmp_path / bot).mkdir(parents=True)
        (tmp_path / bot / "__init__.py").touch()
    (tmp_path / "bots" / "my_bot" / ".env").write_text("BOT_TOKEN=1:mine\n")
    (tmp_path / "engageai_core" / ".env").write_text("OPENAI_API_KEY=mine\n")
    (tmp_path / ".engage" / "postgres").mkdir(parents=True)
    return tmp_path


def _written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_copy_has_the_programs_and_bots_of_its_own(installation: Path):
    before = _written(installation)
    paths = make_private_copy(installation, bots=3, is_kept=False)
    assert paths.root.is_relative_to(installation / ".engage" / "chaos")
    assert (paths.root / "utils" / "__init__.py").read_text() == "# utils\n"
    bots = find_bot_folders(paths.root / "bots")
    assert [bot.name for bot in bots] == [bot_name(index) for index in range(3)]
    core = read_env_file(paths.root / "engageai_core" / ".env")
    assert core.get("OPENAI_API_KEY") != "mine"
    keys = {core[f"BOT_SYSTEM_KEY_{number}"] for number in (1, 2, 3)}
    assert keys == {read_env_file(bot.env_file)["DRF_INTERNAL_KEY"] for bot in bots}
    after = _written(installation)
    assert {name: after[name] for name in before} == before


def test_the_bots_are_whole_programs(installation: Path):
    paths = make_private_copy(installation, bots=1, is_kept=False)
    folder = paths.root / "bots" / bot_name(0)
    sources = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    assert set(sources) == {"__init__.py", "config.py", "handlers/__init__.py"}
    for name, source in sources.items():
        compile(source, name, "exec")


def test_what_a_killed_run_left_is_removed_and_what_lives_or_was_kept_stays(installation: Path):
    chaos = installation / ".engage" / "chaos"
    names = [
        f"run-{2**22 + 1}-abc",
        f"run-{os.getpid()}-abc",
        f"kept-{2**22 + 1}-abc",
        "logs-1-abc",
    ]
    for name in names:
        (chaos / name).mkdir(parents=True)
    make_private_copy(installation, bots=1, is_kept=True)
    assert {name for name in names if (chaos / name).exists()} == set(names[1:])


def test_a_persons_settings_leave_the_environment(monkeypatch: pytest.MonkeyPatch):
    kept = {"PATH": "/bin", "HOME": "/root", "LC_ALL": "C"}
    persons = {"DB_HOST": "db", "REDIS_URL": "redis://x", "ENGAGE_CORE_ENV_FILE": "/secret/.env"}
    environment = {**kept, **persons}
    monkeypatch.setattr(os, "environ", environment)
    forget_persons_settings()
    assert environment == kept


def test_every_package_that_the_services_import_is_copied():
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests"}
    copied = {"api_gateway", "bots", "engageai_core", "engagectl", "utils"}
    assert packages == copied
