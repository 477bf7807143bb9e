"""`utils` is no drawer: every module in it is a rule that two parts share."""

import ast
from pathlib import Path

import pytest

from tests.stack import REPOSITORY

_PARTS = ("api_gateway", "bots", "engageai_core", "engagectl")
_MODULES = sorted(
    path.stem for path in (REPOSITORY / "utils").glob("*.py") if not path.stem.startswith("_")
)


def _imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


@pytest.mark.parametrize("module", _MODULES)
def test_a_shared_module_is_used_by_two_parts(module: str) -> None:
    users = {
        part
        for part in _PARTS
        for path in (REPOSITORY / part).rglob("*.py")
        if f"utils.{module}" in _imports_of(path)
    }
    assert len(users) >= 2, f"utils/{module}.py is used by {sorted(users) or 'nobody'} alone"


@pytest.mark.parametrize("module", _MODULES)
def test_a_shared_module_is_named_after_its_rule(module: str) -> None:
    assert not {"helpers", "common", "misc", "tools"} & set(module.split("_"))
