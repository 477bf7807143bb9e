"""Takes an answer: judged once, paid once, and followed by the next step."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.answer_text import normalise
from engageai_core.curriculum.models import Word
from engageai_core.engagement.services import reward_answer
from engageai_core.learning import texts
from engageai_core.learning.judging import (
    InvalidAnswerError,
    Judgement,
    Question,
    Submission,
    judge,
)
from engageai_core.learning.learner_day import learner_day
from engageai_core.learning.memory import Grade
from engageai_core.learning.models import Activity, ActivityKind, Answer, Step, WordCard
from engageai_core.learning.presenting import Payload, show_step, show_verdict
from engageai_core.learning.questions import question_from_json
from engageai_core.learning.services.activities import current_step, learner_lock
from engageai_core.learning.services.cards import word_card_add, word_card_review
from engageai_core.learning.services.finishing import activity_finish
from engageai_core.learning.services.steps import step_put_next
from engageai_core.placement.services import placement_question_answer


@dataclass(frozen=True)
class AnswerRequest:
    """What came from the bot.

    Attributes:
        step_id: the step that is answered; None means the current one.
        idempotency_key: the same key gets the same reply, and is judged once.
    """

    submission: Submission
    step_id: str | None = None
    idempotency_key: str | None = None


@transaction.atomic
def answer_submit(*, learner: Learner, request: AnswerRequest, at: datetime) -> Payload:
    """Judge an answer to the current step and return the verdict with what comes next.

    Two requests at once are taken one after the other; the second finds its step answered and is
    `stale`, unless it carries the first one's idempotency key: then it gets the first one's reply.
    """
    learner = learner_lock(learner=learner)
    if request.idempotency_key:
        known = Answer.objects.filter(learner=learner, idempotency_key=request.idempotency_key)
        reply = known.values_list("reply", flat=True).first()
        if reply is not None:
            return dict(reply)
    activity = (
        Activity.objects.select_for_update(of=("self",))
        .select_related("lesson", "placement_test")
        .filter(learner=learner, state=Activity.State.OPEN)
        .first()
    )
    step = current_step(activity) if activity else None
    if activity is None or step is None:
        return _reply("nothing_open")
    with override(learner.language):
        return _answer_current(_Turn(learner, activity, step, request, at))


@dataclass(frozen=True)
class _Turn:
    """One request against the step it answers."""

    learner: Learner
    activity: Activity
    step: Step
    request: AnswerRequest
    at: datetime


@dataclass(frozen=True)
class _Judged:
    """What the rules say; the grade is that of a word's card."""

    question: Question
    judgement: Judgement
    grade: Grade | None


def _answer_current(turn: _Turn) -> Payload:
    shown = show_step(turn.step, turn.activity, turn.learner.language)
    if turn.request.step_id is not None and turn.request.step_id != turn.step.pk:
        return _reply("stale", next=shown)
    question = question_from_json(turn.step.question)
    try:
        judgement, grade = _judge(question, turn.request.submission)
    except InvalidAnswerError as error:
        message = texts.invalid_answer(error.reason, question.kind)
        return _reply("invalid", next=shown, message=message)
    return _take(turn, _Judged(question, judgement, grade))


def _judge(question: Question, submission: Submission) -> tuple[Judgement, Grade | None]:
    """Judge; for a card, the learner's own rating or the evidence of a typed answer decides."""
    if question.kind != "card":
        return judge(question, submission), None
    if submission.rating is not None:
        grade = Grade(submission.rating)
        remembered = grade is not Grade.AGAIN
        return Judgement(correct=remembered, score=float(remembered)), grade
    judgement = judge(question, submission)
    if not judgement.correct:
        return judgement, Grade.AGAIN
    return judgement, Grade.HARD if judgement.slip else Grade.GOOD


