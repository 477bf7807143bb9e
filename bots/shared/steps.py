"""A step's text: what is asked, in Telegram's HTML. Which buttons go with it: `keyboards`."""

from collections.abc import Sequence

from bots.engine.core_models import ActivityKind, Step, WordCard
from bots.shared.texts import Html, Texts, escape

LONG_OPTION = 30
"""From this many characters on, a phone cuts a button's label: such options stand in the text."""

_ROOM = 3800
"""Of the 4,096 characters of a message; the rest is for what an answer adds."""

_LONGEST_LINE = 600
MARKS: dict[ActivityKind, str] = {"placement": "🎯", "lesson": "📘", "review": "🗂"}
"""The sign of each kind of activity."""


def clip(text: str, longest: int = _LONGEST_LINE) -> str:
    """Return `text`, cut with an ellipsis so that a message keeps within 4,096 characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def has_long_options(step: Step) -> bool:
    """Tell whether the options stand in the text and the buttons bear their numbers."""
    return any(len(option.text) > LONG_OPTION for option in step.options)


def render_step(step: Step, t: Texts, *, picks: Sequence[int] = (), revealed: bool = False) -> str:
    """Return the message that puts a step to the learner.

    Args:
        step: what the core asks.
        t: the learner's texts.
        picks: the tiles picked so far, as indices of the options.
        revealed: a card's back is shown too.
    """
    if step.card is not None and revealed:
        question = t("<b>Was it easy to remember?</b>")
        return "\n\n".join([_position(step, t), render_card(step.card), question])
    before = [_position(step, t), _bold(step.instruction)]
    after = [escape(clip(step.text)), _numbered_options(step), _answer_so_far(step, t, picks)]
    if step.hint:
        after.append(t("💡 <tg-spoiler>{hint}</tg-spoiler>", hint=clip(step.hint)))
    after.append(invitation(step, t))
    passage = _passage(step, room=_ROOM - sum(map(len, [*before, *after])))
    return "\n\n".join(part for part in [*before, passage, *after] if part)


def render_card(card: WordCard) -> Html:
    """Return a card's back: the word with its sound, meaning and example."""
    head = f"<b>{escape(card.word)}</b>"
    if card.ipa:
        head += f"  <code>{escape(card.ipa)}</code>"
    about = ", ".join(part for part in (card.part_of_speech, card.level) if part)
    lines = [f"{head}  <i>{escape(about)}</i>" if about else head, escape(card.translation)]
    if card.example:
        lines += ["", f"<i>{escape(clip(card.example))}</i>"]
    if card.example_translation:
        lines.append(escape(clip(card.example_translation)))
    return Html("\n".join(lines))


def _position(step: Step, t: Texts) -> str:
    mark = MARKS[step.activity]
    if step.total is None:
        return t("{mark} Question {position}", mark=mark, position=step.position)
    if step.activity == "placement":
        return t("{mark} {position} of ~{total}", **_place(step, mark))
    return t("{mark} {position} of {total}", **_place(step, mark))


def _place(step: Step, mark: str) -> dict[str, object]:
    return {"mark": mark, "position": step.position, "total": step.total}


def _bold(text: str) -> str:
    return f"<b>{escape(clip(text, 300))}</b>" if text else ""


def _passage(step: Step, *, room: int) -> str:
    if not step.passage or room < 100:
        return ""
    return f"<blockquote>{escape(clip(step.passage, room))}</blockquote>"


def _numbered_options(step: Step) -> str:
    if step.input != "choice" or not has_long_options(step):
        return ""
    lines = (
        f"{number}. {escape(clip(option.text, 100))}"
        for number, option in enumerate(step.options, start=1)
    )
    return "\n".join(lines)


def _answer_so_far(step: Step, t: Texts, picks: Sequence[int]) -> str:
    if step.input == "pairs":
        return _pairs_so_far(step, picks)
    if step.input == "order" and picks:
        sentence = " ".join(step.options[index].text for index in picks)
        return t("Your answer: <b>{sentence}</b>", sentence=clip(sentence))
    return ""


def _pairs_so_far(step: Step, picks: Sequence[int]) -> str:
    lines = []
    for row, option in enumerate(step.options):
        left = escape(option.text)
        if row < len(picks):
            lines.append(f"▫️ {left} — <b>{escape(step.right_options[picks[row]].text)}</b>")
        elif row == len(picks):
            lines.append(f"👉 <b>{left}</b> — ?")
        else:
            lines.append(f"▫️ {left}")
    return "\n".join(lines)


def invitation(step: Step, t: Texts) -> str:
    """Return the line that says how to answer where neither buttons nor instruction say it."""
    if step.input == "text" and step.kind != "gap":
        return t("✍️ Send your answer as a message.")
    if step.input == "rating":
        return t("Type the meaning, or tap “Show”.")
    return ""
