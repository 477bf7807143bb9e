"""The refusals of the Bot API, in Telegram's own words."""

from collections.abc import Mapping


class BotApiError(Exception):
    """A method's refusal, as the caller receives it."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        """Keep the HTTP status, the description and, for 429, the seconds to wait."""
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """Return the JSON document of the answer."""
        document: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            document["parameters"] = {"retry_after": self.retry_after}
        return document

    def headers(self) -> Mapping[str, str]:
        """Return the headers that belong to the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def bad_request(what: str) -> BotApiError:
    """Return a 400 that says `what` is wrong."""
    return BotApiError(400, f"Bad Request: {what}")


def forbidden(what: str) -> BotApiError:
    """Return a 403 that says `what` is not allowed."""
    return BotApiError(403, f"Forbidden: {what}")


def conflict(what: str) -> BotApiError:
    """Return a 409 that names the other side."""
    return BotApiError(409, f"Conflict: {what}")


def too_many_requests(retry_after: int) -> BotApiError:
    """Return a 429 that asks for `retry_after` seconds of patience."""
    return BotApiError(
        429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after
    )


class ControlError(Exception):
    """A refusal of the `/sim` API."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep the HTTP status, the code for programs and the text for people."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