def _take(turn: _Turn, judged: _Judged) -> Payload:
    activity, correct = turn.activity, judged.judgement.correct
    turn.step.answered_at = turn.at
    turn.step.save(update_fields=["answered_at"])
    reward = reward_answer(
        learner=turn.learner,
        source_key=f"step:{turn.step.pk}",
        correct=correct,
        kind=activity.kind,
        at=turn.at,
    )
    note = _remember(turn, judged)
    activity.answered += 1
    activity.correct += correct
    activity.xp += reward.xp
    if not correct:
        _plan_repeat(activity, turn.step)
    reply = _proceed(turn, _verdict(turn, judged, note, reward.xp))
    activity.save()
    _record(turn, judged, reward.xp, reply)
    return reply


def _verdict(turn: _Turn, judged: _Judged, note: str, xp: int) -> Payload | None:
    if turn.activity.kind == ActivityKind.PLACEMENT:
        return None
    return show_verdict(
        turn.step, judged.question, judged.judgement, note, xp, turn.learner.language
    )


def _proceed(turn: _Turn, verdict: Payload | None) -> Payload:
    following = step_put_next(activity=turn.activity, at=turn.at)
    if following:
        shown = show_step(following, turn.activity, turn.learner.language)
        return _reply("judged", verdict=verdict, next=shown)
    summary = activity_finish(activity=turn.activity, learner=turn.learner, at=turn.at)
    return _reply("judged", verdict=verdict, summary=summary)


def _record(turn: _Turn, judged: _Judged, xp: int, reply: Payload) -> None:
    submission = turn.request.submission
    Answer.objects.create(
        learner=turn.learner,
        step=turn.step,
        activity_kind=turn.activity.kind,
        skill=turn.step.skill,
        given={key: value for key, value in asdict(submission).items() if value is not None},
        correct=judged.judgement.correct,
        score=judged.judgement.score,
        dont_know=submission.dont_know,
        xp=xp,
        answered_at=turn.at,
        idempotency_key=turn.request.idempotency_key,
        reply=reply,
    )


# -------------------------------------------------------------------- what is remembered
def _remember(turn: _Turn, judged: _Judged) -> str:
    """Let the answer act on the test or on the word; return a note for the learner."""
    asked, test = turn.step.placement_question, turn.activity.placement_test
    if asked is not None and test is not None:
        asked.test = test
        placement_question_answer(
            question=asked,
            correct=judged.judgement.correct,
            dont_know=turn.request.submission.dont_know,
            at=turn.at,
        )
        return ""
    if turn.step.word is not None and judged.grade is not None:
        card = word_card_review(
            learner=turn.learner,
            word=turn.step.word,
            grade=judged.grade,
            typed=turn.request.submission.text is not None,
            at=turn.at,
        )
        return texts.comes_back((card.due_on - learner_day(turn.at, turn.learner.timezone)).days)
    if not judged.judgement.correct:
        _add_missed_word(turn.learner, judged.question, turn.at)
    return ""


def _add_missed_word(learner: Learner, question: Question, at: datetime) -> None:
    """Make a card of the word that was missed, if it is one word and in the dictionary."""
    if question.kind not in ("gap", "choice"):
        return
    missed = {normalise(answer) for answer in question.answers}
    word = Word.objects.filter(word__in=missed, is_retired=False).order_by("pk").first()
    if word:
        word_card_add(learner=learner, word=word, origin=WordCard.Origin.MISTAKE, at=at)


def _plan_repeat(activity: Activity, step: Step) -> None:
    """Let a miss come back once, at the end."""
    if step.is_repeat or activity.kind == ActivityKind.PLACEMENT:
        return
    content = {"task": step.task_id} if step.task_id else {"word": step.word_id}
    activity.plan = [*activity.plan, {**content, "repeat": True}]
    activity.total = (activity.total or 0) + 1


def _reply(
    outcome: str,
    *,
    verdict: Payload | None = None,
    next: Payload | None = None,  # noqa: A002 (the API's own word)
    summary: Payload | None = None,
    message: str | None = None,
) -> Payload:
    return {
        "outcome": outcome,
        "verdict": verdict,
        "next": next,
        "summary": summary,
        "message": message,
    }
