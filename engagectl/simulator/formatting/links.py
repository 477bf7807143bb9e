"""Links that a bot writes: to pages, or to people."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

_SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite", "mailto", "tel"})
_HOST = re.compile(r"[^\s/:@]+\.[^\s/:@.]+|localhost|\[[0-9a-fA-F:]+\]|\d+(?:\.\d+){3}")


def link_entity(url: str) -> dict[str, Any] | None:
    """Return the type and address of a link, None for what Telegram takes for no link."""
    url = url.strip()
    parts = urlsplit(url if "://" in url or url.startswith(("tg:", "mailto:")) else f"http://{url}")
    if parts.scheme == "tg" and parts.netloc == "user":
        user_id = parse_qs(parts.query).get("id", [""])[0]
        return {"kind": "text_link", "url": url} if user_id.isdigit() else None
    if parts.scheme not in _SCHEMES:
        return None
    if parts.scheme in ("http", "https"):
        if not _HOST.fullmatch(parts.hostname or ""):
            return None
        return {"kind": "text_link", "url": parts._replace(path=parts.path or "/").geturl()}
    return {"kind": "text_link", "url": url}
