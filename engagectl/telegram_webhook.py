"""Telegram's side of the webhooks, by plain HTTP to the Bot API."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from engagectl.bot_accounts import BotAccount, read_accounts
from engagectl.env_files import is_simulator_token
from engagectl.installation import installation_of
from utils.errors import EngageError
from utils.logs import without_secrets

TELEGRAM = "https://api.telegram.org"
_SECONDS = 20.0


class BotApiError(EngageError):
    """The Bot API refuses, or does not answer."""


class ForeignWebhookError(EngageError):
    """A bot's webhook points at a host that was not set from here."""


@dataclass(frozen=True)
class WebhookOrder:
    """How webhooks are to be set.

    Attributes:
        base_url: the gateway as Telegram reaches it.
        drop_pending: whether updates that wait are thrown away.
        take_over: whether a webhook at another host may be moved here.
        dry_run: whether to tell only what would be done.
    """

    base_url: str
    drop_pending: bool = False
    take_over: bool = False
    dry_run: bool = False

    def url_of(self, account: BotAccount) -> str:
        """Return the address of a bot's webhook."""
        return f"{self.base_url.rstrip('/')}/webhook/{account.bot_name}/"


class BotApi:
    """A Bot API server: Telegram's own, or the simulator."""

    def __init__(self, api_url: str, connections: httpx2.AsyncClient) -> None:
        """Call the server at `api_url` over `connections`."""
        self._api_url = api_url
        self._connections = connections

    async def call(self, account: BotAccount, method: str, **parameters: Any) -> Any:
        """Return a method's result.

        Raises:
            BotApiError: the server refuses or does not answer; the text holds no token.
        """
        if is_stranger_to(self._api_url, account):
            raise simulated_token_refused(account)
        url = f"{self._api_url}/bot{account.token}/{method}"
        try:
            answer = (await self._connections.post(url, json=parameters)).json()
        except (httpx2.HTTPError, ValueError) as error:
            raise BotApiError(
                f"{self._api_url} gives no answer to {method} of {account.bot_name}",
                why=without_secrets(f"{type(error).__name__}: {error}"),
                mend="see whether this machine reaches it, then run the command again",
            ) from None
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise _refusal(account, method, answer)
        return answer.get("result")


def is_stranger_to(api_url: str, account: BotAccount) -> bool:
    """Tell whether the bot's token means nothing to the server: a simulator's, at Telegram."""
    return api_url == TELEGRAM and is_simulator_token(account.token)


def simulated_token_refused(account: BotAccount) -> BotApiError:
    """Return the refusal to send a simulator's token to Telegram."""
    return BotApiError(
        f"{account.bot_name} has a token that only the simulator knows",
        why="the stack with its simulator does not run, and Telegram would refuse it",
        mend="start it: engagectl dev up; or put BotFather's token into "
        f"bots/{account.folder}/.env, then: engagectl env init",
    )


async def set_webhooks(
    api_url: str, accounts: Sequence[BotAccount], order: WebhookOrder, *, record: Path
) -> list[dict[str, str]]:
    """Set what differs and return, for each bot, `bot`, `url`, `outcome` and `error`.

    Outcomes: `unchanged`, `set`, `would be set`, `failed`. Nothing is deleted first, and pending
    updates are kept unless the order says otherwise. What was set is kept in `record`, because
    the Bot API never shows a secret.
    """
    async with _connections(api_url) as connections:
        api = BotApi(api_url, connections)
        tasks = (_set_one(api, account, order, record) for account in accounts)
        outcomes = await asyncio.gather(*tasks)
    kept = _read_record(record)
    for account, outcome in zip(accounts, outcomes, strict=True):
        if outcome["outcome"] in {"set", "unchanged"}:
            kept[account.bot_name] = {"url": outcome["url"], "secret": _digest(account)}
    if not order.dry_run:
        _write_record(record, kept)
    return list(outcomes)


async def webhook_infos(api_url: str, accounts: Sequence[BotAccount]) -> list[dict[str, Any]]:
    """Return what the Bot API says about each bot's webhook, or why it says nothing."""
    async with _connections(api_url) as connections:
        api = BotApi(api_url, connections)
        return list(await asyncio.gather(*(_info_of(api, account) for account in accounts)))


async def delete_webhooks(
    api_url: str, accounts: Sequence[BotAccount], *, drop_pending: bool
) -> list[dict[str, str]]:
    """Delete the bots' webhooks and return `bot`, `outcome` and `error` for each."""
    async with _connections(api_url) as connections:
        api = BotApi(api_url, connections)
        tasks = (_delete_one(api, account, drop_pending=drop_pending) for account in accounts)
        return list(await asyncio.gather(*tasks))


async def register_simulated_bots(root: Path, simulator_url: str, gateway_url: str) -> list[str]:
    """Make the installation's bots in the simulator, set their webhooks, return their BOT_NAMEs.

    Raises:
        BotApiError: the simulator does not answer.
    """
    accounts = read_accounts(installation_of(root))
    return await register_in_simulator(accounts, simulator_url, gateway_url)


