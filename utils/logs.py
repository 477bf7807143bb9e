"""How every service logs: one line a record, to standard error, with secrets taken out."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

current_trace: ContextVar[str] = ContextVar("current_trace", default="")
"""The id of the update in hand, in every line logged meanwhile; "" when there is none."""

_SECRETS = (
    # A Telegram bot token, wherever it stands (also inside a Bot API address).
    (re.compile(r"(?<!\d)(\d{3,20}):[A-Za-z0-9_-]{20,}"), r"\1:••••"),
    (
        re.compile(
            r"(?i)\b((?:x-internal-key|secret[-_]token|api[-_]key|password)\W{1,4})[^\s\"',&]+"
        ),
        r"\1••••",
    ),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"), "sk-••••"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1••••@"),
)


def without_secrets(text: str) -> str:
    """Return `text` with bot tokens, keys and passwords in addresses blotted out."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class _LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        trace = current_trace.get()
        return (
            f"{super().formatMessage(record)} [{trace}]" if trace else super().formatMessage(record)
        )


class _JsonFormatter(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        trace = current_trace.get()
        if trace:
            entry["trace"] = trace
        if record.exc_info:
            entry["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def set_up_logging(
    service: str, *, level: str = "INFO", style: Literal["text", "json"] = "text"
) -> None:
    """Send all of the process's logging to standard error in one form.

    Args:
        service: the service's name, part of every JSON record.
        level: the least level shown, by its standard name.
        style: `text` for people, `json` for collectors.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter(service)
        if style == "json"
        else _LineFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
