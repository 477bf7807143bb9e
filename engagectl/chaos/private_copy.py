"""A private installation for one run: a copy of the programs, with bots and settings of its own."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from engagectl.env_files import write_env_files
from engagectl.installation import Installation
from engagectl.stack.paths import StackPaths
from utils.bot_registry import find_bot_folders

_PACKAGES = ("api_gateway", "bots", "engageai_core", "engagectl", "utils")
_TEMPLATE = Path(__file__).parent / "bot_template"
_RUN, _KEPT = "run", "kept"
_KEPT_VARIABLES = frozenset(
    {"CI", "COLUMNS", "HOME", "LANG", "NO_COLOR", "PATH", "TERM", "TMPDIR", "TZ", "VIRTUAL_ENV"}
)
_KEPT_PREFIXES = ("DYLD_", "LC_", "LD_")


def bot_name(index: int) -> str:
    """Return the name and folder of the bot of an index that begins at 0."""
    return f"chaos_bot_{index + 1}"


def forget_persons_settings() -> None:
    """Take everything out of this process's environment that could lead services astray.

    A variable beats a `.env` file: a person's database or Redis must not be met here.
    """
    for name in list(os.environ):  # noqa: TID251 (emptied, not read)
        if name not in _KEPT_VARIABLES and not name.startswith(_KEPT_PREFIXES):
            del os.environ[name]  # noqa: TID251


def make_private_copy(root: Path, *, bots: int, is_kept: bool) -> StackPaths:
    """Copy the programs of the installation at `root` below its `.engage/chaos`, and add bots.

    Nothing of the person's is copied: no bot, no `.env`, no data. What a run that was killed left
    is removed first.
    """
    chaos_dir = root / ".engage" / "chaos"
    chaos_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left_runs(chaos_dir)
    # The process's number tells the next run whether this one still lives.
    name = f"{_KEPT if is_kept else _RUN}-{os.getpid()}-{secrets.token_hex(3)}"
    copy = chaos_dir / name
    copy.mkdir(mode=0o700)
    persons_bots = [folder.name for folder in find_bot_folders(root / "bots")]
    ignored = shutil.ignore_patterns(".env", ".env.*", "*.egg-info", ".*_cache", *persons_bots)
    for package in _PACKAGES:
        shutil.copytree(root / package, copy / package, ignore=ignored)
    for index in range(bots):
        _make_bot(copy / "bots" / bot_name(index))
    paths = StackPaths(copy)
    paths.make()
    write_env_files(_installation_at(copy))
    return paths


def keep_logs(paths: StackPaths) -> Path:
    """Copy the services' logs to a folder that stays, and return it."""
    kept = paths.root.parent / f"logs-{paths.root.name.removeprefix(f'{_RUN}-')}"
    shutil.copytree(paths.logs_dir, kept, dirs_exist_ok=True)
    return kept


def _installation_at(root: Path) -> Installation:
    """Name the files by their usual places, whatever the environment says of them."""
    return Installation(
        root=root,
        core_env=root / "engageai_core" / ".env",
        gateway_env=root / "api_gateway" / ".env",
        bots_env=root / "bots" / ".env",
    )


def _make_bot(folder: Path) -> None:
    for template in _templates():
        target = folder / template.relative_to(_TEMPLATE).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template, target)


def _templates() -> Iterator[Path]:
    return _TEMPLATE.rglob("*.py.tmpl")


def _remove_left_runs(chaos_dir: Path) -> None:
    for folder in chaos_dir.glob(f"{_RUN}-*"):
        owner = folder.name.split("-")[1]
        if not owner.isdecimal() or not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