async def register_in_simulator(
    accounts: Sequence[BotAccount], simulator_url: str, gateway_url: str
) -> list[str]:
    """Make bots in the simulator and set their webhooks.

    A bot that the simulator refuses, such as one with another's token, is left out of the
    BOT_NAMEs returned.

    Raises:
        BotApiError: the simulator does not answer.
    """
    async with _connections(simulator_url) as connections:
        taken = [
            account
            for account in accounts
            if await _make_simulated(connections, simulator_url, account)
        ]
        api = BotApi(simulator_url, connections)
        order = WebhookOrder(gateway_url)
        await asyncio.gather(*(_install(api, account, order) for account in taken))
    return [account.bot_name for account in taken]


def _connections(api_url: str) -> httpx2.AsyncClient:
    # A proxy of the environment leads to Telegram, never to one's own machine.
    is_near = urlsplit(api_url).hostname in {"127.0.0.1", "localhost"}
    return httpx2.AsyncClient(timeout=_SECONDS, trust_env=not is_near)


async def _make_simulated(
    connections: httpx2.AsyncClient, simulator_url: str, account: BotAccount
) -> bool:
    profile = {
        "username": account.bot_name,
        "token": account.token,
        "name": account.bot_name.replace("_", " ").capitalize(),
    }
    try:
        response = await connections.post(f"{simulator_url}/sim/bots", json=profile)
    except httpx2.HTTPError as error:
        raise BotApiError(
            f"the simulator does not take {account.bot_name}",
            why=without_secrets(f"{type(error).__name__}: {error}"),
            mend="see what it says: engagectl dev logs simulator",
        ) from None
    return response.is_success


async def _set_one(
    api: BotApi, account: BotAccount, order: WebhookOrder, record: Path
) -> dict[str, str]:
    url = order.url_of(account)
    try:
        present = (await api.call(account, "getWebhookInfo")).get("url", "")
        known = _read_record(record).get(account.bot_name, {})
        if present == url and not order.drop_pending and _same_secret(known, url, account):
            return {"bot": account.bot_name, "url": url, "outcome": "unchanged", "error": ""}
        _refuse_foreign(account, present, [url, known.get("url", "")], order)
        if order.dry_run:
            return {"bot": account.bot_name, "url": url, "outcome": "would be set", "error": ""}
        await _install(api, account, order)
    except EngageError as error:
        return {"bot": account.bot_name, "url": url, "outcome": "failed", "error": str(error)}
    return {"bot": account.bot_name, "url": url, "outcome": "set", "error": ""}


async def _install(api: BotApi, account: BotAccount, order: WebhookOrder) -> None:
    parameters: dict[str, Any] = {"url": order.url_of(account), "secret_token": account.secret}
    if order.drop_pending:
        parameters["drop_pending_updates"] = True
    await api.call(account, "setWebhook", **parameters)


async def _info_of(api: BotApi, account: BotAccount) -> dict[str, Any]:
    try:
        info = await api.call(account, "getWebhookInfo")
    except EngageError as error:
        return {"bot": account.bot_name, "error": str(error)}
    return {"bot": account.bot_name, "error": "", **info}


async def _delete_one(api: BotApi, account: BotAccount, *, drop_pending: bool) -> dict[str, str]:
    try:
        await api.call(account, "deleteWebhook", drop_pending_updates=drop_pending)
    except EngageError as error:
        return {"bot": account.bot_name, "outcome": "failed", "error": str(error)}
    return {"bot": account.bot_name, "outcome": "deleted", "error": ""}


def _refuse_foreign(
    account: BotAccount, present: str, ours: Sequence[str], order: WebhookOrder
) -> None:
    hosts = {urlsplit(url).netloc for url in ours if url}
    if not present or order.take_over or urlsplit(present).netloc in hosts:
        return
    raise ForeignWebhookError(
        f"the webhook of {account.bot_name} points at another host",
        why=f"{urlsplit(present).netloc} gets its updates now, and it was not set from here",
        mend="if it is yours to move: add --take-over",
    )


def _same_secret(known: dict[str, str], url: str, account: BotAccount) -> bool:
    is_same = hmac.compare_digest(known.get("secret", ""), _digest(account))
    return is_same and known.get("url") == url


def _digest(account: BotAccount) -> str:
    return hashlib.sha256(f"{account.token}\n{account.secret}".encode()).hexdigest()


def _read_record(path: Path) -> dict[str, dict[str, str]]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write_record(path: Path, record: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")


def _refusal(account: BotAccount, method: str, answer: Any) -> BotApiError:
    said = answer.get("description", "") if isinstance(answer, dict) else ""
    wrong_token = isinstance(answer, dict) and answer.get("error_code") in {401, 404}
    return BotApiError(
        f"{method} of {account.bot_name} is refused",
        why=str(said) or "the answer is none of a Bot API",
        mend=f"put the token that BotFather gave into bots/{account.folder}/.env"
        if wrong_token
        else "mend what it names, then run the command again",
    )
