"""The `.env` files: a person's values and comments are kept, faults are named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.env_files import (
    EnvFileError,
    numbered_values,
    read_env_file,
    update_env_file,
    write_env_file,
)

_VALUES = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.just("\n"), max_size=60)


@given(value=_VALUES)
def test_any_value_comes_back_as_written(value: str, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("env") / ".env"
    write_env_file(path, {"NAME": value})
    assert read_env_file(path) == {"NAME": value}


def test_quotes_comments_and_export_are_understood(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text('# head\nexport A=1 # one\nB=\'x # y\'\nC="q \\" r" # end\n\nD=\nE=a#b\n')
    assert read_env_file(path) == {"A": "1", "B": "x # y", "C": 'q " r', "D": "", "E": "a#b"}


@pytest.mark.parametrize("line", ["no assignment", "1A=2", "A='open", 'A="open', "=x"])
def test_a_malformed_line_is_named_by_number_and_its_content_is_not_shown(
    tmp_path: Path, line: str
):
    path = tmp_path / ".env"
    path.write_text(f"GOOD=1\n{line}\n")
    with pytest.raises(EnvFileError) as caught:
        read_env_file(path)
    assert "line 2" in str(caught.value)
    assert line not in str(caught.value)
    assert "engagectl env check" in caught.value.mend


def test_a_missing_file_says_how_to_make_it(tmp_path: Path):
    with pytest.raises(EnvFileError) as caught:
        read_env_file(tmp_path / ".env")
    assert caught.value.mend == "engagectl env init"


def test_an_update_keeps_what_a_person_wrote(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("# mine\nTOKEN=abc\nEMPTY=\nOTHER=1\n")
    assert update_env_file(path, {"TOKEN": "new", "EMPTY": "filled", "MORE": "2"})
    assert path.read_text() == "# mine\nTOKEN=abc\nEMPTY=filled\nOTHER=1\nMORE=2\n"


def test_an_update_can_overwrite_and_remove(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("A=1\n# stays\nB=2\n")
    assert update_env_file(path, {"A": "9"}, remove=["B"], keep=False)
    assert path.read_text() == "A=9\n# stays\n"


def test_the_same_update_twice_changes_nothing(tmp_path: Path):
    path = tmp_path / ".env"
    assert update_env_file(path, {"A": "1"})
    before = path.stat().st_mtime_ns
    assert not update_env_file(path, {"A": "1"})
    assert path.stat().st_mtime_ns == before


def test_a_written_file_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / ".env"
    write_env_file(path, {"A": "1"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [".env"]


def test_numbered_values_are_ordered_by_number_and_other_suffixes_left_out():
    values = {"KEY_10": "c", "KEY_2": "b", "KEY_X": "no", "KEY_": "no", "OTHER_1": "no"}
    assert list(numbered_values(values, "KEY_").items()) == [("2", "b"), ("10", "c")]
