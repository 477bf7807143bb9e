"""The learner's own words."""

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.learning.learner_day import day_start
from engageai_core.learning.models import WordCard
from tests.engageai_core.school import BotClient, School, word

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["library", "Library!", " the library ", "libraries", "LIBRARIES"]
)
def test_a_word_is_found_in_whatever_form_it_is_sent(
    school: School, bot: BotClient, typed: str
) -> None:
    response = bot.add_word(typed)
    assert response.status_code == 201
    assert response.json()["added"] is True
    assert response.json()["word"]["word"] == "library"
    assert bot.add_word(typed).json()["added"] is False
    assert WordCard.objects.get().origin == "learner"


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("stopping", "stop"),
        ("made", None),
        ("to make", "make"),
        ("making", "make"),
        ("makes", "make"),
        ("his", None),
        ("stopper", None),
    ],
)
def test_forms_lead_to_the_base(
    school: School, bot: BotClient, typed: str, base: str | None
) -> None:
    school.write("words/verbs.yaml", {"words": [word("stop"), word("make"), word("hi")]})
    school.load()
    response = bot.add_word(typed)
    assert response.status_code == (201 if base else 404)
    if base:
        assert response.json()["word"]["word"] == base


@pytest.mark.parametrize("typed", ["qwertyish", "слово", "😀", "a" * 4000, "x; DROP TABLE"])
def test_an_unknown_word_is_said_to_be_unknown(school: School, bot: BotClient, typed: str) -> None:
    response = bot.add_word(typed)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "word_unknown"


def test_the_list_counts_what_is_due_and_when(
    school: School, bot: BotClient, learner: Learner
) -> None:
    assert bot.words() == {"due": 0, "learned": 0, "total": 0, "next_due_at": None, "words": []}
    bot.add_word("library")
    listed = bot.words()
    assert (listed["due"], listed["learned"], listed["total"]) == (1, 0, 1)
    card = WordCard.objects.get()
    begins = day_start(card.due_on, learner.timezone)
    assert listed["next_due_at"] == begins.isoformat().replace("+00:00", "Z")
    assert listed["words"][0]["example_translation"] == "Это пример."


def test_an_added_word_comes_first_in_the_next_review(school: School, bot: BotClient) -> None:
    bot.add_word("wordx")
    assert bot.begin("review")["next"]["card"]["word"] == "wordx"


def test_a_retired_word_is_no_longer_found(school: School, bot: BotClient) -> None:
    (school.folder / "words/deck.yaml").unlink()
    school.load()
    assert bot.add_word("library").status_code == 404
