"""Django's own checks, as gates."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command

from tests.stack import REPOSITORY


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_deployment_check_is_clean_in_production() -> None:
    environment = {
        **os.environ,  # noqa: TID251 (handed on to a child)
        "ENGAGE_ENV": "production",
        "DJANGO_SECRET_KEY": "deploy-check-Zk3vQ9w1xT7bLr5mNc8sYd2fGh6jKp0aEuRiOo4",
        "DJANGO_ALLOWED_HOSTS": "core.example.org",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=REPOSITORY / "engageai_core",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
