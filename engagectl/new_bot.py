"""`bots add`: the bot is made, and a running stack is told of it."""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from engagectl.bot_accounts import BotAccount
from engagectl.bot_listing import list_bots
from engagectl.bot_scaffold.scaffold import NewBot, add_bot
from engagectl.env_files import BotKeys, is_simulator_token
from engagectl.installation import Installation, this_installation
from engagectl.running_stack import RunningStack, find_running_stack
from utils.env_files import read_env_file
from utils.errors import EngageError

_SERVED_WITHIN_SECONDS = 15.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class MadeBot:
    """What `bots add` did.

    Attributes:
        name: the bot's name.
        number: its number in the gateway's and the core's file.
        folder: where it lies, from the root on.
        state: as in `bots list`.
        served_after_s: seconds from the folder's appearance until the running cluster served it.
        what_next: the next thing to do, for a person.
    """

    name: str
    number: str
    folder: str
    state: str
    served_after_s: float | None
    what_next: str

    def document(self) -> dict[str, object]:
        """Return it as JSON-ready values."""
        return asdict(self)


def read_token(*, from_stdin: bool, file: Path | None) -> str | None:
    """Return the token from standard input or a file, None when neither was asked for.

    Raises:
        EngageError: the file cannot be read, or both were asked for.
    """
    if from_stdin and file:
        raise EngageError(
            "the token is given twice",
            why="--token-stdin and --token-file exclude each other",
            mend="leave one of them out",
        )
    if from_stdin:
        return sys.stdin.readline().strip()
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EngageError(
            f"{file} cannot be read",
            why=type(error).__name__,
            mend="name the file that holds BotFather's token",
        ) from error


def make_and_serve(name: str, *, template: str, token: str | None) -> MadeBot:
    """Make a bot; when the stack runs, register it in the simulator and wait until it serves.

    Raises:
        EngageError: as `add_bot`; or the running cluster does not serve it.
    """
    installation, stack = this_installation(), find_running_stack()

    def introduce(keys: BotKeys) -> None:
        if stack and stack.simulator_url and stack.gateway_url:
            _register(installation, keys, stack.simulator_url, stack.gateway_url)

    new = add_bot(installation, name, template=template, token=token, introduce=introduce)
    begun = time.monotonic()
    shown = installation.shown(new.folder)
    if stack is None or stack.bots_url is None:
        return MadeBot(name, new.number, shown, "not running", None, "start it: engagectl dev up")
    _await_serving(installation, stack.bots_url, new)
    taken = round(time.monotonic() - begun, 2)
    return MadeBot(name, new.number, shown, "serving", taken, _what_next(stack, new))


def _await_serving(installation: Installation, bots_url: str, new: NewBot) -> None:
    deadline = time.monotonic() + _SERVED_WITHIN_SECONDS
    state = ""
    while time.monotonic() < deadline:
        rows = [row for row in list_bots(installation, bots_url) if row.name == new.name]
        state = rows[0].state if rows else "not loaded"
        if state == "serving":
            return
        if state.startswith("failed"):
            break
        time.sleep(_LOOK_SECONDS)
    raise EngageError(
        f"{new.name} is made, but the running bots do not serve it",
        why=state or "they give no answer",
        mend="see why: engagectl dev logs bots",
    )


def _register(
    installation: Installation, keys: BotKeys, simulator_url: str, gateway_url: str
) -> None:
    # httpx2 is slow to import, and needed only while the stack runs.
    from engagectl.telegram_webhook import register_in_simulator  # noqa: PLC0415

    secret = read_env_file(installation.gateway_env).get("WEBHOOK_SECRET", "")
    account = BotAccount(keys.bot_name, keys.bot_name, keys.number, keys.token, secret)
    asyncio.run(register_in_simulator([account], simulator_url, gateway_url))


def _what_next(stack: RunningStack, new: NewBot) -> str:
    if stack.simulator_url and stack.gateway_url:
        return f"it answers in the simulator: {stack.simulator_url}/"
    if is_simulator_token(read_env_file(new.folder / ".env")["BOT_TOKEN"]):
        return "it has a simulator's token, and this stack runs without the simulator"
    return f"tell Telegram of it: engagectl webhook set {new.name}"
