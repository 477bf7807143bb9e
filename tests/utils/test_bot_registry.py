"""Bot folders: found, named and refused."""

from pathlib import Path

import pytest

from utils.bot_registry import (
    BotFolderError,
    check_bot_name,
    check_new_folder_name,
    find_bot_folders,
)


def test_a_folder_with_handlers_or_config_is_a_bot_and_others_are_not(tmp_path: Path):
    (tmp_path / "b_bot" / "handlers").mkdir(parents=True)
    (tmp_path / "a_bot").mkdir()
    (tmp_path / "a_bot" / "config.py").touch()
    (tmp_path / "engine" / "handlers").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    (tmp_path / "__pycache__").mkdir()
    assert [bot.name for bot in find_bot_folders(tmp_path)] == ["a_bot", "b_bot"]


def test_a_missing_folder_holds_no_bots(tmp_path: Path):
    assert find_bot_folders(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["secrets", "redis", "utils", "engine", "django", "json"])
def test_a_name_that_would_hide_a_module_is_refused(name: str):
    with pytest.raises(BotFolderError, match="cannot be a bot's folder"):
        check_new_folder_name(name)


@pytest.mark.parametrize("name", ["", "Bot", "1bot", "my-bot", "бот", "a" * 65, "../x", "a b"])
def test_a_name_that_is_not_snake_case_is_refused(name: str):
    with pytest.raises(BotFolderError):
        check_new_folder_name(name)


def test_a_good_name_passes():
    check_new_folder_name("grammar_bot")
    check_bot_name("GrammarBot_2")


@pytest.mark.parametrize("name", ["", "1a", "a/b", "a" * 65, "имя"])
def test_a_bot_name_unfit_for_the_webhooks_path_is_refused(name: str):
    with pytest.raises(BotFolderError):
        check_bot_name(name)
