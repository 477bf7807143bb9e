"""The services' logs: their last lines, and a fresh file when one has grown too large."""

import contextlib
import os
from pathlib import Path

_LOG_BYTES = 10 * 1024 * 1024


def tail(path: Path, count: int) -> list[str]:
    """Return a file's last `count` lines, none when it cannot be read."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 65536))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-count:]


def rotate(log: Path) -> None:
    """Put a log aside when it has grown too large."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
