"""State on disk: a log of the last value of each key, written by a thread of its own."""

import contextlib
import json
import logging
import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

_logger = logging.getLogger(__name__)
_COMPACT_BYTES = 64 * 1024 * 1024
_STOP = None


class Journal:
    """Keeps `(kind, key) → JSON text`; a crash loses at most what was not written yet.

    Appending never waits for the disk: the thread writes what gathered since its last turn. A
    line cut off by a crash is dropped when the log is read.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the log in `folder`, which is made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "state.jsonl"
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)

    def load(self) -> Iterator[tuple[str, str, object]]:
        """Yield the last value of every key, in the order of their first writing."""
        self._compact()
        with contextlib.suppress(FileNotFoundError), self._path.open(encoding="utf-8") as log:
            for line in log:
                kind, key, value = json.loads(line)
                yield kind, key, value

    def start(self) -> None:
        """Begin to write; `load` comes before this."""
        self._thread.start()

    def put(self, kind: str, key: str, value: str) -> None:
        """Store a JSON text under a key."""
        self._lines.put(f"{_head(kind, key)}{value}]\n")

    def forget(self, kind: str, key: str) -> None:
        """Remove a key."""
        self._lines.put(f"{_head(kind, key)}null]\n")

    def close(self) -> None:
        """Write what is left and stop."""
        self._lines.put(_STOP)
        self._thread.join()

    def _write(self) -> None:
        goes_on = True
        while goes_on:
            batch, goes_on = self._gather()
            try:
                self._append("".join(batch))
            except OSError as error:
                _logger.error("the simulator's state was not written: %s", error)  # noqa: TRY400

    def _gather(self) -> tuple[list[str], bool]:
        batch: list[str] = []
        line = self._lines.get()
        while line is not _STOP:
            batch.append(line)
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _append(self, text: str) -> None:
        if not text:
            return
        with self._path.open("a", encoding="utf-8") as log:
            log.write(text)
            log.flush()
            os.fsync(log.fileno())
            size = log.tell()
        if size > _COMPACT_BYTES:
            self._compact()

    def _compact(self) -> None:
        """Rewrite the log with one line a key, replacing it in one step."""
        try:
            last = self._last_lines()
        except FileNotFoundError:
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as log:
            log.writelines(last.values())
            log.flush()
            os.fsync(log.fileno())
        fresh.chmod(0o600)
        fresh.replace(self._path)

    def _last_lines(self) -> dict[tuple[str, str], str]:
        last: dict[tuple[str, str], str] = {}
        with self._path.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                try:
                    kind, key, value = json.loads(line)
                except ValueError:
                    continue
                if value is None:
                    last.pop((kind, key), None)
                else:
                    last[kind, key] = line
        return last


def _head(kind: str, key: str) -> str:
    return f"[{json.dumps(kind)},{json.dumps(key)},"
