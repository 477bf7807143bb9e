"""The Redis that holds the queue: which one it is, and how the CLI talks to it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from engagectl.installation import exported_redis_url, read_if_there, this_installation
from engagectl.running_stack import find_running_stack
from utils.errors import EngageError

_DEFAULT_URL = "redis://127.0.0.1:6379/0"
_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 10.0


class QueueConnectionError(EngageError):
    """The queue's Redis gives no usable answer."""


@dataclass(frozen=True)
class QueueConnection:
    """A connection to the queue.

    Attributes:
        client: gives bytes.
        address: where it is, without a password.
    """

    client: Redis
    address: str


@contextlib.contextmanager
def open_queue() -> Iterator[QueueConnection]:
    """Connect to the queue of this installation.

    Raises:
        QueueConnectionError: REDIS_URL is no address, or Redis refuses or gives no answer; also
            when that happens later, while the connection is used.
    """
    url = queue_url()
    address = _shown(url)
    try:
        client = Redis.from_url(
            url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise QueueConnectionError(
            "REDIS_URL is no address of a Redis",
            why=str(error),
            mend="set it in bots/.env, such as redis://127.0.0.1:6379/0",
        ) from None
    try:
        with contextlib.closing(client):
            yield QueueConnection(client, address)
    except RedisError as error:
        raise QueueConnectionError(
            f"the queue's Redis at {address} gives no usable answer",
            why=f"{type(error).__name__}: {error}",
            mend="see whether it runs: engagectl dev status; for another one set REDIS_URL",
        ) from None


def queue_url() -> str:
    """Return the address: REDIS_URL of the environment, the running stack's, or the written one.

    Raises:
        EnvFileError: `bots/.env` is malformed.
    """
    if told := exported_redis_url():
        return told
    stack = find_running_stack()
    if stack and stack.redis_url:
        return stack.redis_url
    return read_if_there(this_installation().bots_env).get("REDIS_URL") or _DEFAULT_URL


def _shown(url: str) -> str:
    """Return an address without the password that may stand in it."""
    parts = urlsplit(url)
    if not parts.hostname:
        return parts.path
    with contextlib.suppress(ValueError):
        return f"{parts.hostname}:{parts.port or 6379}{parts.path}"
    return parts.hostname
