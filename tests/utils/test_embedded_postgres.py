"""The embedded PostgreSQL, run for real."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from utils.embedded_postgres import EmbeddedPostgres, PostgresAddress, PostgresError, ensure_running

_HOLD = """
import sys, time
from pathlib import Path
from utils.embedded_postgres import ensure_running
print(ensure_running(Path(sys.argv[1])).port, flush=True)
time.sleep(60)
"""


def _query(address: PostgresAddress, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(
        host=address.host, port=address.port, dbname=address.name, user=address.user,
        password=address.password,
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_data_is_kept_over_stop_and_start_and_the_address_too(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    first = server.start(port=_free_port())
    _query(first, "CREATE TABLE kept (word text)")
    _query(first, "INSERT INTO kept VALUES ('слово')")
    server.stop()
    assert server.running_address() is None
    second = server.start()
    try:
        assert second == first
        assert _query(second, "SELECT word FROM kept") == [("слово",)]
    finally:
        server.stop()


def test_a_wrong_password_is_refused_and_the_files_are_the_owners_alone(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    address = server.start(port=_free_port())
    try:
        stranger = PostgresAddress(address.host, address.port, address.name, address.user, "no")
        with pytest.raises(psycopg2.OperationalError, match="password"):
            _query(stranger, "SELECT 1")
    finally:
        server.stop()
    assert (tmp_path / "address.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_killed_owner_takes_its_server_along_and_the_next_start_works(tmp_path: Path):
    EmbeddedPostgres(tmp_path).prepare(port=_free_port())
    owner = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    owner.stdout.readline()
    attached = ensure_running(tmp_path)
    assert _query(attached, "SELECT 1") == [(1,)]
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 10
    while EmbeddedPostgres(tmp_path).running_address() and time.monotonic() < deadline:
        time.sleep(0.05)
    server = EmbeddedPostgres(tmp_path)
    assert server.running_address() is None
    assert _query(server.start(), "SELECT 2") == [(2,)]
    server.stop()


def test_a_stale_lock_of_a_recycled_process_number_is_no_obstacle(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    server.prepare(port=_free_port())
    (tmp_path / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}/data\n0\n1\n")
    server.start()
    server.stop()


def test_an_interrupted_first_preparation_is_made_good(tmp_path: Path):
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "half").touch()
    (tmp_path / "password.new").write_text("left over")
    server = EmbeddedPostgres(tmp_path)
    address = server.start(port=_free_port())
    assert _query(address, "SELECT 3") == [(3,)]
    server.stop()
    assert not (tmp_path / "password.new").exists()


def test_a_default_port_that_is_taken_moves_aside(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = int(holder.getsockname()[1])
        server.prepare(port=taken)
        assert server.prepare().port != taken


def test_an_asked_for_port_that_is_taken_is_an_error_with_the_servers_words(tmp_path: Path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(PostgresError, match="did not start"):
            EmbeddedPostgres(tmp_path).start(port=int(holder.getsockname()[1]))


def test_a_lost_address_file_says_what_to_do(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    server.prepare()
    (tmp_path / "address.json").write_text("{")
    with pytest.raises(PostgresError) as caught:
        server.prepare()
    assert "engagectl dev reset" in caught.value.mend


def test_the_interrupt_signal_is_what_stops_it_cleanly(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path)
    server.start(port=_free_port())
    pid = int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 10
    while server.running_address() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "database system is shut down" in server.log_file.read_text()
    server.stop()
