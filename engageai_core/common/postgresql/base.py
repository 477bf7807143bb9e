"""The database backend; Django asks for a module of this name.

The embedded server is looked for at each new connection and not when the settings are read:
what needs no database starts none, and a server that went away or moved is found again.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base

from utils.embedded_postgres import PostgresAddress, ensure_running
from utils.settings import repository_root


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the server that HOST names, else to the embedded one."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg2 connects with.

        Raises:
            PostgresError: the embedded server is needed and cannot be started.
        """
        params: dict[str, Any] = super().get_connection_params()
        if not self.settings_dict["HOST"]:
            address = embedded_server()
            params |= {
                "host": address.host,
                "port": address.port,
                "user": address.user,
                "password": address.password,
            }
        return params


def embedded_server() -> PostgresAddress:
    """Return the address of the embedded server, started when it must be.

    Raises:
        PostgresError: it cannot be started.
    """
    state_dir = repository_root() / ".engage" / "postgres"
    return _lasting_thread(os.getpid()).submit(ensure_running, state_dir).result()


@lru_cache(maxsize=1)
def _lasting_thread(process: int) -> ThreadPoolExecutor:
    """Return a thread that lives as long as this process (a fork needs one of its own).

    The server ends with the thread that started it, which may not be one of a single request.
    """
    return ThreadPoolExecutor(1, thread_name_prefix=f"embedded-postgres-{process}")
