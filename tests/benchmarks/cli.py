"""`engagectl --help` against a bare Typer program with as many commands, in turns."""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Bar, Report
from tests.stack import REPOSITORY

_ROUNDS = 21
_TARGET = 1.3
_BARE_PROGRAM = """
import typer

app = typer.Typer()
{groups}

if __name__ == "__main__":
    app()
"""
_BARE_GROUP = """
group_{number} = typer.Typer()
app.add_typer(group_{number}, name="group-{number}", help="Group {number}.")
"""
_BARE_COMMAND = '''
@group_{group}.command("command-{number}")
def command_{group}_{number}(name: str = "x", often: int = 1, loud: bool = False) -> None:
    """Do thing {number}."""
'''


def measure() -> Report:
    """Return the medians of both programs' wall-clock seconds and their ratio."""
    groups = _command_groups()
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE_PROGRAM.format(groups=_bare_groups(groups)), encoding="utf-8")
        commands = {
            "bare": [sys.executable, str(bare), "--help"],
            "engagectl": [str(Path(sys.executable).with_name("engagectl")), "--help"],
        }
        times = _in_turns(commands)
    ratio = times["engagectl"] / times["bare"]
    figures = {
        "engagectl_s": round(times["engagectl"], 4),
        "bare_typer_s": round(times["bare"], 4),
        "ratio": round(ratio, 3),
        "commands": sum(groups),
        "rounds": _ROUNDS,
    }
    return Report("cli", figures, [Bar("help_ratio", round(ratio, 3), _TARGET)])


def _command_groups() -> list[int]:
    """Return the number of commands in each of engagectl's groups, read from its own help."""
    names = _listed_commands()
    return [max(1, len(_listed_commands(name))) for name in names]


def _listed_commands(*path: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "engagectl", *path, "--help"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
        env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    _, _, listed = done.stdout.partition("Commands")
    return re.findall(r"^[│\s]\s?([a-z][a-z0-9-]*)\s{2,}", listed, flags=re.MULTILINE)


def _bare_groups(groups: list[int]) -> str:
    parts: list[str] = []
    for number, size in enumerate(groups):
        parts.append(_BARE_GROUP.format(number=number))
        parts += [_BARE_COMMAND.format(group=number, number=each) for each in range(size)]
    return "".join(parts)


def _in_turns(commands: dict[str, list[str]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(_ROUNDS):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) for name, values in taken.items()}
