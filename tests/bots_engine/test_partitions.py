"""Several processes share the partitions: in order, nothing lost, nothing done twice."""

import signal
import time

from tests.bots_engine.world import World, press
from tests.services import wait_until
from utils.update_envelope import PARTITIONS, UNSURE_KEY

TWO_STEPS = """
    import asyncio
    from aiogram import Router

    def create_router():
        router = Router()
        router.message.register(answer)
        router.callback_query.register(pressed)
        return router

    async def answer(message, core, learner):
        await core.put_learner(message.chat.id, chat_id=message.chat.id, first_name=message.text)
        await message.answer(f"begin {message.text}")
        if message.text.startswith("slow"):
            await asyncio.sleep(3)
        await message.answer(f"end {message.text}")

    async def pressed(query):
        await query.answer()
        await query.message.answer(f"pressed {query.data}")
"""


def test_a_press_is_answered_while_a_slow_message_of_its_chat_is_handled(world: World) -> None:
    world.add_bot("steps_bot", TWO_STEPS)
    world.say("steps_bot", "slow")
    world.wait_for_texts("begin slow")
    world.say("steps_bot", "next")
    world.put("steps_bot", {"callback_query": press("yes")})
    world.wait_for_texts("end next")
    assert world.telegram.texts == [
        "begin slow", "pressed yes", "end slow", "begin next", "end next"
    ]  # fmt: skip


def test_what_telegram_takes_no_answer_to_any_more_is_parked(world: World) -> None:
    world.add_bot("steps_bot", TWO_STEPS)
    late = world.put("steps_bot", {"callback_query": press("late")}, age=151)
    world.put("steps_bot", {"callback_query": press("in time")}, age=100)
    world.wait_for_texts("pressed in time")
    wait_until(lambda: len(world.dead_letters()) == 1, what="the late one is parked")
    (letter,) = world.dead_letters()
    assert (int(letter[b"id"]), letter[b"reason"], letter[b"lane"]) == (late, b"expired", b"fast")
    assert "pressed late" not in world.telegram.texts


def test_partitions_are_shared_out_and_given_back(stopped_world: World) -> None:
    stopped_world.add_bot("steps_bot", TWO_STEPS)
    stopped_world.start()
    wait_until(lambda: sum(stopped_world.owners().values()) == PARTITIONS, what="all are owned")
    another = stopped_world.start_another()
    wait_until(
        lambda: sorted(stopped_world.owners().values()) == [PARTITIONS // 2] * 2,
        what="each owns its half",
    )
    for chat in range(40):
        stopped_world.say("steps_bot", f"text {chat}", chat=chat + 1)
    stopped_world.wait_for_texts(*(f"end text {chat}" for chat in range(40)))
    another.stop()
    # A lease that is left to run out would keep its partition for seconds more.
    assert len(stopped_world.owners()) == 1
    wait_until(lambda: sum(stopped_world.owners().values()) == PARTITIONS, what="all are owned")


def test_a_killed_process_s_partitions_go_on_elsewhere_without_a_repeat(
    stopped_world: World,
) -> None:
    world = stopped_world
    world.add_bot("steps_bot", TWO_STEPS)
    world.start()
    world.start_another()
    wait_until(lambda: len(world.owners()) == 2, what="both own partitions")
    chats = range(1, 21)
    for chat in chats:
        world.say("steps_bot", f"slow {chat}", chat=chat)
    world.wait_for_texts(*(f"begin slow {chat}" for chat in chats))
    world.wait_for_ledgers()
    world.kill()
    for chat in chats:
        world.say("steps_bot", f"after {chat}", chat=chat)
    world.wait_for_texts(*(f"end after {chat}" for chat in chats), seconds=40)
    for chat in chats:
        assert [text for text in world.telegram.texts if text.endswith(f" {chat}")] == [
            f"begin slow {chat}", f"end slow {chat}", f"begin after {chat}", f"end after {chat}"
        ]  # fmt: skip
    names = [body["first_name"] for _, body in world.core.calls if body]
    assert sorted(name for name in names if name.startswith("slow")) == sorted(
        f"slow {chat}" for chat in chats
    )
    assert world.redis.xlen(UNSURE_KEY) == 0
    wait_until(lambda: not list(world.redis.scan_iter("engage:done:*")), what="ledgers are gone")


def test_a_process_that_wakes_up_after_its_lease_does_nothing_more(stopped_world: World) -> None:
    world = stopped_world
    world.add_bot("steps_bot", TWO_STEPS)
    world.start()
    world.say("steps_bot", "slow")
    world.wait_for_texts("begin slow")
    world.wait_for_ledgers()
    world.signal(signal.SIGSTOP)
    world.say("steps_bot", "next")
    world.start_another()
    world.wait_for_texts("end next", seconds=40)
    world.signal(signal.SIGCONT)
    world.say("steps_bot", "last")
    world.wait_for_texts("end last")
    wait_until(lambda: world.queued() == 0, what="all is settled")
    time.sleep(3)  # the woken handler's own sleep, after which it would send
    assert world.telegram.texts == [
        "begin slow", "end slow", "begin next", "end next", "begin last", "end last"
    ]  # fmt: skip


def test_an_update_that_ends_its_process_again_and_again_is_parked(stopped_world: World) -> None:
    world = stopped_world
    world.add_bot("steps_bot", TWO_STEPS)
    world.start()
    deadly = world.say("steps_bot", "slow")
    world.wait_for_texts("begin slow")
    world.wait_for_ledgers()
    world.kill()
    (ledger,) = world.redis.scan_iter("engage:done:*")
    world.redis.hset(ledger, "again", 5)
    world.say("steps_bot", "next")
    world.start()
    world.wait_for_texts("end next", seconds=30)
    (letter,) = world.dead_letters()
    assert (int(letter[b"id"]), letter[b"reason"]) == (deadly, b"lethal")
    assert "end slow" not in world.telegram.texts
