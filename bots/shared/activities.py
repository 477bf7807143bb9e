"""The way through an activity: begin, put a step, take an answer, sum up.

What comes next is the core's decision; here it is only shown.
"""

from typing import Literal

from bots.engine.core_models import Activity, ActivityKind, AnswerOutcome, Step, Summary
from bots.shared.callbacks import StepTap
from bots.shared.keyboards import go, keyboard, step_keyboard, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.outcomes import (
    render_intro,
    render_rating,
    render_summary,
    render_verdict,
    summary_keyboard,
)
from bots.shared.steps import clip, render_step
from bots.shared.texts import escape

LONGEST_MESSAGE = 4000

By = Literal["choice", "text", "order", "pairs", "rating", "dont_know"]
Given = str | list[str] | list[tuple[str, str]] | None


async def begin(chat: LearnerChat, kind: ActivityKind, *, restart: bool = False) -> None:
    """Start an activity or take up the open one, and put its step."""
    activity = await chat.core.start_activity(chat.learner.telegram_id, kind, restart=restart)
    await chat.take_buttons_away()
    await show(chat, activity)


async def go_on(chat: LearnerChat) -> None:
    """Put the current step again; without one, say what could be done."""
    activity = await current(chat)
    if activity is None:
        await offer_ways(chat, chat.texts("Nothing is under way. What shall we do?"))
        return
    await chat.take_buttons_away()
    await show(chat, activity)


async def show(chat: LearnerChat, activity: Activity) -> None:
    """Show where an activity stands: its rule before the first step, the step, or its end."""
    if activity.intro and not activity.resumed:
        await chat.say(render_intro(activity.intro, activity.activity))
    if activity.resumed and activity.next:
        await chat.say(chat.texts("We go on where you stopped 👇"))
    await put_next(chat, activity.next, activity.summary)


async def put_next(chat: LearnerChat, step: Step | None, summary: Summary | None) -> None:
    """Put the next step, or tell the summary."""
    if summary:
        t = chat.texts
        await chat.say(render_summary(summary, t), summary_keyboard(summary, t, chat.offered))
    if step:
        await chat.say(render_step(step, chat.texts), step_keyboard(step, chat.texts))


async def current(chat: LearnerChat) -> Activity | None:
    """Return the open activity if it is one that this bot offers."""
    activity = await chat.core.current_activity(chat.learner.telegram_id)
    return activity if activity and activity.activity in chat.offered else None


async def current_step(chat: LearnerChat) -> Step | None:
    """Return the step that waits for an answer in this bot."""
    activity = await current(chat)
    return activity.next if activity else None


async def offer_ways(chat: LearnerChat, text: str) -> None:
    """Say `text` with the buttons to what this bot offers."""
    ways = [way(one, chat.texts) for one in chat.offered if one != "placement"]
    await chat.say(text, keyboard([ways[:1], ways[1:]]))


async def pause(chat: LearnerChat) -> None:
    """Put the open activity aside; its steps and answers are kept."""
    t, kind = chat.texts, chat.learner.open_activity
    if kind is None or kind not in chat.offered:
        await offer_ways(chat, t("Nothing is under way. What shall we do?"))
        return
    await chat.core.pause_activity(chat.learner.telegram_id)
    await chat.take_buttons_away()
    again = go(t.plain("▶️ Continue"), kind)
    text = t("⏸ Paused. Everything is kept, come back any time.")
    await chat.say(text, keyboard([[again, way("progress", t)]]))


async def answer_by_tap(chat: LearnerChat, tap: StepTap, *, by: By, given: Given) -> None:
    """Take an answer given by a button: judge it in the step's message, then put the next."""
    outcome = await _ask_core(chat, step_id=tap.step_id, by=by, given=given)
    if outcome.outcome in {"stale", "nothing_open"}:
        await notice_late_tap(chat, tap, outcome.next)
        return
    if outcome.outcome == "invalid":
        await chat.say(_why_invalid(chat, outcome))
        return
    await _close_step(chat, outcome, by=by)
    await put_next(chat, outcome.next, outcome.summary)


