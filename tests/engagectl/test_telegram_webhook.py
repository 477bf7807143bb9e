"""Webhooks: only what differs is set, nothing is deleted or dropped unasked, no host is taken."""

from pathlib import Path

import pytest

from engagectl.bot_accounts import BotAccount, UnknownBotError, choose_accounts, read_accounts
from engagectl.env_files import write_env_files
from engagectl.installation import Installation
from engagectl.telegram_webhook import (
    WebhookOrder,
    delete_webhooks,
    is_stranger_to,
    set_webhooks,
    webhook_infos,
)
from tests.engagectl.conftest import BotApiServer
from utils.env_files import update_env_file

_ORDER = WebhookOrder("https://bots.example.org")
_URL = "https://bots.example.org/webhook/english_bot/"
_TOKEN = "123456789:" + "T" * 35


@pytest.fixture
def account() -> BotAccount:
    """A bot with a token of Telegram's kind."""
    return BotAccount("english_bot", "english_bot", "1", _TOKEN, "s" * 40)


async def _set(
    bot_api: BotApiServer, account: BotAccount, folder: Path, order: WebhookOrder = _ORDER
) -> dict[str, str]:
    record = folder / "webhooks.json"
    return (await set_webhooks(bot_api.url, [account], order, record=record))[0]


async def test_a_webhook_is_set_once(bot_api: BotApiServer, account: BotAccount, tmp_path: Path):
    assert (await _set(bot_api, account, tmp_path))["outcome"] == "set"
    assert bot_api.webhooks == {_TOKEN: _URL}
    assert (await _set(bot_api, account, tmp_path))["outcome"] == "unchanged"
    assert bot_api.methods().count("setWebhook") == 1


async def test_nothing_is_deleted_first_and_nothing_dropped(
    bot_api: BotApiServer, account: BotAccount, tmp_path: Path
):
    await _set(bot_api, account, tmp_path)
    assert "deleteWebhook" not in bot_api.methods()
    assert all("drop_pending_updates" not in body for _, body in bot_api.calls)
    await _set(bot_api, account, tmp_path, WebhookOrder(_ORDER.base_url, drop_pending=True))
    assert bot_api.calls[-1][1]["drop_pending_updates"] is True


async def test_a_changed_secret_is_set_again(
    bot_api: BotApiServer, account: BotAccount, tmp_path: Path
):
    await _set(bot_api, account, tmp_path)
    changed = BotAccount("english_bot", "english_bot", "1", _TOKEN, "n" * 40)
    assert (await _set(bot_api, changed, tmp_path))["outcome"] == "set"
    assert bot_api.calls[-1][1]["secret_token"] == "n" * 40


async def test_another_host_is_not_taken_over_unasked(
    bot_api: BotApiServer, account: BotAccount, tmp_path: Path
):
    bot_api.webhooks[_TOKEN] = "https://other.example.com/hook"
    refused = await _set(bot_api, account, tmp_path)
    assert refused["outcome"] == "failed"
    assert "--take-over" in refused["error"]
    assert bot_api.webhooks[_TOKEN] == "https://other.example.com/hook"
    taken = await _set(bot_api, account, tmp_path, WebhookOrder(_ORDER.base_url, take_over=True))
    assert taken["outcome"] == "set"


async def test_a_host_that_was_set_from_here_may_be_left(
    bot_api: BotApiServer, account: BotAccount, tmp_path: Path
):
    await _set(bot_api, account, tmp_path)
    moved = await _set(bot_api, account, tmp_path, WebhookOrder("https://new.example.org"))
    assert moved["outcome"] == "set"


async def test_a_dry_run_does_nothing(bot_api: BotApiServer, account: BotAccount, tmp_path: Path):
    dry = WebhookOrder(_ORDER.base_url, dry_run=True)
    assert (await _set(bot_api, account, tmp_path, dry))["outcome"] == "would be set"
    assert bot_api.methods() == ["getWebhookInfo"]
    assert not (tmp_path / "webhooks.json").exists()


async def test_neither_token_nor_secret_is_kept_or_told(
    bot_api: BotApiServer, account: BotAccount, tmp_path: Path
):
    await _set(bot_api, account, tmp_path)
    bot_api.refused.add(_TOKEN)
    said = str(await webhook_infos(bot_api.url, [account])) + str(account)
    said += (tmp_path / "webhooks.json").read_text()
    assert "Unauthorized" in said
    assert _TOKEN not in said
    assert account.secret not in said


async def test_a_server_that_is_not_there_is_named_without_the_token(account: BotAccount):
    info = (await webhook_infos("http://127.0.0.1:9", [account]))[0]
    assert "gives no answer" in info["error"]
    assert _TOKEN not in info["error"]


async def test_info_and_delete(bot_api: BotApiServer, account: BotAccount, tmp_path: Path):
    await _set(bot_api, account, tmp_path)
    info = (await webhook_infos(bot_api.url, [account]))[0]
    assert (info["url"], info["pending_update_count"]) == (_URL, 3)
    deleted = await delete_webhooks(bot_api.url, [account], drop_pending=False)
    assert deleted[0]["outcome"] == "deleted"
    assert bot_api.webhooks[_TOKEN] == ""


def test_accounts_come_from_the_files_and_are_chosen_by_name(installation: Installation):
    write_env_files(installation)
    accounts = read_accounts(installation)
    assert [one.bot_name for one in choose_accounts(accounts, ["vocabulary_bot"], everyone=False)]
    assert len(choose_accounts(accounts, [], everyone=True)) == 2
    assert is_stranger_to("https://api.telegram.org", accounts[0])
    with pytest.raises(UnknownBotError) as caught:
        choose_accounts(accounts, ["englsh_bot"], everyone=False)
    assert caught.value.mend == "did you mean english_bot?"


def test_secret_that_follows_is_the_one_told_to_telegram(installation: Installation):
    write_env_files(installation)
    update_env_file(installation.gateway_env, {"BOT_WEBHOOK_SECRET_1": "now"})
    one, other = read_accounts(installation)
    assert (one.number, one.secret) == ("1", "now")
    update_env_file(installation.gateway_env, {"BOT_WEBHOOK_SECRET_NEXT_1": "from now on"})
    changed, unchanged = read_accounts(installation)
    assert changed.secret == "from now on"
    assert unchanged == other
