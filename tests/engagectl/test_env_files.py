"""`env init`: keys matched on both sides, a person's values kept, files closed to others."""

import shutil
import stat

from engagectl.env_check import check_env
from engagectl.env_files import write_env_files
from engagectl.installation import Installation
from utils.env_files import read_env_file, update_env_file, write_env_file


def test_every_key_matches_on_both_sides(installation: Installation):
    write_env_files(installation)
    gateway = read_env_file(installation.gateway_env)
    core = read_env_file(installation.core_env)
    for number, folder in enumerate(installation.bot_folders(), start=1):
        own = read_env_file(folder.env_file)
        assert gateway[f"BOT_NAME_{number}"] == own["BOT_NAME"] == folder.name
        assert gateway[f"BOT_TOKEN_{number}"] == own["BOT_TOKEN"]
        assert gateway[f"BOT_INTERNAL_KEY_{number}"] == own["BOT_INTERNAL_KEY"]
        assert core[f"BOT_SYSTEM_KEY_{number}"] == own["DRF_INTERNAL_KEY"]
    assert check_env(installation) == []


def test_keys_are_unique_and_long(installation: Installation):
    write_env_files(installation)
    keys = [
        read_env_file(folder.env_file)[name]
        for folder in installation.bot_folders()
        for name in ("BOT_INTERNAL_KEY", "DRF_INTERNAL_KEY")
    ]
    assert len(set(keys)) == len(keys) == 4
    assert all(len(key) >= 32 for key in keys)


def test_all_files_are_readable_by_their_owner_alone(installation: Installation):
    for file in write_env_files(installation):
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600, file.path


def test_a_second_time_changes_nothing(installation: Installation):
    files = [file.path for file in write_env_files(installation)]
    before = {path: path.read_bytes() for path in files}
    assert {file.outcome for file in write_env_files(installation)} == {"kept"}
    assert {path: path.read_bytes() for path in files} == before


def test_what_a_person_wrote_is_kept_with_its_comments(installation: Installation):
    installation.gateway_env.parent.mkdir()
    installation.gateway_env.write_text("# mine\nWEBHOOK_HOST=https://bots.example.org\nEXTRA=1\n")
    write_env_files(installation)
    text = installation.gateway_env.read_text()
    assert text.startswith("# mine\nWEBHOOK_HOST=https://bots.example.org\nEXTRA=1\n")
    assert len(read_env_file(installation.gateway_env)["WEBHOOK_SECRET"]) >= 32


def test_a_bots_own_file_decides_over_the_numbered_entries(installation: Installation):
    write_env_files(installation)
    bot = installation.bot_folders()[0]
    token = "123456789:" + "A" * 35
    update_env_file(bot.env_file, {"BOT_TOKEN": token}, keep=False)
    assert [fault.kind for fault in check_env(installation)] == ["unmatched"]
    write_env_files(installation)
    assert read_env_file(installation.gateway_env)["BOT_TOKEN_1"] == token
    assert check_env(installation) == []


def test_a_bot_keeps_its_number_when_another_goes(installation: Installation):
    write_env_files(installation)
    shutil.rmtree(installation.bots_dir / "english_bot")
    write_env_files(installation)
    gateway = read_env_file(installation.gateway_env)
    assert gateway["BOT_NAME_2"] == "vocabulary_bot"
    assert "BOT_NAME_1" not in gateway
    assert "BOT_SYSTEM_KEY_1" not in read_env_file(installation.core_env)


def test_keys_that_stand_in_the_gateway_alone_are_taken_over(installation: Installation):
    write_env_files(installation)
    bot = installation.bot_folders()[0]
    before = read_env_file(bot.env_file)
    bot.env_file.unlink()
    write_env_files(installation)
    assert read_env_file(bot.env_file) == before


def test_an_existing_file_open_to_others_is_closed(installation: Installation):
    write_env_files(installation)
    installation.core_env.chmod(0o644)
    outcomes = {file.path: file.outcome for file in write_env_files(installation)}
    assert outcomes[installation.core_env] == "closed"
    assert stat.S_IMODE(installation.core_env.stat().st_mode) == 0o600


def test_simulated_tokens_are_well_formed_and_differ(installation: Installation):
    write_env_file(installation.bots_dir / "english_bot" / ".env", {"BOT_NAME": "english_bot"})
    write_env_files(installation)
    tokens = [read_env_file(bot.env_file)["BOT_TOKEN"] for bot in installation.bot_folders()]
    assert len({token.partition(":")[0] for token in tokens}) == 2
    assert all(token.partition(":")[2].startswith("SIM") for token in tokens)
    assert all(len(token.partition(":")[2]) >= 35 for token in tokens)
