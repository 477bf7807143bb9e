"""Ports: one asked for must be free, a default one moves aside and is remembered."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from engagectl.stack.ports import DEFAULT_PORTS, PortError, choose_ports, is_free, port_holder


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def _choose(tmp_path: Path, **asked: object):
    wanted = {"offset": 0, "asked": {}, "remembered_in": tmp_path / "ports.json", **asked}
    return choose_ports(["core"], **wanted)


def test_a_port_that_was_asked_for_is_used(tmp_path: Path, taken: int):
    free = next(port for port in range(taken + 1, taken + 50) if is_free(port))
    assert _choose(tmp_path, asked={"core": free}) == ({"core": free}, [])


def test_a_taken_port_that_was_asked_for_is_refused_with_its_holder(tmp_path: Path, taken: int):
    with pytest.raises(PortError) as caught:
        _choose(tmp_path, asked={"core": taken})
    assert f"pid {os.getpid()}" in caught.value.why
    assert "--port-offset" in caught.value.mend


def test_a_taken_default_moves_aside_says_so_and_is_remembered(
    tmp_path: Path, taken: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(DEFAULT_PORTS, "core", taken)
    ports, moved = _choose(tmp_path)
    assert ports["core"] != taken
    assert is_free(ports["core"])
    assert (moved[0].wanted, moved[0].chosen) == (taken, ports["core"])
    assert str(os.getpid()) in moved[0].holder
    assert _choose(tmp_path)[0] == ports


def test_an_offset_moves_every_port_and_counts_as_asked_for(
    tmp_path: Path, taken: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(DEFAULT_PORTS, "core", taken - 1)
    with pytest.raises(PortError):
        _choose(tmp_path, offset=1)


def test_nobody_holds_a_free_port(taken: int):
    assert port_holder(taken).endswith(f"(pid {os.getpid()})")
    assert not is_free(taken)


def test_a_spoilt_memory_of_ports_is_no_obstacle(tmp_path: Path):
    (tmp_path / "ports.json").write_text("[not json")
    assert _choose(tmp_path)[0]["core"] >= 8000
