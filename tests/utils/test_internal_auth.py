"""Internal keys: made long, compared whole, never shown."""

from utils.internal_auth import (
    MINIMUM_KEY_LENGTH,
    key_matches,
    make_key,
    owner_of_key,
    redact,
)


def test_keys_are_long_and_unlike():
    keys = {make_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) >= MINIMUM_KEY_LENGTH for key in keys)


def test_a_key_matches_itself_alone():
    key = make_key()
    assert key_matches(key, ["other", key])
    assert not key_matches(key + "x", [key])
    assert not key_matches(key[:-1], [key])
    assert not key_matches("ключ", [key])


def test_an_empty_key_never_matches():
    assert not key_matches("", [""])
    assert not key_matches("", [])


def test_the_owner_of_a_key_is_found():
    keys = {"1": make_key(), "2": make_key()}
    assert owner_of_key(keys["2"], keys) == "2"
    assert owner_of_key("stranger", keys) is None


def test_a_shown_secret_keeps_four_characters_at_most():
    secret = make_key()
    assert redact(secret).startswith(secret[:4])
    assert secret[4:] not in redact(secret)
    assert "short" not in redact("short")
    assert redact("") == ""
