"""The variables that each kind of `.env` knows: name, default and what it is for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One variable of a file.

    Attributes:
        name: as it stands in the file.
        default: what a new file gets; None leaves the variable out of it.
        is_secret: made at random when the file has none, and at least 32 characters long.
    """

    name: str
    default: str | None = ""
    is_secret: bool = False


@dataclass(frozen=True)
class Section:
    """Variables that belong together, under a comment."""

    comment: str
    variables: tuple[Variable, ...]


_BOTS_ADDRESS = Section(
    "Where the bots listen for what comes from inside.",
    (Variable("INTERNAL_BOT_API_IP", "127.0.0.1"), Variable("INTERNAL_BOT_API_PORT", "8002")),
)
_REDIS = Section("The queue.", (Variable("REDIS_URL", "redis://127.0.0.1:6379/0"),))
_OPTIONAL = Section(
    "", (Variable("ENGAGE_ENV", None), Variable("LOG_LEVEL", None), Variable("LOG_STYLE", None))
)

CORE = (
    Section(
        "Django. The secret signs sessions.",
        (
            Variable("DJANGO_SECRET_KEY", is_secret=True),
            Variable("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1"),
            Variable("DJANGO_DEBUG", None),
            Variable("DEFAULT_TIMEZONE", None),
        ),
    ),
    Section(
        "PostgreSQL. Without DB_HOST the server that comes with the installation is used.",
        tuple(Variable(f"DB_{name}") for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")),
    ),
    _REDIS,
    Section(
        "Any server that speaks OpenAI's protocol. Empty: the local tutor answers.",
        tuple(Variable(f"OPENAI_{name}") for name in ("API_KEY", "BASE_URL", "MODEL")),
    ),
    _BOTS_ADDRESS,
    Section(
        "The mail server for letters to operators.",
        tuple(Variable(f"EMAIL_{name}") for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD")),
    ),
    _OPTIONAL,
)
GATEWAY = (
    Section(
        "Where the gateway listens.",
        (Variable("FAST_API_IP", "127.0.0.1"), Variable("FAST_API_PORT", "8001")),
    ),
    Section(
        "What Telegram sends along with each update, and the public address it sends it to.",
        (Variable("WEBHOOK_SECRET", is_secret=True), Variable("WEBHOOK_HOST")),
    ),
    _BOTS_ADDRESS,
    _REDIS,
    Section(
        "How many entries a stream may hold, and who may send updates.",
        (
            Variable("QUEUE_HIGH_MARK", None),
            Variable("TELEGRAM_NETWORKS_ONLY", None),
            Variable("TRUSTED_PROXIES", None),
        ),
    ),
    _OPTIONAL,
)
BOTS = (
    _BOTS_ADDRESS,
    Section("The core's address.", (Variable("CORE_API_URL", "http://127.0.0.1:8000"),)),
    _REDIS,
    Section("Another Bot API server than Telegram's own.", (Variable("TELEGRAM_API_URL", None),)),
    Section(
        "How much may wait, how fast bots talk, how many of them stay in memory.",
        (
            Variable("QUEUE_HIGH_MARK", None),
            Variable("PACE_CHAT_BURST", None),
            Variable("PACE_PUSHES_A_SECOND", None),
            Variable("BOTS_KEPT_READY", None),
        ),
    ),
    _OPTIONAL,
)
BOT = ("BOT_NAME", "BOT_TOKEN", "BOT_INTERNAL_KEY", "DRF_INTERNAL_KEY")
CORE_NUMBERED = ("BOT_NAME_", "BOT_SYSTEM_KEY_")
GATEWAY_NUMBERED = (
    "BOT_NAME_",
    "BOT_TOKEN_",
    "BOT_INTERNAL_KEY_",
    "BOT_WEBHOOK_SECRET_",
    "BOT_WEBHOOK_SECRET_NEXT_",
)


def variables(sections: tuple[Section, ...]) -> list[Variable]:
    """Return all variables of a file, in order."""
    return [variable for section in sections for variable in section.variables]
