"""Taps on the buttons of a step."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bots.engine.core_models import Step
from bots.shared.activities import answer_by_tap, current_step, notice_late_tap
from bots.shared.callbacks import (
    CheckTap,
    ChoiceTap,
    DontKnowTap,
    RatingTap,
    RevealTap,
    StepTap,
    TileTap,
)
from bots.shared.keyboards import step_keyboard
from bots.shared.learner_chat import LearnerChat
from bots.shared.steps import render_step
from bots.shared.tiles import decode_picks, left_over


async def choose(_query: CallbackQuery, callback_data: ChoiceTap, chat: LearnerChat) -> None:
    """Answer with an option."""
    await answer_by_tap(chat, callback_data, by="choice", given=callback_data.option)


async def give_up(_query: CallbackQuery, callback_data: DontKnowTap, chat: LearnerChat) -> None:
    """Answer that the learner does not know."""
    await answer_by_tap(chat, callback_data, by="dont_know", given=None)


async def rate(_query: CallbackQuery, callback_data: RatingTap, chat: LearnerChat) -> None:
    """Answer how well a card was remembered."""
    await answer_by_tap(chat, callback_data, by="rating", given=callback_data.rating)


async def reveal(_query: CallbackQuery, callback_data: RevealTap, chat: LearnerChat) -> None:
    """Turn a card over."""
    step = await _tapped_step(chat, callback_data)
    if step:
        t = chat.texts
        buttons = step_keyboard(step, t, revealed=True)
        await chat.replace(render_step(step, t, revealed=True), buttons)


async def pick(_query: CallbackQuery, callback_data: TileTap, chat: LearnerChat) -> None:
    """Show the tiles after a pick or an undo."""
    step = await _tapped_step(chat, callback_data)
    if step:
        t = chat.texts
        picks = picked_tiles(step, callback_data.picks)
        await chat.replace(render_step(step, t, picks=picks), step_keyboard(step, t, picks=picks))


async def check(_query: CallbackQuery, callback_data: CheckTap, chat: LearnerChat) -> None:
    """Answer with the tiles picked."""
    step = await _tapped_step(chat, callback_data)
    if step is None:
        return
    picks = picked_tiles(step, callback_data.picks)
    if step.input == "pairs":
        pairs = zip(step.options, picks, strict=False)
        matched = [(left.id, step.right_options[right].id) for left, right in pairs]
        await answer_by_tap(chat, callback_data, by="pairs", given=matched)
        return
    order = [step.options[index].id for index in picks]
    await answer_by_tap(chat, callback_data, by="order", given=order)


def picked_tiles(step: Step, picks: str) -> list[int]:
    """Return the tiles picked so far; a last pair that is left over makes itself."""
    if step.input != "pairs":
        return decode_picks(picks, len(step.options))
    rows, tiles = len(step.options), len(step.right_options)
    picked = decode_picks(picks, tiles)[:rows]
    if len(picked) == rows - 1 == tiles - 1:
        picked += left_over(picked, tiles)
    return picked


async def _tapped_step(chat: LearnerChat, tap: StepTap) -> Step | None:
    """Return the step that a button belongs to; a late tap gets its notice and None."""
    step = await current_step(chat)
    if step and step.step_id == tap.step_id:
        return step
    await notice_late_tap(chat, tap, step)
    return None


def create_router() -> Router:
    """Return the router of all taps on steps."""
    router = Router(name="steps")
    router.callback_query.register(choose, ChoiceTap.filter())
    router.callback_query.register(give_up, DontKnowTap.filter())
    router.callback_query.register(rate, RatingTap.filter())
    router.callback_query.register(reveal, RevealTap.filter())
    router.callback_query.register(pick, TileTap.filter())
    router.callback_query.register(check, CheckTap.filter())
    return router
