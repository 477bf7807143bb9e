"""Methods about getting updates: getUpdates, webhooks, log-out."""

import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from engagectl.simulator.errors import BotApiError, bad_request
from engagectl.simulator.methods.registry import Call, Described, method
from engagectl.simulator.records import Json, Webhook

_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_MOST_CONNECTIONS = 100
_PORTS = frozenset({443, 80, 88, 8443})


@method("getUpdates")
async def get_updates(call: Call) -> Any:
    """Hand over pending updates."""
    take = call.parameters
    _set_allowed_updates(call)
    return await call.telegram.polling.take(
        call.bot,
        offset=take.integer("offset"),
        limit=take.integer("limit", 100),
        seconds=take.number("timeout"),
    )


@method("setWebhook")
async def set_webhook(call: Call) -> Any:
    """Set, move or (with an empty address) remove the webhook."""
    url = call.parameters.text("url").strip()
    if not url:
        return _remove(call)
    _check_url(url)
    secret = call.parameters.text("secret_token")
    _check_secret(secret)
    connections = call.parameters.integer("max_connections", 40)
    webhook = Webhook(
        url=url,
        secret_token=secret or None,
        max_connections=min(max(connections, 1), _MOST_CONNECTIONS),
        has_custom_certificate="certificate" in call.parameters.files,
        ip_address=call.parameters.text("ip_address") or _own_address(url),
    )
    before = call.bot.webhook
    was_same = bool(before.url) and _same(before, webhook)
    _set_allowed_updates(call)
    if call.parameters.flag("drop_pending_updates"):
        call.telegram.updates.drop_all(call.bot)
    _install(call, webhook)
    return Described(
        result=True, description="Webhook is already set" if was_same else "Webhook was set"
    )


@method("deleteWebhook")
async def delete_webhook(call: Call) -> Any:
    """Remove the webhook."""
    return _remove(call)


@method("getWebhookInfo")
async def get_webhook_info(call: Call) -> Any:
    """Tell how the webhook does."""
    webhook = call.bot.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": webhook.has_custom_certificate,
        "pending_update_count": len(call.telegram.updates.of(call.bot).pending),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = webhook.ip_address or "<unknown>"
    for name in ("last_error_date", "last_error_message"):
        if (value := getattr(webhook, name)) is not None:
            info[name] = value
    if call.bot.allowed_updates:
        info["allowed_updates"] = call.bot.allowed_updates
    return info


@method("close")
async def close(call: Call) -> Any:
    """Close the bot's instance; a running poll ends."""
    call.telegram.polling.interrupt(call.bot)
    return True


@method("logOut")
async def log_out(call: Call) -> Any:
    """Log out, as a bot does that moves to a server of its own."""
    call.telegram.polling.interrupt(call.bot)
    return True


def _remove(call: Call) -> Described:
    had_one = bool(call.bot.webhook.url)
    if call.parameters.flag("drop_pending_updates"):
        call.telegram.updates.drop_all(call.bot)
    _install(call, Webhook())
    return Described(
        result=True, description="Webhook was deleted" if had_one else "Webhook is already deleted"
    )


def _install(call: Call, webhook: Webhook) -> None:
    call.bot.webhook = webhook
    call.telegram.world.save_bot(call.bot)
    call.telegram.polling.interrupt(call.bot)
    call.telegram.webhooks.serve(call.bot)


def _same(before: Webhook, after: Webhook) -> bool:
    named = {"url", "secret_token", "max_connections", "has_custom_certificate"}
    return before.model_dump(include=named) == after.model_dump(include=named)


def _set_allowed_updates(call: Call) -> None:
    """Keep the former list when none is given, as Telegram does; an empty one is the default."""
    if "allowed_updates" not in call.parameters:
        return
    kinds = call.parameters.array("allowed_updates")
    allowed = [str(kind) for kind in kinds] if kinds else None
    if allowed != call.bot.allowed_updates:
        call.bot.allowed_updates = allowed
        call.telegram.world.save_bot(call.bot)


def _check_secret(secret: str) -> None:
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad_webhook("Wrong port number specified in the URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad_webhook("invalid webhook URL specified")
    if _is_loopback(parts):
        return
    if parts.scheme != "https":
        raise _bad_webhook("An HTTPS URL must be provided for webhook")
    if (port or 443) not in _PORTS:
        raise _bad_webhook("Webhook can be set up only on ports 80, 88, 443 or 8443")


def _bad_webhook(why: str) -> BotApiError:
    return bad_request(f"bad webhook: {why}")


def _own_address(url: str) -> str | None:
    parts = urlsplit(url)
    if not _is_loopback(parts):
        return None
    return "127.0.0.1" if parts.hostname == "localhost" else parts.hostname


def _is_loopback(parts: SplitResult) -> bool:
    """A server of the Bot API on one's own machine takes webhooks on that machine."""
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
