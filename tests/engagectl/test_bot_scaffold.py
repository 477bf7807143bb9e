"""`bots add`: a folder that loads, keys on both sides, nothing half made."""

import py_compile
from pathlib import Path

import polib
import pytest

from engagectl.bot_listing import list_bots
from engagectl.bot_scaffold.scaffold import TEMPLATES, ScaffoldError, add_bot
from engagectl.env_check import check_env
from engagectl.env_files import BotKeys
from engagectl.installation import Installation
from utils.bot_registry import BotFolderError
from utils.env_files import read_env_file


def _nobody_listens(_: BotKeys) -> None:
    """No stack runs."""


def _add(installation: Installation, name: str, template: str = "blank", token: str | None = None):
    return add_bot(
        installation, name, template=template, token=token, introduce=_nobody_listens
    )  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_gives_a_bot_whose_files_are_whole(
    installation: Installation, template: str
):
    made = _add(installation, "grammar_bot", template)
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "__BOT_NAME__" not in text
        assert "english_bot" not in text
        assert "vocabulary_bot" not in text
        if path.suffix == ".py":
            py_compile.compile(str(path), cfile=str(path.with_suffix(".checked")), doraise=True)
        if path.suffix == ".po":
            assert not polib.pofile(str(path)).untranslated_entries()
    assert made.folder / "tests" / "test_grammar_bot.py" in files
    assert made.folder / "handlers" / "__init__.py" in files
    assert check_env(installation) == []


def test_the_cluster_never_meets_half_a_bot(installation: Installation):
    seen: list[bool] = []

    def introduce(keys: BotKeys) -> None:
        gateway = read_env_file(installation.gateway_env)
        assert gateway[f"BOT_TOKEN_{keys.number}"] == keys.token
        seen.append((installation.bots_dir / "late_bot").exists())

    add_bot(installation, "late_bot", template="quiz", token=None, introduce=introduce)
    assert seen == [False]


@pytest.mark.parametrize("name", ["json", "engine", "Grammar", "2bots", "a-b", "../out", "utils"])
def test_a_name_that_cannot_be_a_folder_is_refused(installation: Installation, name: str):
    with pytest.raises(BotFolderError):
        _add(installation, name)
    assert not installation.gateway_env.exists()


def test_a_bot_that_is_there_is_not_overwritten(installation: Installation):
    before = (installation.bots_dir / "english_bot" / "config.py").read_bytes()
    with pytest.raises(ScaffoldError, match="there already"):
        _add(installation, "english_bot")
    assert (installation.bots_dir / "english_bot" / "config.py").read_bytes() == before


def test_a_misspelt_template_gets_a_suggestion(installation: Installation):
    with pytest.raises(ScaffoldError) as caught:
        _add(installation, "grammar_bot", "quizz")
    assert "quiz?" in caught.value.mend


def test_a_wrong_token_is_refused_without_repeating_it(installation: Installation):
    with pytest.raises(ScaffoldError) as caught:
        _add(installation, "grammar_bot", token="123:secretsecret")
    assert "secretsecret" not in str(caught.value)


def test_a_failed_introduction_leaves_no_folder(installation: Installation):
    def introduce(_: BotKeys) -> None:
        raise ScaffoldError("no", why="no", mend="no")

    with pytest.raises(ScaffoldError):
        add_bot(installation, "late_bot", template="blank", token=None, introduce=introduce)
    assert _names_under(installation.bots_dir) == {"english_bot", "vocabulary_bot", ".env"}
    _add(installation, "late_bot")
    assert check_env(installation) == []


def test_the_list_masks_tokens_and_names_a_bot_without_settings(installation: Installation):
    token = "123456789:" + "Z" * 35
    _add(installation, "grammar_bot", token=token)
    (installation.bots_dir / "vocabulary_bot" / ".env").unlink()
    rows = {row.name: row for row in list_bots(installation, None)}
    assert token not in str(rows)
    assert rows["grammar_bot"].token.startswith("123456789:")
    assert rows["grammar_bot"].state == "not running"
    assert rows["vocabulary_bot"].state.startswith("failed: ")


def _names_under(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
