"""A bot added to the core's `.env` may call at once, and one taken out no more."""

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from engageai_core.common.known_bots import known_bots
from utils.env_files import update_env_file, write_env_file
from utils.internal_auth import HEADER

pytestmark = pytest.mark.django_db
_KEY = "a-key-of-a-bot-that-came-later-000009"
_PERSON = {"first_name": "Аня", "chat_id": 43}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "core.env"
    monkeypatch.setenv("ENGAGE_CORE_ENV_FILE", str(path))
    known_bots.refresh()
    yield path
    monkeypatch.undo()
    known_bots.refresh()


def _status(key: str) -> int:
    client = APIClient(headers={HEADER: key})
    return client.put("/api/v1/learners/43/", _PERSON, format="json").status_code


def test_a_bot_comes_and_goes_without_a_restart(env_file: Path):
    assert _status(_KEY) == 401
    write_env_file(env_file, {"BOT_NAME_9": "late_bot", "BOT_SYSTEM_KEY_9": _KEY})
    assert _status(_KEY) in {200, 201}
    update_env_file(env_file, {}, remove=["BOT_NAME_9", "BOT_SYSTEM_KEY_9"])
    assert _status(_KEY) == 401


def test_a_file_with_a_fault_leaves_the_bots_as_they_were(env_file: Path):
    write_env_file(env_file, {"BOT_NAME_9": "late_bot", "BOT_SYSTEM_KEY_9": _KEY})
    assert _status(_KEY) in {200, 201}
    env_file.write_text("no assignment\n")
    assert _status(_KEY) in {200, 201}
