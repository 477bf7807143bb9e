"""What `engagectl webhook` does: which bots, which server, which address."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from engagectl import telegram_webhook
from engagectl.bot_accounts import BotAccount, choose_accounts, read_accounts
from engagectl.installation import read_if_there, telegram_api_url, this_installation
from engagectl.running_stack import find_running_stack
from engagectl.telegram_webhook import WebhookOrder
from utils.errors import EngageError
from utils.settings import repository_root


class WebhookAddressError(EngageError):
    """There is no address that Telegram could send updates to."""


def make_order(url: str, *, drop_pending: bool, take_over: bool, dry_run: bool) -> WebhookOrder:
    """Return the order for `url`, else for the running simulator's gateway, else WEBHOOK_HOST.

    Raises:
        WebhookAddressError: there is no address, or it is none.
    """
    base = url or _usual_base()
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WebhookAddressError(
            "there is no address for the webhooks" if not base else f"{base} is no address",
            why="Telegram needs the https address at which the gateway is reached",
            mend="engagectl webhook set --all --url https://bots.example.org",
        )
    return WebhookOrder(base, drop_pending=drop_pending, take_over=take_over, dry_run=dry_run)


def set_all(names: Sequence[str], *, everyone: bool, order: WebhookOrder) -> list[dict[str, Any]]:
    """Set the webhooks of the named bots; see `set_webhooks`."""
    record = repository_root() / ".engage" / "webhooks.json"
    api_url, accounts = _server_and_accounts(names, everyone=everyone)
    work = telegram_webhook.set_webhooks(api_url, accounts, order, record=record)
    return [dict(outcome) for outcome in asyncio.run(work)]


def info_of_all(names: Sequence[str], *, everyone: bool) -> list[dict[str, Any]]:
    """Return what the Bot API says about the named bots' webhooks."""
    api_url, accounts = _server_and_accounts(names, everyone=everyone)
    return asyncio.run(telegram_webhook.webhook_infos(api_url, accounts))


def delete_all(names: Sequence[str], *, everyone: bool, drop_pending: bool) -> list[dict[str, Any]]:
    """Delete the named bots' webhooks."""
    api_url, accounts = _server_and_accounts(names, everyone=everyone)
    work = telegram_webhook.delete_webhooks(api_url, accounts, drop_pending=drop_pending)
    return [dict(outcome) for outcome in asyncio.run(work)]


def _server_and_accounts(names: Sequence[str], *, everyone: bool) -> tuple[str, list[BotAccount]]:
    accounts = choose_accounts(read_accounts(this_installation()), names, everyone=everyone)
    api_url = _api_url()
    if accounts and all(telegram_webhook.is_stranger_to(api_url, each) for each in accounts):
        raise telegram_webhook.simulated_token_refused(accounts[0])
    return api_url, accounts


def _api_url() -> str:
    stack = find_running_stack()
    if stack and stack.simulator_url:
        return stack.simulator_url
    return telegram_api_url(this_installation())


def _usual_base() -> str:
    stack = find_running_stack()
    if stack and stack.simulator_url and stack.gateway_url:
        return stack.gateway_url
    host = read_if_there(this_installation().gateway_env).get("WEBHOOK_HOST", "")
    return host if "://" in host or not host else f"https://{host}"
