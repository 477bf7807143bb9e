"""Ready means that a learner was answered: a probe person writes to every bot."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx2

PROBE_USERNAME = "engage_probe"
_ANSWER_SECONDS = 20.0


async def ask_every_bot(simulator_url: str, bots: Sequence[str]) -> dict[str, float]:
    """Send /start to every bot and return the milliseconds until each one answered.

    A bot that does not answer within 20 seconds is left out.
    """
    async with httpx2.AsyncClient(
        base_url=simulator_url, timeout=_ANSWER_SECONDS + 5, trust_env=False
    ) as simulator:
        person = await _probe_person(simulator)
        answers = await asyncio.gather(*(_ask(simulator, person, bot) for bot in bots))
    return {bot: taken for bot, taken in zip(bots, answers, strict=True) if taken is not None}


async def _probe_person(simulator: httpx2.AsyncClient) -> int:
    listed: list[dict[str, Any]] = (await simulator.get("/sim/users")).json()
    for person in listed:
        if person.get("username") == PROBE_USERNAME:
            return int(person["id"])
    profile = {"first_name": "engagectl", "username": PROBE_USERNAME, "language_code": "en"}
    return int((await simulator.post("/sim/users", json=profile)).json()["id"])


async def _ask(simulator: httpx2.AsyncClient, person: int, bot: str) -> float | None:
    chat: dict[str, str | float] = {"user_id": person, "bot": bot}
    seen = (await simulator.get("/sim/history", params=chat)).json()
    begun = time.perf_counter()
    await simulator.post("/sim/send", json={**chat, "text": "/start"})
    version = seen["version"]
    while time.perf_counter() - begun < _ANSWER_SECONDS:
        asked = {**chat, "after": version, "wait": _ANSWER_SECONDS}
        news = (await simulator.get("/sim/history", params=asked)).json()
        if any(not message["outgoing"] for message in news["messages"]):
            return round((time.perf_counter() - begun) * 1000, 1)
        version = news["version"]
    return None
