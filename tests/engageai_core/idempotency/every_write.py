"""Every writing call of the API, found in the URL configuration, each with a body that works."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.views import APIView

PERSON = {"first_name": "Anna", "chat_id": 1001}
BODIES: dict[tuple[str, str], Any] = {
    ("learner", "put"): PERSON,
    ("learner", "patch"): {"language": "ru"},
    ("feedback", "post"): {"text": "Thank you!"},
    ("chat", "patch"): {"is_blocked": True},
    ("activities", "post"): {"kind": "lesson"},
    ("current-activity", "delete"): None,
    ("answers", "post"): {"dont_know": True},
    ("words", "post"): {"text": "library"},
    ("push-outcomes", "post"): {"outcomes": []},
}
"""A body with which each call succeeds; an endpoint that is not here fails the walk."""


@dataclass(frozen=True)
class Write:
    """One writing call."""

    name: str
    method: str
    takes_learner: bool

    @property
    def path(self) -> str:
        """Its address, for the learner 1001."""
        return reverse(self.name, args=[1001] if self.takes_learner else [])


def every_write() -> list[Write]:
    """Return all writing calls below /api/v1/."""
    found = []
    for pattern in _patterns(get_resolver().url_patterns, ""):
        view = getattr(pattern.callback, "cls", None)
        assert view is not None, f"{pattern.name} is no API view"
        assert issubclass(view, APIView)
        found += [
            Write(str(pattern.name), method, bool(pattern.pattern.converters))
            for method in ("post", "put", "patch", "delete")
            if hasattr(view, method)
        ]
    return found


def _patterns(entries: list[Any], prefix: str) -> Iterator[URLPattern]:
    for entry in entries:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver) and "api/v1/".startswith(route[:7]):
            yield from _patterns(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith("api/v1/"):
            yield entry
