"""Updates reach their bot in order, once, or are parked: never lost, never silent."""

import time

from tests.bots_engine.world import World
from tests.services import wait_until

SLOW_FIRST = """
    import asyncio
    from aiogram import Router

    def create_router():
        router = Router()
        router.message.register(answer)
        return router

    async def answer(message):
        if message.text == "slow":
            await asyncio.sleep(1)
        await message.answer(f"{message.chat.id} {message.text}")
"""

FAILS_TWICE = """
    from aiogram import Router
    seen = []

    def create_router():
        router = Router()
        router.message.register(answer)
        return router

    async def answer(message):
        await message.answer(f"begin {message.text}")
        seen.append(message.text)
        if message.text == "first" and seen.count("first") < 3:
            raise ValueError("not yet")
        await message.answer(f"end {message.text}")
"""

ALWAYS_FAILS = """
    from aiogram import Router

    def create_router():
        router = Router()
        router.message.register(answer)
        return router

    async def answer(message):
        if message.text == "bad":
            raise ValueError("cannot be done with 7000000001:SIMaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
        await message.answer(message.text)
"""


def test_learner_is_made_at_the_first_message_and_answered(world: World) -> None:
    world.add_bot("echo_bot")
    world.say("echo_bot", "hello")
    world.wait_for_texts("Ann: hello")
    assert [method for method, _ in world.core.calls] == ["GET", "PUT"]
    assert world.core.calls[1][1] == {
        "chat_id": 100, "first_name": "Ann", "language_code": "en"
    }  # fmt: skip
    assert world.core.keys == {"core-echo_bot-".ljust(48, "c")}
    wait_until(lambda: world.queued() == 0, what="the handled entry is out of the stream")


def test_idle_engine_answers_at_once(world: World) -> None:
    world.add_bot("echo_bot")
    world.say("echo_bot", "warm-up")
    world.wait_for_texts("Ann: warm-up")
    waits = []
    for number in range(10):
        said_at = time.time()
        world.say("echo_bot", f"n{number}")
        world.wait_for_texts(f"Ann: n{number}")
        waits.append(world.telegram.arrivals[-1] - said_at)
    assert sorted(waits)[5] < 0.1, waits


def test_order_holds_within_a_chat_and_chats_do_not_wait_for_one_another(world: World) -> None:
    world.add_bot("slow_bot", SLOW_FIRST)
    world.say("slow_bot", "slow", chat=1)
    for number in range(5):
        world.say("slow_bot", str(number), chat=1)
        world.say("slow_bot", str(number), chat=2)
    world.wait_for_texts("1 4", "2 4")
    texts = world.telegram.texts
    assert [text for text in texts if text.startswith("1 ")] == [
        "1 slow", "1 0", "1 1", "1 2", "1 3", "1 4"
    ]  # fmt: skip
    assert texts.index("2 4") < texts.index("1 slow")


def test_failing_handler_is_repeated_while_its_chat_waits_and_nothing_is_sent_twice(
    world: World,
) -> None:
    world.add_bot("shaky_bot", FAILS_TWICE)
    world.say("shaky_bot", "first")
    world.say("shaky_bot", "second")
    world.wait_for_texts("end second")
    assert world.telegram.texts == ["begin first", "end first", "begin second", "end second"]
    assert world.dead_letters() == []


def test_update_that_keeps_failing_or_has_no_bot_is_parked_and_its_sender_told(
    world: World,
) -> None:
    world.add_bot("failing_bot", ALWAYS_FAILS)
    bad = world.say("failing_bot", "bad", language="ru")
    foreign = world.say("stranger_bot", "hello", chat=5)
    world.say("failing_bot", "good")
    world.wait_for_texts("good", seconds=20)
    wait_until(lambda: len(world.dead_letters()) == 2, what="both are parked")
    dead = {int(letter[b"id"]): letter for letter in world.dead_letters()}
    assert dead[bad][b"attempts"] == b"5"
    assert b"ValueError: cannot be done" in dead[bad][b"error"]
    assert b"SIMaaaa" not in dead[bad][b"error"]
    assert b"no bot called stranger_bot serves here" in dead[foreign][b"error"]
    assert "SIMaaaa" not in world.log
    assert world.telegram.texts[0].startswith("У меня что-то пошло не так")
    assert len(world.telegram.texts) == 2


