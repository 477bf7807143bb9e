"""What can go wrong between a bot and the core.

EngageError
└── CoreError
    ├── CoreUnavailableError   no usable answer within the time that a learner waits
    └── CoreRefusalError       the core said no; carries status, code and fields
        ├── LearnerNotFoundError
        ├── WordUnknownError
        └── CoreAccessError    a wrong key, or a learner of another bot
"""

from collections.abc import Mapping

from utils.errors import EngageError


class CoreError(EngageError):
    """Root of what goes wrong between a bot and the core."""


class CoreUnavailableError(CoreError):
    """The core gave no usable answer, also after repeats."""


class CoreRefusalError(CoreError):
    """The core refused a request.

    Attributes:
        status: the HTTP status.
        code: the core's own name of the error, such as `word_unknown`.
        message: the core's text, in English, for logs.
        fields: for each wrong field, what is wrong with it.
    """

    def __init__(
        self, *, status: int, code: str, message: str, fields: Mapping[str, list[str]]
    ) -> None:
        """Keep what the core said."""
        super().__init__(
            f"the core refused a request with {status} {code}",
            why=message or "it gave no reason",
            mend="look into the core's log: engagectl dev logs core",
        )
        self.status = status
        self.code = code
        self.message = message
        self.fields = dict(fields)


class LearnerNotFoundError(CoreRefusalError):
    """The core does not know the learner: make the learner, then ask again."""


class WordUnknownError(CoreRefusalError):
    """The word is not in the core's dictionary."""


class CoreAccessError(CoreRefusalError):
    """The bot's key is wrong, or the learner has never opened this bot."""


_BY_CODE: dict[str, type[CoreRefusalError]] = {
    "learner_not_found": LearnerNotFoundError,
    "word_unknown": WordUnknownError,
    "not_authenticated": CoreAccessError,
    "permission_denied": CoreAccessError,
}


def refusal(
    *, status: int, code: str, message: str, fields: Mapping[str, list[str]]
) -> CoreRefusalError:
    """Return the error that stands for the core's `code`."""
    error_class = _BY_CODE.get(code, CoreRefusalError)
    return error_class(status=status, code=code, message=message, fields=fields)
