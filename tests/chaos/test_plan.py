"""The load: the same seed, the same load; every chat in turn; effects read back from texts."""

import pytest

from engagectl.chaos.plan import MOST_UPDATES_A_CHAT, Effect, make_plan, read_effects
from utils.errors import EngageError


def test_the_same_seed_gives_the_same_load():
    asked = {"updates": 300, "chats": 20, "bots": 3}
    assert make_plan(seed=7, **asked) == make_plan(seed=7, **asked)
    assert make_plan(seed=7, **asked) != make_plan(seed=8, **asked)


def test_every_update_has_its_number_and_every_chat_its_turn():
    plan = make_plan(seed=1, updates=95, chats=10, bots=3)
    assert [update.number for update in plan.updates] == list(range(1, 96))
    shares = [sum(update.chat == chat for update in plan.updates) for chat in range(10)]
    assert set(shares) == {9, 10}


def test_a_person_talks_to_each_bot_in_a_chat_of_its_own():
    plan = make_plan(seed=1, updates=1, chats=50, bots=5)
    assert len(set(plan.chats)) == 50
    assert {chat.bot for chat in plan.chats if chat.person == 0} == set(range(5))


def test_a_load_has_texts_and_presses_with_one_effect_and_with_two():
    plan = make_plan(seed=3, updates=200, chats=10, bots=2)
    kinds = {(update.kind, update.effects) for update in plan.updates}
    assert kinds == {("text", 1), ("text", 2), ("press", 1), ("press", 2)}


def test_more_updates_than_the_chats_can_hold_are_refused():
    with pytest.raises(EngageError, match="too many for 2 chats"):
        make_plan(seed=1, updates=2 * MOST_UPDATES_A_CHAT + 1, chats=2, bots=1)


def test_effects_are_read_from_texts_and_other_texts_are_left_out():
    texts = ["chaos 12.1 of 900", "I cannot reach my notebook", "chaos 12", "chaos 12.2 of 900"]
    assert read_effects(texts) == [Effect(12, 1, 900), Effect(12, 2, 900)]
