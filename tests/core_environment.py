"""Sets the core's environment before Django reads it, and gives it a PostgreSQL of its own.

Loaded with `-p` in pyproject.toml, because pytest-django reads the settings before any conftest.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from utils.embedded_postgres import EmbeddedPostgres

ENVIRONMENT = {
    "ENGAGE_CORE_ENV_FILE": "/nonexistent/engageai-tests.env",
    "ENGAGE_ENV": "development",
    "DB_HOST": "127.0.0.1",
    "DB_PORT": "1",
    "DB_NAME": "engageai",
    "DB_USER": "engage",
    "DB_PASSWORD": "set when the server starts",
    "OPENAI_API_KEY": "",
    "BOT_SYSTEM_KEY_1": "core-tests-key-of-the-english-bot-0001",
    "BOT_NAME_1": "english_bot",
    "BOT_SYSTEM_KEY_2": "core-tests-key-of-the-vocabulary-bot-2",
    "BOT_NAME_2": "vocabulary_bot",
}
os.environ.update(ENVIRONMENT)  # noqa: TID251 (this is the suite's settings module)


@pytest.fixture(scope="session")
def core_postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that belongs to this test run alone, not started yet."""
    with tempfile.TemporaryDirectory(prefix="engageai-postgres-") as folder:
        server = EmbeddedPostgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(core_postgres: EmbeddedPostgres) -> None:
    """Point Django at this run's PostgreSQL, which is started for the first test that needs it."""
    from django.db import connections  # noqa: PLC0415 (settings first)

    address = core_postgres.start(port=_free_port())
    connections["default"].settings_dict.update(
        HOST=address.host, PORT=address.port, NAME=address.name,
        USER=address.user, PASSWORD=address.password,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
