"""Bent updates by the front door: each is answered, and in the end handled or parked."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_gateway.gateway import OWN_SECRET, SHARED_SECRET, Gateway
from tests.bots_engine.conftest import surroundings
from tests.bots_engine.world import World, message
from tests.fuzz.cases import CASES, SEED
from tests.fuzz.updates import fuzzed_bodies
from tests.services import wait_until
from utils.update_envelope import DEAD_REASONS

TALKATIVE = """
    from aiogram import Router
    from aiogram.types import CallbackQuery, InlineQuery, Message, PreCheckoutQuery

    def create_router():
        router = Router()
        for kind in ("message", "edited_message", "channel_post", "business_message"):
            getattr(router, kind).register(answer)
        router.callback_query.register(answer_press)
        router.inline_query.register(answer_query)
        router.pre_checkout_query.register(agree)
        return router

    async def answer(message: Message, learner, translate):
        await message.answer(f"{learner.first_name}: {message.text or message.caption or '-'}")

    async def answer_press(query: CallbackQuery, learner):
        await query.answer()
        if query.message:
            await query.message.answer(f"{query.data} {query.message.date}")

    async def answer_query(query: InlineQuery):
        await query.answer([])

    async def agree(query: PreCheckoutQuery):
        await query.answer(ok=True)
"""
_SECRETS = {"english_bot": SHARED_SECRET, "vocabulary_bot": OWN_SECRET}
_ANSWERS = {200, 413, 422}
_HANDLED = re.compile(r'(?m)^engage_bots_updates_total\{.*outcome="handled".*\} ([\d.e+]+)$')


class FrontDoor:
    """Gateway, Redis and bots as they run, and the updates posted to them."""

    def __init__(self, gateway: Gateway, world: World) -> None:
        self.gateway = gateway
        self.world = world
        self._bots = itertools.cycle(_SECRETS)

    def post(self, body: bytes) -> int:
        """Post a body as Telegram does, to the bots in turn, and return the status."""
        bot = next(self._bots)
        return self.gateway.post(bot, body, secret=_SECRETS[bot]).status_code

    def taken(self) -> int:
        """How many different updates were ever put into the queue."""
        return sum(1 for _ in self.world.redis.scan_iter("engage:seen:*", count=1000))

    def handled(self) -> int:
        """How many the bots have handled."""
        shown = self.world.http.get("/metrics").text
        return round(sum(float(number) for number in _HANDLED.findall(shown)))


@pytest.fixture(scope="module")
def front_door(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[FrontDoor]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    own_url = f"{redis_url.removesuffix('/0')}/3"
    with surroundings(folder / "copy", own_url) as world:
        for bot in _SECRETS:
            world.add_bot(bot, TALKATIVE)
        gateway = Gateway(folder, own_url)
        gateway.start()
        world.start()
        yield FrontDoor(gateway, world)
        gateway.close()


@pytest.mark.timeout(120 + CASES // 20)
def test_every_bent_update_is_answered_and_handled_or_parked(front_door: FrontDoor):
    world = front_door.world
    answers, sound = Counter[int](), set[int]()
    for body in fuzzed_bodies(random.Random(SEED), CASES):
        status = front_door.post(body.content)
        answers[status] += 1
        if body.sound_id is not None:
            assert status == 200, body
            sound.add(body.sound_id)
    assert set(answers) <= _ANSWERS, answers
    assert answers[200] > CASES / 3, "the generator tries the door alone"
    wait_until(lambda: world.queued() == 0, seconds=60 + CASES / 50, what="the queue is empty")
    letters = world.dead_letters()
    assert {letter[b"reason"].decode() for letter in letters} <= set(DEAD_REASONS)
    wait_until(
        lambda: front_door.handled() + len(letters) == front_door.taken(),
        what=f"handled {front_door.handled()}, parked {len(letters)}, taken {front_door.taken()}",
    )
    assert front_door.handled() >= len(sound) > CASES / 10
    assert any(letter[b"reason"] == b"unfit" for letter in letters)
    failed_though_sound = [each for each in letters if int(each[b"id"]) in sound]
    assert failed_though_sound == []


def test_afterwards_both_processes_are_the_same_and_serve(front_door: FrontDoor):
    world = front_door.world
    for bot in _SECRETS:
        # Numbers of its own: low ones were used above, for repeats and for people of odd names.
        asked = message(f"still here, {bot}?", chat=900_000_000)
        world.put(bot, {"update_id": 900_000_000, "message": asked})
    world.wait_for_texts(*(f"Ann: still here, {bot}?" for bot in _SECRETS))
    assert front_door.gateway.program is not None
    assert front_door.gateway.program.process.poll() is None
    assert "Traceback" not in front_door.gateway.program.output
