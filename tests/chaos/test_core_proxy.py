"""The proxy before the core: passes all on, and can refuse, hang and lose answers."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from engagectl.chaos.core_proxy import CoreProxy
from tests.services import free_port

_HEAD = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}"


class Core:
    """Answers each request with its number, and remembers the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.port = free_port()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.bodies.append(await reader.readexactly(length))
                number = str(len(self.bodies))
                writer.write(_HEAD.format(len(number), number).encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    core = Core()
    server = await asyncio.start_server(core.serve, "127.0.0.1", core.port)
    yield core
    server.close()


@pytest.fixture
async def proxy(core: Core) -> AsyncIterator[CoreProxy]:
    proxy = CoreProxy(core.port)
    proxy.port = free_port()
    await proxy.open(proxy.port)
    yield proxy
    await proxy.close()


@pytest.fixture
async def bots(proxy: CoreProxy) -> AsyncIterator[httpx2.AsyncClient]:
    url = f"http://127.0.0.1:{proxy.port}"
    # A kept connection that was broken would fail the next request, as it does for the bots.
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with httpx2.AsyncClient(
        base_url=url, timeout=1.0, limits=limits, trust_env=False
    ) as client:
        yield client


async def _ask(bots: httpx2.AsyncClient, body: bytes = b"x") -> httpx2.Response:
    return await bots.post("/api/v1/", content=body)


async def test_it_passes_requests_and_answers_on(bots, core):
    assert [(await _ask(bots, body)).text for body in (b"one", b"two" * 50_000)] == ["1", "2"]
    assert core.bodies == [b"one", b"two" * 50_000]


async def test_it_refuses_every_request_until_it_is_turned_back(bots, proxy, core):
    await _ask(bots)
    proxy.turn("refuses")
    assert [(await _ask(bots)).status_code for _ in range(3)] == [500, 500, 500]
    proxy.turn("passes")
    assert (await _ask(bots)).text == "2"
    assert len(core.bodies) == 2


async def test_it_takes_a_request_and_says_nothing(bots, proxy, core):
    proxy.turn("hangs")
    with pytest.raises(httpx2.ReadTimeout):
        await _ask(bots)
    assert core.bodies == []


async def test_a_request_that_hangs_breaks_off_when_it_is_turned_back(bots, proxy, core):
    proxy.turn("hangs")
    asking = asyncio.create_task(_ask(bots))
    await asyncio.sleep(0.1)
    proxy.turn("passes")
    with pytest.raises(httpx2.TransportError):
        await asking
    assert (await _ask(bots)).text == "1"


async def test_the_core_does_what_the_bots_never_learn_of(bots, proxy, core):
    proxy.turn("loses_answers")
    with pytest.raises(httpx2.TransportError):
        await _ask(bots, b"done")
    assert core.bodies == [b"done"]


async def test_without_a_core_the_connection_breaks(bots, proxy):
    orphan = CoreProxy(free_port())
    port = free_port()
    await orphan.open(port)
    with pytest.raises(httpx2.TransportError):
        await bots.post(f"http://127.0.0.1:{port}/", content=b"x")
    await orphan.close()
