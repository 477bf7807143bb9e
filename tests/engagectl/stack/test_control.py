"""The supervisor's door: also at the end of a path too long for a socket."""

import asyncio
import os
import socket
from pathlib import Path

from engagectl.stack.control import SOCKET_NAME, ask_supervisor, close_control, open_control


async def _twice(request):
    yield {"heard": request["do"]}
    yield {"done": True}


async def test_requests_are_answered_line_by_line(tmp_path: Path):
    folder = tmp_path / ("deep" * 20) / ("er" * 60)
    folder.mkdir(parents=True)
    assert len(str(folder)) > 108
    server = await open_control(folder, _twice)
    answers = await asyncio.to_thread(lambda: list(ask_supervisor(folder, {"do": "stop"})))
    assert answers == [{"heard": "stop"}, {"done": True}]
    assert (folder / SOCKET_NAME).stat().st_mode & 0o077 == 0
    server.close()
    close_control(folder)
    assert not (folder / SOCKET_NAME).exists()


def test_nobody_listening_is_no_answer(tmp_path: Path):
    assert list(ask_supervisor(tmp_path, {"do": "stop"})) == []


async def test_nonsense_harms_nobody(tmp_path: Path):
    server = await open_control(tmp_path, _twice)
    before = Path.cwd()

    def talk() -> None:
        os.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(SOCKET_NAME)
            os.chdir(before)
            stranger.sendall(b"no json\n")
            assert stranger.recv(100) == b""

    await asyncio.to_thread(talk)
    answers = await asyncio.to_thread(lambda: list(ask_supervisor(tmp_path, {"do": "again"})))
    assert answers[0] == {"heard": "again"}
    server.close()
    close_control(tmp_path)
