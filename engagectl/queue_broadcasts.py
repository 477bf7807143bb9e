"""How far broadcasts are: asked of the core, whose database keeps their books."""

import json
import os
import subprocess
import sys
from typing import Any

from engagectl.installation import numbers_of_bots, read_if_there, this_installation
from utils.errors import EngageError
from utils.settings import repository_root

_SECONDS = 60.0


class BroadcastsError(EngageError):
    """The core does not say how far its broadcasts are."""


def read_broadcasts() -> list[dict[str, Any]]:
    """Return the newest broadcasts as the core reports them, each with its bot's name.

    Raises:
        BroadcastsError: the core's command fails or gives no broadcasts.
        EnvFileError: the gateway's `.env` is malformed.
    """
    numbers = numbers_of_bots(read_if_there(this_installation().gateway_env))
    names = {number: name for name, number in numbers.items()}
    return [
        {"bot": names.get(str(each.get("bot_number")), ""), **each} for each in _told_by_the_core()
    ]


def _told_by_the_core() -> list[dict[str, Any]]:
    root = repository_root()
    command = [sys.executable, "-m", "engageai_core.manage", "broadcast_progress", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(root)}  # noqa: TID251 (handed on)
    try:
        done = subprocess.run(  # noqa: S603 (our own command, no shell)
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=_SECONDS, check=True,
        )  # fmt: skip
        broadcasts: list[dict[str, Any]] = json.loads(done.stdout)["broadcasts"]
    except subprocess.CalledProcessError as error:
        raise _failed("; ".join(error.stderr.strip().splitlines()[-3:])) from None
    except subprocess.TimeoutExpired:
        raise _failed(f"it did not answer within {_SECONDS:.0f} s") from None
    except (ValueError, LookupError, TypeError):
        raise _failed("its answer holds no broadcasts") from None
    return broadcasts


def _failed(why: str) -> BroadcastsError:
    return BroadcastsError(
        "the core does not say how far its broadcasts are",
        why=why or "it said nothing",
        mend="see whether its database answers: engagectl dev status",
    )
