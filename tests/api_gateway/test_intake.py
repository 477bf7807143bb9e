"""The gateway's way to Redis: order, logins, errors, and what it does when Redis is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hiredis
import pytest
from redis import Redis

from api_gateway.intake import Appended, UpdateIntake
from api_gateway.redis_address import parse_redis_url
from api_gateway.redis_connection import RedisConnection, RedisGoneError
from api_gateway.redis_pipe import error_code
from tests.services import RedisServer, free_port
from utils.settings import SettingsError
from utils.update_envelope import new_trace, stream_name


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that the test may spoil."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def admin(server: RedisServer) -> Iterator[Redis]:
    """Its operator's client."""
    client = Redis.from_url(server.url)
    yield client
    client.close()


@pytest.fixture
async def intake(server: RedisServer) -> AsyncIterator[UpdateIntake]:
    """An intake of that Redis."""
    intake = UpdateIntake(parse_redis_url(server.url), high_mark=1000)
    yield intake
    await intake.close()


async def _append(intake: UpdateIntake, update_id: int) -> Appended:
    update = {"update_id": update_id, "message": {"chat": {"id": 1}}}
    command = intake.command("english_bot", update, b"{}", new_trace())
    reply = await intake.ask(command)
    return Appended.STORED if type(reply) is bytes else await intake.understand(reply, command)


async def _append_at_last(intake: UpdateIntake, update_id: int) -> Appended:
    """Do as Telegram does: send it again until it is taken."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(RedisGoneError):
                return await _append(intake, update_id)
            await asyncio.sleep(0.02)


def _stored_ids(redis: Redis) -> list[int]:
    return [
        int(fields[b"id"])
        for number in range(16)
        for _, fields in redis.xrange(stream_name(number, "chat"))
    ]


async def test_appends_lie_in_the_order_of_the_calls(intake: UpdateIntake, admin: Redis) -> None:
    outcomes = await asyncio.gather(*(_append(intake, number) for number in range(500)))
    assert set(outcomes) == {Appended.STORED}
    assert _stored_ids(admin) == list(range(500))
    assert await _append(intake, 3) is Appended.DUPLICATE


@pytest.mark.parametrize("user", ["", "gateway"], ids=["password", "user and password"])
async def test_password_and_number_of_the_address_are_used(
    server: RedisServer, admin: Redis, user: str
) -> None:
    if user:
        admin.execute_command("ACL", "SETUSER", user, "on", ">p@ss word", "~*", "&*", "+@all")
    admin.config_set("requirepass", "p@ss word")
    url = f"redis://{user}:p%40ss%20word@127.0.0.1:{server.port}/3"
    intake = UpdateIntake(parse_redis_url(url), high_mark=1000)
    assert await _append(intake, 1) is Appended.STORED
    await intake.close()
    with Redis(port=server.port, db=3, password="p@ss word") as there:
        assert _stored_ids(there) == [1]


async def test_wrong_password_is_told_without_showing_it(server: RedisServer, admin: Redis) -> None:
    admin.config_set("requirepass", "right")
    intake = UpdateIntake(
        parse_redis_url(f"redis://:wrong-one@127.0.0.1:{server.port}/0"), high_mark=1000
    )
    with pytest.raises(RedisGoneError) as caught:
        await intake.check()
    await intake.close()
    assert "WRONGPASS" in str(caught.value)
    assert "wrong-one" not in str(caught.value)


async def test_forgotten_script_and_killed_connections_are_got_over(
    intake: UpdateIntake, admin: Redis
) -> None:
    assert await _append(intake, 1) is Appended.STORED
    admin.script_flush()
    outcomes = await asyncio.gather(*(_append(intake, number) for number in (2, 3, 4)))
    assert set(outcomes) == {Appended.STORED}
    admin.client_kill_filter(_type="normal", skipme=True)
    assert await _append_at_last(intake, 5) is Appended.STORED
    assert _stored_ids(admin) == [1, 2, 3, 4, 5]


async def test_refusals_of_redis_store_nothing_and_pass(intake: UpdateIntake, admin: Redis) -> None:
    assert await _append(intake, 1) is Appended.STORED
    admin.config_set("maxmemory", 1)
    with pytest.raises(RedisGoneError):
        await _append(intake, 2)
    admin.config_set("maxmemory", 0)
    assert await _append(intake, 2) is Appended.STORED
    admin.replicaof("127.0.0.1", free_port())
    with pytest.raises(RedisGoneError) as caught:
        await _append(intake, 3)
    assert "READONLY" in caught.value.why
    admin.replicaof("NO", "ONE")
    assert await _append_at_last(intake, 3) is Appended.STORED
    assert _stored_ids(admin) == [1, 2, 3]


async def test_what_does_not_speak_redis_is_given_up() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    stranger = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    intake = UpdateIntake(parse_redis_url(f"redis://127.0.0.1:{port}/0"), high_mark=1000)
    with pytest.raises(RedisGoneError):
        await intake.check()
    assert not intake.is_connected
    await intake.close()
    stranger.close()
    await stranger.wait_closed()


async def test_calls_in_flight_fail_when_the_connection_is_given_up(server: RedisServer) -> None:
    connection = RedisConnection()
    await parse_redis_url(server.url).connect(connection)
    calls = [connection.call(hiredis.pack_command(("PING",))) for _ in range(3)]
    calls[0].cancel()
    connection.give_up("a test")
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert [type(each) for each in answers[1:]] == [RedisGoneError, RedisGoneError]
    with pytest.raises(RedisGoneError):
        await connection.call(b"PING\r\n")
    assert await connection.lost == "a test"


def test_addresses_are_read_as_redis_py_reads_them() -> None:
    plain = parse_redis_url("redis://cache:6380/2")
    assert (plain.host, plain.port, plain.tls, len(plain.login)) == ("cache", 6380, None, 1)
    socket = parse_redis_url("unix:///run/redis.sock?db=4")
    assert (socket.path, len(socket.login)) == ("/run/redis.sock", 1)
    secure = parse_redis_url("rediss://user:pass@cache/0?ssl_cert_reqs=none")
    assert secure.tls is not None
    assert not secure.tls.check_hostname
    for wrong in ("http://cache", "cache:6379", "redis://cache:port/0"):
        with pytest.raises(SettingsError):
            parse_redis_url(wrong)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LOADING Redis is loading the dataset in memory", "LOADING"),
        ("ERR Error running script (call to f_1): @user_script:8: -OOM command not allowed", "OOM"),
        ("MISCONF Redis is configured to save RDB snapshots", "MISCONF"),
        ("ERR unknown command 'EVALSHA', with args beginning with: 'a secret'", "ERR"),
    ],
)
def test_errors_are_named_by_their_word_alone(text: str, code: str) -> None:
    assert error_code(hiredis.ReplyError(text)) == code
