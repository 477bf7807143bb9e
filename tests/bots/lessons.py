"""Plans of activities for the fake core: every way of answering, with its key."""

from typing import Any

from tests.bots.fake_core import card


def _options(*texts: str) -> list[dict[str, str]]:
    return [{"id": "abcdef"[at], "text": text} for at, text in enumerate(texts)]


CHOICE: dict[str, Any] = {
    "kind": "choice",
    "input": "choice",
    "instruction": "Выберите верный вариант.",
    "text": "My sister ___ a doctor.",
    "options": _options("is", "are", "am"),
    "key": "a",
}
READ: dict[str, Any] = {
    "kind": "read",
    "input": "choice",
    "instruction": "Прочитайте и ответьте.",
    "passage": "Anna lives in London & works <there>. " * 40,
    "text": "Where is Anna?",
    "options": _options(
        "She is in London at the moment, of course", "She is in Perm with her mother"
    ),
    "key": "a",
}
GAP: dict[str, Any] = {
    "kind": "gap",
    "input": "text",
    "instruction": "Впишите пропущенное.",
    "text": "We ___ from Kazan.",
    "hint": "После we, you и they",
    "key": "are",
}
ORDER: dict[str, Any] = {
    "kind": "order",
    "input": "order",
    "instruction": "Составьте предложение.",
    "text": "Твой брат в школе?",
    "options": _options("school", "brother", "is", "at", "your"),
    "key": ["c", "e", "b", "d", "a"],
}
MATCH: dict[str, Any] = {
    "kind": "match",
    "input": "pairs",
    "instruction": "Соедините пары.",
    "options": _options("I am", "they are", "she is"),
    "right_options": _options("she's", "I'm", "they're"),
    "key": [["a", "b"], ["b", "c"], ["c", "a"]],
}
TRANSLATE: dict[str, Any] = {
    "kind": "translate",
    "input": "text",
    "instruction": "Переведите на английский.",
    "text": "Я не устал.",
    "key": "I am not tired.",
}
CARD: dict[str, Any] = {
    "kind": "card",
    "input": "rating",
    "instruction": "Помните это слово?",
    "text": "window  /x/",
    "card": card("window", "окно"),
    "key": "good",
}
SECOND_CARD: dict[str, Any] = {
    **CARD,
    "text": "bread  /x/",
    "card": card("bread", "хлеб"),
    "key": "хлеб",
}

PLANS = {
    "placement": [CHOICE, GAP, ORDER],
    "lesson": [CHOICE, GAP, ORDER, MATCH, TRANSLATE, READ],
    "review": [CARD, SECOND_CARD],
}
