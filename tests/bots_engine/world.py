"""A private copy of the engine with bots of the test's own, run as an operator runs it."""

import itertools
import json
import shutil
import signal
import textwrap
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from redis import Redis

from tests.bots_engine.http_fakes import FakeTelegram, ScriptedCore
from tests.services import REPOSITORY, Program, free_port, wait_until
from utils.update_envelope import (
    APPEND_SCRIPT,
    DUPLICATE_MARK_SECONDS,
    LANES,
    PARTITIONS,
    UpdateEnvelope,
    dead_stream_name,
    lease_key,
    stream_name,
)

ECHO = """
    from aiogram import F, Router
    from aiogram.types import Message

    def create_router():
        router = Router()
        router.message.register(answer, F.text)
        return router

    async def answer(message: Message, learner, translate, update_key):
        await message.answer(f"{learner.first_name}: {message.text}")
"""


class World:
    """The engine's surroundings: Redis, Telegram, the core, and a folder of bots."""

    def __init__(
        self, root: Path, redis_url: str, telegram: FakeTelegram, core: ScriptedCore
    ) -> None:
        self.root = root
        self.redis_url = redis_url
        self.telegram = telegram
        self.core = core
        self.port = free_port()
        self.redis = Redis.from_url(redis_url)
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)
        self._update_ids = itertools.count(1)
        self._token_numbers = itertools.count(7000000001)
        self._program: Program | None = None
        self._others: list[Program] = []
        shutil.copytree(REPOSITORY / "utils", root / "utils")
        shutil.copytree(REPOSITORY / "bots" / "engine", root / "bots" / "engine")
        for name in ("__init__.py", "bots_engine.py"):
            shutil.copy(REPOSITORY / "bots" / name, root / "bots" / name)

    def close(self) -> None:
        """Stop the engine and close all connections."""
        self.stop()
        self.http.close()
        self.redis.close()

    # ------------------------------------------------------------------ bots
    def folder(self, name: str) -> Path:
        """Where a bot lies."""
        return self.root / "bots" / name

    def add_bot(
        self, name: str, handlers: str = ECHO, *, env: dict[str, str] | None = None
    ) -> None:
        """Write a bot's folder, the handlers last: they are what makes it a bot."""
        staging = self.root / f"staging_{name}"
        (staging / "handlers").mkdir(parents=True)
        (staging / "__init__.py").touch()
        values = {
            "BOT_NAME": name, "BOT_TOKEN": f"{next(self._token_numbers)}:SIM{'a' * 40}",
            "BOT_INTERNAL_KEY": f"internal-{name}-".ljust(48, "i"),
            "DRF_INTERNAL_KEY": f"core-{name}-".ljust(48, "c"),
            **(env or {}),
        }  # fmt: skip
        lines = [f"{key}={value}\n" for key, value in values.items()]
        (staging / ".env").write_text("".join(lines))
        (staging / "handlers" / "__init__.py").write_text(textwrap.dedent(handlers))
        staging.rename(self.folder(name))
        if self._program is not None and not env:
            self.wait_for_state(name, "", seconds=10)

    def remove_bots(self) -> None:
        """Remove all bots and wait until the engine has let them go."""
        for config in (self.root / "bots").glob("*/handlers"):
            gone = self.root / f"gone_{next(self._token_numbers)}"
            config.parent.rename(gone)
        wait_until(lambda: self.ready()["bots"] == {}, what="the bots are gone")

    def forget(self) -> None:
        """Forget what was on record, and undo every fault."""
        self.telegram.forget()
        self.core.forget()
        self.redis.delete(*map(dead_stream_name, range(PARTITIONS)))

    def write_handlers(self, name: str, handlers: str) -> None:
        """Change a bot's handlers."""
        path = self.folder(name) / "handlers" / "__init__.py"
        path.write_text(textwrap.dedent(handlers))

    # --------------------------------------------------------------- process
    def start(self, *, inside: bool = False) -> None:
        """Start the engine from the root, or from inside its folder, and wait until it is up."""
        self.launch(inside=inside)
        _wait_until_up(self.port)

    def launch(self, *, inside: bool = False) -> None:
        """Start the process and return when it listens."""
        target = "bots_engine:app" if inside else "bots.bots_engine:app"
        folder = self.root / "bots" if inside else self.root
        self._program = self._run(target, folder, self.port)

    def start_another(self) -> Program:
        """Start one more engine beside the first; it ends with the world."""
        port = free_port()
        another = self._run("bots.bots_engine:app", self.root, port)
        self._others.append(another)
        _wait_until_up(port)
        return another

    def _run(self, target: str, folder: Path, port: int) -> Program:
        program = Program(
            ["-m", "uvicorn", target, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            environment={
                "PYTHONPATH": str(self.root),
                "REDIS_URL": self.redis_url,
                "TELEGRAM_API_URL": self.telegram.url,
                "CORE_API_URL": self.core.url,
                "PACE_CHAT_BURST": "1000",  # tests talk faster than people
            },
            log=self.root / f"bots-{port}.log",
        )
        program.wait_for_port(port)
        return program

    @property
    def pid(self) -> int:
        """The number of the engine's process."""
        assert self._program is not None
        return self._program.process.pid

    @property
    def log(self) -> str:
        """What the engine has logged."""
        assert self._program is not None
        return self._program.output

    def kill(self) -> None:
        """Kill the engine without warning."""
        assert self._program is not None
        self._program.process.kill()
        self._program.process.wait()

    def signal(self, how: signal.Signals) -> None:
        """Send the engine a signal."""
        assert self._program is not None
        self._program.process.send_signal(how)

    def owners(self) -> Counter[bytes]:
        """How many partitions each engine owns, by its name."""
        tokens = self.redis.mget([lease_key(number) for number in range(PARTITIONS)])
        return Counter(token.partition(b":")[2] for token in tokens if token)

    def stop(self) -> None:
        """Stop the engines in order."""
        while self._others:
            self._others.pop().stop()
        if self._program is not None:
            self._program.stop()
            self._program = None

    def ready(self) -> Any:
        """What `/health/ready` says."""
        return self.http.get("/health/ready").json()

    def state(self, bot: str) -> str:
        """What the engine says of a bot."""
        return str(self.ready()["bots"].get(bot, "unknown"))

    def wait_for_state(self, bot: str, beginning: str, *, seconds: float = 10) -> str:
        """Wait until the bot's state begins so (empty: was loaded or failed); return the state."""
        wait_until(
            lambda: self.state(bot) == "serving"
            if beginning in ("", "serving") and not self.state(bot).startswith("failed")
            else self.state(bot).startswith(beginning or "failed"),
            seconds=seconds, what=f"{bot} is {beginning!r}",
        )  # fmt: skip
        return self.state(bot)

    # --------------------------------------------------------------- updates
    def say(self, bot: str, text: str, *, chat: int = 100, language: str = "en") -> int:
        """Put a message into the queue as the gateway does; return its update_id."""
        return self.put(bot, {"message": message(text, chat=chat, language=language)})

    def put(self, bot: str, update: dict[str, Any], *, age: float = 0.0) -> int:
        """Put an update into the queue as the gateway does, `age` seconds ago; return its id."""
        update = {"update_id": next(self._update_ids), **update}
        body = json.dumps(update).encode()
        envelope = UpdateEnvelope.wrap(bot_name=bot, update=update, body=body, origin="gateway")
        self.append(replace(envelope, received_at=envelope.received_at - age))
        return int(update["update_id"])

    def append(self, envelope: UpdateEnvelope) -> None:
        """Put an entry into the queue."""
        arguments = [part for pair in envelope.fields().items() for part in pair]
        keys = [envelope.stream, envelope.duplicate_mark]
        self.redis.eval(APPEND_SCRIPT, 2, *keys, DUPLICATE_MARK_SECONDS, 10_000, *arguments)

    def wait_for_texts(self, *texts: str, seconds: float = 15) -> None:
        """Wait until all of these were sent."""
        wait_until(
            lambda: set(texts) <= set(self.telegram.texts), seconds=seconds,
            what=f"{texts} were sent",
        )  # fmt: skip

    def dead_letters(self) -> list[dict[bytes, bytes]]:
        """What was parked."""
        return [
            fields
            for partition in range(PARTITIONS)
            for _, fields in self.redis.xrange(dead_stream_name(partition))
        ]

    def wait_for_ledgers(self) -> None:
        """Wait until Redis knows the answer to every call that was made."""
        wait_until(
            lambda: all(
                all(self.redis.hvals(ledger)) for ledger in self.redis.scan_iter("engage:done:*")
            ),
            what="the ledgers are complete",
        )

    def queued(self) -> int:
        """How many entries the streams hold."""
        return sum(
            int(self.redis.xlen(stream_name(partition, lane)))
            for partition in range(PARTITIONS)
            for lane in LANES
        )


def press(data: str, *, chat: int = 100) -> dict[str, Any]:
    """Return a press of a button, as Telegram words it."""
    said = message("a question", chat=chat)
    return {"id": "1", "from": said["from"], "chat_instance": "1", "data": data, "message": said}


def _wait_until_up(port: int) -> None:
    url = f"http://127.0.0.1:{port}/health/ready"
    wait_until(
        lambda: httpx2.get(url, trust_env=False).json()["checks"]["engine"] == "ok",
        seconds=60, what="the engine is up",
    )  # fmt: skip


def message(text: str, *, chat: int = 100, language: str = "en") -> dict[str, Any]:
    """Return a text message from a person in a private chat, as Telegram words it."""
    return {
        "message_id": 1,
        "date": int(time.time()),
        "text": text,
        "chat": {"id": chat, "type": "private", "first_name": "Ann"},
        "from": {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": language},
    }
