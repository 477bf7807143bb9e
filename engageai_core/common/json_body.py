"""Reads the body of a request: JSON in UTF-8, of a sane size and depth, made of real text."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json as strict_json

LARGEST_BODY = 1024 * 1024
DEEPEST = 32


class BodyTooLargeError(APIException):
    """The body has more bytes than any call of ours needs."""

    # ApiError itself cannot be used: DRF's views import the parsers while they are imported.
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = f"The body has more than {LARGEST_BODY} bytes."


class JsonBodyParser(JSONParser):
    """Turns what cannot be worked with into a refusal before any field is looked at."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 (DRF's signature)
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the parsed body.

        Raises:
            BodyTooLargeError: it has too many bytes.
            ParseError: it is no JSON, too deep, or has half of a surrogate pair in a text.
        """
        body: bytes = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError
        try:
            parsed = strict_json.loads(body.decode())
        except (ValueError, RecursionError):
            raise ParseError("The body is no JSON in UTF-8.") from None
        if _is_too_deep(parsed):
            raise ParseError(f"The body is nested more than {DEEPEST} deep.")
        if b"\\u" in body and not _is_text(parsed):
            raise ParseError("A text in the body is no Unicode: it has half of a surrogate pair.")
        return parsed


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
