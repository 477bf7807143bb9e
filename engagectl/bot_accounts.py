"""The bots as Telegram knows them: name, token and the secret of their webhook."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from engagectl.installation import Installation, numbers_of_bots, read_if_there
from utils.bot_registry import BOT_NAME, BotFolder
from utils.env_files import EnvFileError, read_env_file
from utils.errors import EngageError


class UnknownBotError(EngageError):
    """No bot has the name that was given."""


@dataclass(frozen=True)
class BotAccount:
    """One bot of this installation.

    Attributes:
        folder: the folder's name.
        bot_name: its name in the webhook's path.
        number: its number in the gateway's file, empty when it has none there.
        token: Telegram's, or the simulator's.
        secret: what Telegram sends along with each update.
    """

    folder: str
    bot_name: str
    number: str
    token: str = field(repr=False)
    secret: str = field(repr=False)


def read_accounts(installation: Installation) -> list[BotAccount]:
    """Return the bots whose own `.env` can be used; the others are for `env check` to name.

    Raises:
        EnvFileError: the gateway's file is malformed.
    """
    gateway = read_if_there(installation.gateway_env)
    found = [_account(folder, gateway) for folder in installation.bot_folders()]
    return [account for account in found if account is not None]


def choose_accounts(
    accounts: Sequence[BotAccount], names: Sequence[str], *, everyone: bool
) -> list[BotAccount]:
    """Return the bots that were named, by BOT_NAME or folder.

    Raises:
        UnknownBotError: a name is no bot's, or none is given and not everyone is meant.
    """
    if everyone:
        return list(accounts)
    if not names:
        raise UnknownBotError(
            "no bot is named",
            why="the command acts on the bots that it is given",
            mend="name them, or add --all",
        )
    return [_by_name(accounts, name) for name in names]


def _by_name(accounts: Sequence[BotAccount], name: str) -> BotAccount:
    for account in accounts:
        if name in (account.bot_name, account.folder):
            return account
    known = [account.bot_name for account in accounts]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    raise UnknownBotError(
        f"there is no bot called {name}",
        why=f"the bots are: {', '.join(known) or 'none with a usable .env'}",
        mend=f"did you mean {near[0]}?" if near else "see: engagectl bots list",
    )


def _account(folder: BotFolder, gateway: dict[str, str]) -> BotAccount | None:
    try:
        own = read_env_file(folder.env_file)
    except EnvFileError:
        return None
    bot_name = own.get("BOT_NAME") or folder.name
    token = own.get("BOT_TOKEN", "")
    if not token or not BOT_NAME.fullmatch(bot_name):
        return None
    number = numbers_of_bots(gateway).get(bot_name, "")
    secret = (
        gateway.get(f"BOT_WEBHOOK_SECRET_NEXT_{number}")
        or gateway.get(f"BOT_WEBHOOK_SECRET_{number}")
        or gateway.get("WEBHOOK_SECRET", "")
    )
    return BotAccount(folder.name, bot_name, number, token, secret)
