"""Whether the core lives, and whether it can serve."""

from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from utils.embedded_postgres import PostgresError

_MIGRATED = "health:migrated"


@require_safe
def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 (a view's signature)
    """Answer 200 as long as the process answers at all."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 (a view's signature)
    """Answer 200 when the database answers and has every migration, else 503 with the reason."""
    checks = {"database": _check_database()}
    if checks["database"] == "ok":
        checks["migrations"] = _check_migrations()
    is_ready = all(state == "ok" for state in checks.values())
    body = {"status": "ready" if is_ready else "not ready", "checks": checks}
    response = JsonResponse(body, status=200 if is_ready else 503)
    # Whoever asked was told; a supervisor asks ten times a second while the core starts.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (Django's mark)
    return response


def _check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (Error, PostgresError) as error:
        return f"failed: {type(error).__name__}; is PostgreSQL running?"
    return "ok"


def _check_migrations() -> str:
    """Look once: what this process needs never changes, and nothing is ever unapplied."""
    if cache.get(_MIGRATED):
        return "ok"
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "failed: migrations are missing; run: python manage.py migrate"
    cache.set(_MIGRATED, value=True, timeout=None)
    return "ok"
