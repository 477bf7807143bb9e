"""The core's tests run against their own PostgreSQL."""

from tests.core_environment import django_db_modify_db_settings

# A conftest's fixture beats pytest-django's of the same name; a plugin's does not.
__all__ = ["django_db_modify_db_settings"]
