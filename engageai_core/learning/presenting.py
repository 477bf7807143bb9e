"""Turns steps, verdicts and results into what the API shows, in the active language."""

from typing import Any

from engageai_core.curriculum.models import Lesson
from engageai_core.learning import texts
from engageai_core.learning.judging import (
    Judgement,
    Question,
    right_answer,
)
from engageai_core.learning.models import Activity, Step
from engageai_core.learning.questions import question_from_json

Payload = dict[str, Any]


def show_step(step: Step, activity: Activity, language: str) -> Payload:
    """Return the step without its key."""
    stored = step.question
    question = question_from_json(stored)
    return {
        "step_id": step.pk,
        "activity": activity.kind,
        "kind": question.kind,
        "position": step.position,
        "total": activity.total,
        "instruction": texts.instruction(question.kind),
        "text": question.text,
        "passage": question.passage or None,
        "options": stored["options"],
        "right_options": stored["right_options"],
        "input": texts.INPUTS[question.kind],
        "hint": stored["hint"][language] or None,
        "card": stored["card"],
        "can_skip": True,
    }


def show_verdict(
    step: Step, question: Question, judgement: Judgement, note: str, xp: int, language: str
) -> Payload:
    """Return the verdict with the reason; `note` comes before it."""
    parts = [note]
    if judgement.slip:
        parts.append(texts.slip(judgement.slip))
    if question.kind == "match" and not judgement.correct:
        hits = round(judgement.score * len(question.pairs))
        parts.append(texts.pairs_right(hits, len(question.pairs)))
    parts.append(step.question["why"][language])
    return {
        "correct": judgement.correct,
        "score": round(judgement.score, 3),
        "feedback": " ".join(part for part in parts if part),
        "right_answer": right_answer(question),
        "xp": xp,
    }


def show_lesson_intro(lesson: Lesson, reason: str, language: str) -> Payload:
    """Return the lesson's rule with its examples, and why this lesson."""
    rule = lesson.rule_ru if language == "ru" else lesson.rule_en
    examples = "\n".join(f"• {line['en']} – {line['ru']}" for line in lesson.examples)
    return {"title": lesson_title(lesson, language), "text": f"{reason}\n\n{rule}\n\n{examples}"}


def lesson_title(lesson: Lesson, language: str) -> str:
    """Return the lesson's title in the learner's language."""
    return lesson.title_ru if language == "ru" else lesson.title_en


def show_summary(
    title: str,
    text: str,
    *,
    lines: list[str] | None = None,
    xp: int = 0,
    level: str | None = None,
    next_suggestion: str | None = None,
    **extra: Any,
) -> Payload:
    """Return a summary; placement adds its own keys."""
    return {
        "title": title,
        "text": text,
        "lines": lines or [],
        "xp": xp,
        "level": level,
        "next_suggestion": next_suggestion,
        **extra,
    }
