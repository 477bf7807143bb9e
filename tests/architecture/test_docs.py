"""What can be set or typed is documented, and the documents lead nowhere wrong."""

import re
from pathlib import Path

import pytest
import typer
from pydantic_settings import BaseSettings

from api_gateway.settings import GatewaySettings
from bots.engine.settings import EngineSettings
from engageai_core.core_settings import CoreSettings
from engagectl.cli import app
from tests.stack import REPOSITORY

_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
_DOCUMENTS = [
    path for pattern in ("*.md", "docs/**/*.md", "bots/*.md") for path in REPOSITORY.glob(pattern)
]


@pytest.mark.parametrize("settings", [CoreSettings, GatewaySettings, EngineSettings])
def test_every_setting_is_documented(settings: type[BaseSettings]) -> None:
    documented = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in settings.model_fields if f"`{name.upper()}`" not in documented]
    assert missing == []


def test_every_command_is_documented() -> None:
    documented = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    root = typer.main.get_command(app)
    commands = [
        f"{group} {name}"
        for group, listed in root.commands.items()
        if group != "run"
        for name in listed.commands
    ]
    services = list(root.commands["run"].commands)
    missing = [command for command in commands if f"`{command}" not in documented]
    assert missing == []
    assert [service for service in services if service not in documented] == []


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_readme_is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
