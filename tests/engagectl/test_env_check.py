"""`env check`: each fault is named by file and variable, and no value is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engagectl.env_check import check_env
from engagectl.env_files import write_env_files
from engagectl.env_names import BOTS, CORE, GATEWAY, variables
from engagectl.installation import Installation
from utils.env_files import read_env_file, update_env_file

Damage = Callable[[Installation], object]


def _bot(installation: Installation) -> Path:
    return installation.bots_dir / "english_bot" / ".env"


def _set(path: Path, **values: str) -> None:
    update_env_file(path, values, keep=False)


_DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "a file is gone": (lambda it: it.core_env.unlink(), "missing", ""),
    "a line is no assignment": (
        lambda it: it.gateway_env.write_text("what is this\n"), "malformed", "",
    ),
    "a port is no number": (
        lambda it: _set(it.gateway_env, FAST_API_PORT="80o1"), "malformed", "FAST_API_PORT",
    ),
    "a token is none": (lambda it: _set(_bot(it), BOT_TOKEN="12:ab"), "malformed", "BOT_TOKEN"),
    "a key is short": (
        lambda it: _set(_bot(it), BOT_INTERNAL_KEY="short"), "too_short", "BOT_INTERNAL_KEY",
    ),
    "a secret is empty": (lambda it: _set(it.core_env, DJANGO_SECRET_KEY=""), "missing",
                          "DJANGO_SECRET_KEY"),
    "keys differ": (
        lambda it: _set(it.core_env, BOT_SYSTEM_KEY_1="k" * 40), "unmatched", "BOT_SYSTEM_KEY_1",
    ),
    "an entry has no folder": (
        lambda it: _set(it.core_env, BOT_NAME_7="ghost_bot"), "unmatched", "BOT_NAME_7",
    ),
    "others may read": (lambda it: it.bots_env.chmod(0o640), "readable_by_others", ""),
    "a name is misspelt": (
        lambda it: _set(it.gateway_env, WEBHOK_SECRET="x"), "unknown_name", "WEBHOK_SECRET",
    ),
    "a name stands twice": (
        lambda it: it.bots_env.write_text(it.bots_env.read_text() + "REDIS_URL=redis://b\n"),
        "duplicate",
        "REDIS_URL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", _DAMAGES)
def test_a_fault_is_named(installation: Installation, what: str):
    damage, kind, name = _DAMAGES[what]
    write_env_files(installation)
    damage(installation)
    found = [(fault.kind, fault.name) for fault in check_env(installation)]
    assert (kind, name) in found


def test_a_misspelt_name_gets_a_suggestion(installation: Installation):
    write_env_files(installation)
    _set(installation.core_env, OPENAI_APIKEY="x")
    assert [fault.mend for fault in check_env(installation)] == ["did you mean OPENAI_API_KEY?"]


def test_two_bots_with_one_token_are_named(installation: Installation):
    write_env_files(installation)
    token = read_env_file(_bot(installation))["BOT_TOKEN"]
    _set(installation.bots_dir / "vocabulary_bot" / ".env", BOT_TOKEN=token)
    faults = [fault for fault in check_env(installation) if fault.kind == "duplicate"]
    assert [fault.name for fault in faults] == ["BOT_TOKEN"]


def test_no_value_is_ever_shown(installation: Installation):
    write_env_files(installation)
    secret = "tell-nobody-" + "s" * 10
    _set(_bot(installation), BOT_TOKEN=secret, BOT_INTERNAL_KEY=secret, DRF_INTERNAL_KEY=secret)
    faults = check_env(installation)
    assert len(faults) >= 4
    assert secret not in str([fault.document() for fault in faults])


def test_init_mends_what_it_says_it_mends(installation: Installation):
    write_env_files(installation)
    _set(installation.core_env, DJANGO_SECRET_KEY="", BOT_SYSTEM_KEY_1="k" * 40, BOT_NAME_7="gone")
    assert check_env(installation)
    write_env_files(installation)
    assert check_env(installation) == []


def test_every_variable_that_a_service_reads_is_known():
    from api_gateway.settings import GatewaySettings  # noqa: PLC0415 (frameworks)
    from bots.engine.settings import EngineSettings  # noqa: PLC0415
    from engageai_core.core_settings import CoreSettings  # noqa: PLC0415

    for sections, settings in (
        (CORE, CoreSettings),
        (GATEWAY, GatewaySettings),
        (BOTS, EngineSettings),
    ):
        known = {variable.name for variable in variables(sections)}
        assert {name.upper() for name in settings.model_fields} - known == set()