async def answer_by_text(chat: LearnerChat, step: Step, text: str) -> None:
    """Take a typed answer to `step`."""
    by, given = read_typed(step, text)
    outcome = await _ask_core(chat, step_id=step.step_id, by=by, given=given)
    if outcome.outcome == "invalid":
        await chat.say(_why_invalid(chat, outcome))
        return
    if outcome.verdict:
        await chat.say(render_verdict(outcome.verdict, chat.texts))
    if outcome.outcome == "nothing_open":
        await offer_ways(chat, chat.texts("Nothing is under way. What shall we do?"))
    await put_next(chat, outcome.next, outcome.summary)


def read_typed(step: Step, text: str) -> tuple[By, Given]:
    """Return what typed text means: the number of an option shown, else text for the core."""
    typed = text.strip().rstrip(".)")
    texts = {option.text.strip() for option in step.options}
    if step.input != "choice" or typed in texts or not typed.isdecimal():
        return "text", text
    number = int(typed[:3])
    if 1 <= number <= len(step.options):
        return "choice", step.options[number - 1].id
    return "text", text


async def notice_late_tap(chat: LearnerChat, tap: StepTap, step: Step | None) -> None:
    """Tell that a button's step is over, and put the current one unless it stands right below."""
    t = chat.texts
    is_next_below = step is not None and step.position == tap.position + 1
    answered, closed = t.plain("This one is answered already 🙂"), t.plain("This one is closed 🙂")
    await chat.acknowledge(answered if is_next_below else closed)
    await chat.take_buttons_away()
    if step is None or step.activity not in chat.offered:
        await offer_ways(chat, t("What shall we do?"))
    elif not is_next_below:
        await put_next(chat, step, None)


async def _ask_core(chat: LearnerChat, *, step_id: str, by: By, given: Given) -> AnswerOutcome:
    return await chat.core.answer(
        chat.learner.telegram_id,
        step_id=step_id,
        by=by,
        given=given,
        idempotency_key=chat.update_key,
    )


async def _close_step(chat: LearnerChat, outcome: AnswerOutcome, *, by: By) -> None:
    """Leave the question standing with the answer and the verdict in place of its buttons."""
    answer = "" if by in {"order", "pairs"} else f"👉 {escape(clip(_label_of_tap(chat)))}"
    verdict = _render_outcome(chat, outcome, by)
    text = "\n\n".join(part for part in (_question_of(chat), answer, verdict) if part)
    if len(text) <= LONGEST_MESSAGE:
        await chat.replace(text)
        return
    await chat.take_buttons_away()
    await chat.say(verdict or answer)


def _render_outcome(chat: LearnerChat, outcome: AnswerOutcome, by: By) -> str:
    if outcome.verdict is None:
        return ""
    if by == "rating":
        message = chat.tapped_message
        return render_rating(outcome.verdict, shown=(message and message.text) or "")
    return render_verdict(outcome.verdict, chat.texts)


def _question_of(chat: LearnerChat) -> str:
    """The tapped message without a last line that says how to answer."""
    message, t = chat.tapped_message, chat.texts
    text = message.html_text if message else ""
    text = text.removesuffix(t("✍️ Send your answer as a message."))
    return text.removesuffix(t("<b>Was it easy to remember?</b>")).rstrip()


def _label_of_tap(chat: LearnerChat) -> str:
    message = chat.tapped_message
    rows = message.reply_markup.inline_keyboard if message and message.reply_markup else []
    carried = chat.query.data if chat.query else None
    labels = [one.text for row in rows for one in row if one.callback_data == carried]
    return _option_behind(labels[0], message.text or "") if labels and message else ""


def _option_behind(label: str, text: str) -> str:
    """Return the option that a numbered button stands for, else the label itself."""
    lines = [line for line in text.splitlines() if line.startswith(f"{label}. ")]
    return lines[-1] if label.isdecimal() and lines else label


def _why_invalid(chat: LearnerChat, outcome: AnswerOutcome) -> str:
    if outcome.message:
        return escape(clip(outcome.message))
    return chat.texts("I could not read that as an answer. Try once more?")
