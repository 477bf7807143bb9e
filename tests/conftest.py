"""Fixtures that more than one part of the suite uses."""

from collections.abc import Iterator

import pytest

from tests.core_environment import django_db_modify_db_settings
from tests.stack import StackCopy

# A conftest's fixture beats pytest-django's of the same name; a plugin's does not.
__all__ = ["django_db_modify_db_settings"]


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackCopy]:
    """The whole stack, up and healthy, shared by the tests that only talk to it."""
    stack = StackCopy(tmp_path_factory.mktemp("stack"))
    started = stack.up()
    if started.code != 0:
        stack.down()
        pytest.fail(f"the stack did not come up:\n{started.out}\n{started.err}")
    yield stack
    stopped = stack.down()
    assert stopped.code == 0, stopped.err
