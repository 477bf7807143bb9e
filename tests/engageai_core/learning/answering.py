"""Answers steps the way a person would who knows, or does not know, the answer."""

from typing import Any

from engageai_core.learning.models import Step


def right(step: dict[str, Any]) -> dict[str, Any]:
    """Return what answers the step rightly."""
    key = Step.objects.get(pk=step["step_id"]).question
    if step["input"] == "choice":
        return {"choice": next(o["id"] for o in step["options"] if o["text"] in key["answers"])}
    if step["input"] == "pairs":
        return {"pairs": key["pairs"]}
    if step["input"] == "rating":
        return {"rating": "good"}
    if step["input"] == "order":
        return {"order": _tiles_in_order(step, key["answers"][0])}
    return {"text": key["answers"][0]}


def wrong(step: dict[str, Any]) -> dict[str, Any]:
    """Return what answers the step wrongly."""
    return {"rating": "again"} if step["input"] == "rating" else {"dont_know": True}


def _tiles_in_order(step: dict[str, Any], sentence: str) -> list[str]:
    left = list(step["options"])
    order = []
    for word in sentence.rstrip(".?!").lower().split():
        tile = next(option for option in left if option["text"].lower() == word)
        left.remove(tile)
        order.append(tile["id"])
    return order