def test_what_is_no_update_is_parked_without_repeats(world: World) -> None:
    world.add_bot("echo_bot")
    world.put("echo_bot", {"message": {"chat": {"id": 100}, "text": 5}})
    wait_until(lambda: len(world.dead_letters()) == 1, what="it is parked")
    assert b"UnfitUpdateError" in world.dead_letters()[0][b"error"]


def test_update_in_hand_when_the_process_is_killed_is_handled_after_the_next_start(
    stopped_world: World,
) -> None:
    stopped_world.add_bot("slow_bot", SLOW_FIRST)
    stopped_world.start()
    stopped_world.say("slow_bot", "slow")
    stopped_world.say("slow_bot", "after")
    time.sleep(0.4)
    stopped_world.kill()
    assert stopped_world.telegram.texts == []
    stopped_world.start()
    stopped_world.wait_for_texts("100 after")
    assert stopped_world.telegram.texts == ["100 slow", "100 after"]


def test_handler_in_progress_ends_before_the_process_stops(stopped_world: World) -> None:
    stopped_world.add_bot("slow_bot", SLOW_FIRST)
    stopped_world.start()
    stopped_world.say("slow_bot", "slow")
    time.sleep(0.4)
    stopped_world.stop()
    assert stopped_world.telegram.texts == ["100 slow"]
    assert stopped_world.queued() == 0


def test_silent_core_is_told_once_and_the_update_waits_for_it(world: World) -> None:
    world.add_bot("echo_bot")
    world.core.is_down = True
    world.say("echo_bot", "привет", language="ru")
    world.say("echo_bot", "ещё", language="ru")
    wait_until(lambda: world.telegram.texts != [], seconds=30, what="the learner is told")
    assert world.telegram.texts[0].startswith("Сейчас я не могу заглянуть")
    world.core.is_down = False
    world.wait_for_texts("Ann: ещё", seconds=30)
    assert world.telegram.texts[1:] == ["Ann: привет", "Ann: ещё"]
    assert world.dead_letters() == []


def test_core_that_is_back_within_seconds_is_not_noticed(world: World) -> None:
    world.add_bot("echo_bot")
    world.core.is_down = True
    world.say("echo_bot", "hello")
    time.sleep(1)
    world.core.is_down = False
    world.wait_for_texts("Ann: hello")
    assert world.telegram.texts == ["Ann: hello"]


def test_retry_after_is_honoured(world: World) -> None:
    world.add_bot("echo_bot")
    world.telegram.refuse_next("sendMessage", 429, retry_after=1)
    said_at = time.time()
    world.say("echo_bot", "hello")
    world.wait_for_texts("Ann: hello")
    assert world.telegram.arrivals[-1] - said_at >= 1


def test_learner_who_blocked_the_bot_is_no_failure(world: World) -> None:
    world.add_bot("echo_bot")
    blocked = "Forbidden: bot was blocked by the user"
    world.telegram.refuse_next("sendMessage", 403, description=blocked)
    world.say("echo_bot", "one")
    world.say("echo_bot", "two")
    world.wait_for_texts("Ann: two")
    assert world.telegram.texts == ["Ann: two"]
    assert world.dead_letters() == []


def test_what_no_handler_takes_is_answered(world: World) -> None:
    world.add_bot("echo_bot")
    sticker = {
        "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
        "is_animated": False, "is_video": False,
    }  # fmt: skip
    sender = {"id": 100, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    chat = {"id": 100, "type": "private"}
    said = {"message_id": 1, "date": 1, "chat": chat, "from": sender}
    world.put("echo_bot", {"message": {**said, "sticker": sticker}})
    world.put(
        "echo_bot",
        {
            "callback_query": {
                "id": "1", "from": sender, "chat_instance": "1", "data": "old",
                "message": {**said, "text": "x"},
            }
        },
    )  # fmt: skip
    wait_until(
        lambda: (
            {"sendMessage", "answerCallbackQuery"} <= {name for name, _ in world.telegram.calls}
        ),
        what="message and press are answered",
    )
    assert "/help" in world.telegram.texts[0]
