"""The gateway as an operator runs it, with an `.env` of the test's own."""

from pathlib import Path
from typing import Any

import httpx2
from redis import Redis

from tests.services import REPOSITORY, Program, free_port
from utils.update_envelope import LANES, PARTITIONS, UpdateEnvelope, stream_name

SHARED_SECRET = "shared-secret-of-all-bots"
OWN_SECRET = "secret-of-the-vocabulary-bot"
TOKENS = {
    "english_bot": f"7000000001:SIM{'e' * 40}",
    "vocabulary_bot": f"7000000002:SIM{'v' * 40}",
}
ENV = {
    "WEBHOOK_SECRET": SHARED_SECRET,
    "BOT_NAME_1": "english_bot",
    "BOT_TOKEN_1": TOKENS["english_bot"],
    "BOT_INTERNAL_KEY_1": "k" * 48,
    "BOT_NAME_2": "vocabulary_bot",
    "BOT_TOKEN_2": TOKENS["vocabulary_bot"],
    "BOT_INTERNAL_KEY_2": "l" * 48,
    "BOT_WEBHOOK_SECRET_2": OWN_SECRET,
}


class Gateway:
    """One gateway process and a client of it."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.env_file = folder / "gateway.env"
        self.port = free_port()
        self.redis_url = redis_url
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)
        self.program: Program | None = None
        self.write_env(ENV)

    def write_env(self, values: dict[str, str]) -> None:
        """Replace the `.env` at once, as engagectl does."""
        temporary = self.folder / "gateway.env.new"
        temporary.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        temporary.replace(self.env_file)

    def launch(self, *, inside: bool = False, **environment: str) -> Program:
        """Start the process without waiting."""
        target = "core_webhook:app" if inside else "api_gateway.core_webhook:app"
        self.program = Program(
            ["-m", "uvicorn", target, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=REPOSITORY / "api_gateway" if inside else REPOSITORY,
            environment={
                "ENGAGE_GATEWAY_ENV_FILE": str(self.env_file),
                "REDIS_URL": self.redis_url,
                **environment,
            },
            log=self.folder / "gateway.log",
        )
        return self.program

    def start(self, *, inside: bool = False) -> None:
        """Start the process and wait until it listens."""
        self.launch(inside=inside).wait_for_port(self.port)

    def close(self) -> None:
        """Stop the process and close the client."""
        self.http.close()
        if self.program is not None:
            self.program.stop()

    def post(
        self, bot: str, content: Any, *, secret: str | None = SHARED_SECRET, slash: bool = True
    ) -> httpx2.Response:
        """Post an update as Telegram does; bytes and byte streams go as they are."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        path = f"/webhook/{bot}/" if slash else f"/webhook/{bot}"
        if isinstance(content, dict):
            return self.http.post(path, json=content, headers=headers)
        return self.http.post(path, content=content, headers=headers)


def stored(redis: Redis) -> list[UpdateEnvelope]:
    """Return all updates in the streams."""
    return [
        UpdateEnvelope.from_fields(fields)
        for partition in range(PARTITIONS)
        for lane in LANES
        for _, fields in redis.xrange(stream_name(partition, lane))
    ]
