"""Which answers are right."""

import pytest

from engageai_core.learning.judging import (
    InvalidAnswerError,
    Option,
    Question,
    Submission,
    judge,
    right_answer,
)

OPTIONS = [Option("a", "the"), Option("b", "a"), Option("c", "an")]


def _gap(answer: str, text: str = "We ___ here.") -> Question:
    return Question(kind="gap", text=text, answers=[answer])


def _translate(*answers: str) -> Question:
    return Question(kind="translate", text="Перевод", answers=list(answers))


@pytest.mark.parametrize(
    "typed",
    [
        "I don't know his name.",
        "i do not know his name",
        "I don’t know his name!",
        "  I   don't know , his name ",
        "“I don't know his name”",
    ],
)
def test_case_punctuation_quotes_and_contractions_make_no_difference(typed: str) -> None:
    judged = judge(_translate("I don't know his name."), Submission(text=typed))
    assert (judged.correct, judged.score, judged.slip) == (True, 1.0, None)


@pytest.mark.parametrize(
    ("key", "typed", "is_right"),
    [
        ("I can't swim", "I cannot swim", True),
        ("It's cold", "It is cold", True),
        ("It's got cold", "It has got cold", True),
        ("Its tail", "It's tail", False),
        ("We'll go", "We will go", True),
        ("Anna's book", "Anna is book", False),
        ("well-known", "well–known", True),
    ],
)
def test_contractions_are_the_same_only_where_they_have_one_reading(
    key: str, typed: str, *, is_right: bool
) -> None:
    assert judge(_translate(key), Submission(text=typed)).correct is is_right


def test_any_accepted_answer_is_right() -> None:
    question = _translate("I am tired.", "I feel tired.")
    assert judge(question, Submission(text="I feel tired")).correct
    assert not judge(question, Submission(text="I tired")).correct
    assert right_answer(question) == "I am tired."


def test_yo_and_ye_are_one_letter() -> None:
    card = Question(kind="card", text="hedgehog /x/", answers=["ёж"])
    assert judge(card, Submission(text="еж")).correct


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("library", "libary"),
        ("friend", "freind"),
        ("tomorrow", "tomorow"),
        ("beautiful", "beautifol"),
    ],
)
def test_one_letter_off_in_a_long_word_is_a_slip(key: str, typed: str) -> None:
    judged = judge(_gap(key), Submission(text=typed))
    assert (judged.correct, judged.score, judged.slip) == (True, 0.9, key)


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("works", "work"),
        ("liked", "like"),
        ("wrote", "write"),
        ("began", "begun"),
        ("woman", "women"),
        ("spend", "spent"),
        ("went", "wnt"),
        ("quiet", "quite"),
        ("bought", "brought"),
        ("library", "libry"),
        ("night", "right"),
        ("lived", "livd"),
        ("studied", "studyed"),
        ("studies", "studyes"),
        ("policeman", "policemen"),
        ("choose", "chose"),
        ("where", "were"),
        ("collection", "collections"),
    ],
)
def test_another_form_or_another_word_is_no_slip(key: str, typed: str) -> None:
    assert not judge(_gap(key), Submission(text=typed)).correct


def test_a_word_that_stands_in_the_question_is_no_slip() -> None:
    question = _gap("planning", text="She ___ (planing) a trip.")
    assert not judge(question, Submission(text="planing")).correct


def test_two_words_off_are_wrong() -> None:
    question = _translate("My friend likes the library.")
    assert judge(question, Submission(text="My freind likes the library")).correct
    assert not judge(question, Submission(text="My freind likes the libary")).correct


def test_a_gap_may_be_answered_with_the_whole_sentence() -> None:
    assert judge(_gap("are"), Submission(text="we are here")).correct
    assert not judge(_gap("are"), Submission(text="we is here")).correct


def test_a_short_form_may_be_typed_with_the_whole_sentence() -> None:
    question = _gap("'s slept", text="The baby ___ all day.")
    assert judge(question, Submission(text="'s slept")).correct
    assert judge(question, Submission(text="The baby's slept all day")).correct


def test_a_choice_may_be_typed_and_its_text_beats_the_id_of_another() -> None:
    question = Question(kind="choice", text="___ cat", options=OPTIONS, answers=["a"])
    assert judge(question, Submission(text="A")).correct
    assert judge(question, Submission(choice="b")).correct
    assert not judge(question, Submission(choice="a")).correct


def test_words_in_order_may_be_typed_too() -> None:
    tiles = [Option("a", "home"), Option("b", "are"), Option("c", "you"), Option("d", "at")]
    question = Question(kind="order", options=tiles, answers=["Are you at home?"])
    assert judge(question, Submission(order=["b", "c", "d", "a"])).correct
    assert judge(question, Submission(text="are you at home")).correct
    assert not judge(question, Submission(order=["c", "b", "d", "a"])).correct
    assert not judge(question, Submission(order=["b", "c"])).correct


@pytest.mark.parametrize(
    "submission",
    [
        Submission(order=["a", "a"]),
        Submission(order=["x"]),
        Submission(order=[]),
        Submission(text="a" * 501),
        Submission(text="?!…"),
        Submission(choice="a"),
        Submission(),
    ],
)
def test_what_can_be_no_answer_is_not_judged(submission: Submission) -> None:
    tiles = [Option("a", "home"), Option("b", "are")]
    with pytest.raises(InvalidAnswerError):
        judge(Question(kind="order", options=tiles, answers=["are home"]), submission)


@pytest.mark.parametrize(
    "pairs", [[], [("a", "z")], [("a", "a"), ("a", "b")], [("a", "a"), ("b", "a")]]
)
def test_pairs_that_cannot_be_are_not_judged(pairs: list[tuple[str, str]]) -> None:
    sides = [Option("a", "1"), Option("b", "2"), Option("c", "3")]
    question = Question(
        kind="match", options=sides, right_options=sides, pairs=[("a", "b"), ("b", "a"), ("c", "c")]
    )
    with pytest.raises(InvalidAnswerError):
        judge(question, Submission(pairs=pairs))


def test_i_dont_know_is_wrong_and_never_invalid() -> None:
    assert judge(_gap("are"), Submission(dont_know=True)).score == 0
