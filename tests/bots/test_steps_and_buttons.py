"""What a step looks like, and what its buttons carry, for any step that the core may send."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.engine.core_models import Step, Summary, Verdict
from bots.engine.translating import Translator
from bots.shared.activities import read_typed
from bots.shared.callbacks import CheckTap, RatingTap, TileTap, WordTap
from bots.shared.keyboards import step_keyboard
from bots.shared.outcomes import render_rating, render_summary, render_verdict
from bots.shared.routers.steps import picked_tiles
from bots.shared.steps import render_step
from bots.shared.texts import Texts, load_catalogues
from bots.shared.tiles import MOST_TILES, decode_picks, encode_picks, left_over
from bots.shared.words import english_word
from tests.bots.lessons import CARD, CHOICE, MATCH, ORDER
from tests.bots.telegram_html import read_html

_CATALOGUES = load_catalogues(Path("no such folder"))
TEXTS = {language: Texts(_CATALOGUES.translator(language)) for language in ("ru", "en")}

_PLAIN = st.text(max_size=300)
_OPTION = st.fixed_dictionaries(
    {
        "id": st.text("abcdefgh0123456789", min_size=1, max_size=4),
        "text": _PLAIN.filter(str.strip),
    }
)
_OPTIONS = st.lists(_OPTION, min_size=2, max_size=10)
_STEPS = st.builds(
    Step.model_validate,
    st.fixed_dictionaries(
        {
            "step_id": st.text("abcXYZ019_-", min_size=12, max_size=12),
            "activity": st.sampled_from(["placement", "lesson", "review"]),
            "kind": st.just("choice"),
            "position": st.integers(1, 99),
            "total": st.none() | st.integers(1, 99),
            "instruction": _PLAIN,
            "text": _PLAIN,
            "passage": st.none() | st.text(max_size=5000),
            "hint": st.none() | _PLAIN,
            "options": _OPTIONS,
            "input": st.sampled_from(["choice", "text", "order"]),
        }
    ),
)
_MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_MANY
@given(step=_STEPS, language=st.sampled_from(["ru", "en"]), data=st.data())
def test_any_step_fits_a_message_and_any_button_its_64_bytes(
    step: Step, language: str, data: st.DataObject
) -> None:
    picks: list[int] = []
    if step.input == "order":
        picks = data.draw(st.permutations(range(len(step.options))))
    text, _ = read_html(render_step(step, TEXTS[language], picks=picks))
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    for row in step_keyboard(step, TEXTS[language], picks=picks).inline_keyboard:
        for button in row:
            assert len((button.callback_data or "").encode()) <= 64


@_MANY
@given(step=_STEPS)
def test_what_the_core_says_is_shown_to_the_letter(step: Step) -> None:
    text, _ = read_html(render_step(step, TEXTS["ru"]))
    assert step.text in text


@given(picks=st.lists(st.integers(0, MOST_TILES - 1), unique=True, max_size=MOST_TILES))
def test_picked_tiles_come_back_from_a_button_as_they_went_in(picks: list[int]) -> None:
    for tap in (TileTap, CheckTap):
        packed = tap(step_id="x" * 12, position=999, picks=encode_picks(picks)).pack()
        assert len(packed.encode()) <= 64
        assert decode_picks(tap.unpack(packed).picks, MOST_TILES) == picks
    assert sorted([*picks, *left_over(picks, MOST_TILES)]) == list(range(MOST_TILES))


@given(picks=st.text(max_size=60), tiles=st.integers(0, 12))
def test_made_up_picks_never_name_a_tile_that_is_not_there_or_one_twice(
    picks: str, tiles: int
) -> None:
    decoded = decode_picks(picks, tiles)
    assert len(set(decoded)) == len(decoded)
    assert all(0 <= index < tiles for index in decoded)


@pytest.mark.parametrize("picks", [[-1], [MOST_TILES], [*range(MOST_TILES), 0]])
def test_picks_that_no_button_can_carry_are_refused(picks: list[int]) -> None:
    with pytest.raises(ValueError, match="tiles"):
        encode_picks(picks)


@given(text=st.from_regex(r"[A-Za-z][A-Za-z’' -]{0,60}", fullmatch=True) | st.text(max_size=60))
def test_any_word_that_is_taken_for_english_fits_a_button(text: str) -> None:
    word = english_word(text)
    if word is not None:
        assert WordTap.unpack(WordTap(word=word).pack()).word == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("  Give   up ", "Give up"),
        ("don’t", "don’t"),
        ("well-being", "well-being"),
        ("слово", None),
        ("two words in a row", None),
        ("<b>", None),
        ("", None),
    ],
)
def test_an_english_word_or_short_phrase_is_told_from_the_rest(text: str, word: str | None) -> None:
    assert english_word(text) == word


@given(rating=st.sampled_from(["again", "hard", "good", "easy"]))
def test_a_rating_fits_a_button(rating: str) -> None:
    tap = RatingTap.model_validate({"step_id": "x" * 12, "position": 999, "rating": rating})
    assert RatingTap.unpack(tap.pack()) == tap


def _step(content: dict[str, object], **more: object) -> Step:
    place = {"step_id": "abc", "activity": "lesson", "position": 1, "total": 5}
    return Step.model_validate({**place, **content, **more})


def _labels(step: Step, **state: object) -> list[list[str]]:
    rows = step_keyboard(step, TEXTS["ru"], **state).inline_keyboard  # type: ignore[arg-type]
    return [[button.text for button in row] for row in rows]


def test_short_options_share_a_row_and_long_ones_are_numbered() -> None:
    assert _labels(_step(CHOICE))[0] == ["is", "are", "am"]
    long = [{"id": "a", "text": "is " * 20}, {"id": "b", "text": "are"}]
    assert _labels(_step(CHOICE, options=long))[0] == ["1", "2"]


def test_options_of_middling_length_stand_one_below_another() -> None:
    middling = [
        {"id": "a", "text": "had been waiting for"},
        {"id": "b", "text": "has been waiting for"},
    ]
    assert _labels(_step(CHOICE, options=middling))[:2] == [
        ["had been waiting for"],
        ["has been waiting for"],
    ]


@pytest.mark.parametrize(("tiles", "rows"), [(2, [2]), (4, [2, 2]), (5, [3, 2]), (7, [3, 2, 2])])
def test_tiles_stand_in_rows_of_like_length(tiles: int, rows: list[int]) -> None:
    options = [{"id": "abcdefg"[at], "text": f"morning{at}"} for at in range(tiles)]
    assert [len(row) for row in _labels(_step(ORDER, options=options))[:-1]] == rows


def test_an_order_can_be_checked_with_tiles_to_spare_but_not_with_one() -> None:
    step = _step(ORDER)
    assert not any("Проверить" in label for row in _labels(step, picks=[0]) for label in row)
    assert any("Проверить" in label for row in _labels(step, picks=[0, 1]) for label in row)


def test_a_card_hides_its_meaning_until_it_is_shown() -> None:
    step = _step(CARD, activity="review")
    assert "окно" not in render_step(step, TEXTS["ru"])
    assert "окно" in render_step(step, TEXTS["ru"], revealed=True)
    assert _labels(step) == [["👀 Показать"], ["⏸ Пауза"]]
    assert len(_labels(step, revealed=True)) == 3


def test_the_last_pair_makes_itself() -> None:
    assert picked_tiles(_step(MATCH), encode_picks([2, 0])) == [2, 0, 1]
    assert picked_tiles(_step(MATCH), encode_picks([2])) == [2]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1", ("choice", "a")),
        ("3.", ("choice", "c")),
        ("2)", ("choice", "b")),
        ("0", ("text", "0")),
        ("4", ("text", "4")),
        ("is", ("text", "is")),
        ("²", ("text", "²")),
    ],
)
def test_a_typed_number_names_the_option_that_bears_it(
    typed: str, expected: tuple[str, str]
) -> None:
    assert read_typed(_step(CHOICE), typed) == expected


def test_a_typed_number_that_is_an_option_itself_is_that_option() -> None:
    numbers = [{"id": "a", "text": "2"}, {"id": "b", "text": "1"}]
    assert read_typed(_step(CHOICE, options=numbers), "1") == ("text", "1")


@_MANY
@given(feedback=st.text(max_size=3000), answer=st.text(max_size=900), score=st.floats(0, 1))
def test_any_verdict_is_well_formed(feedback: str, answer: str, score: float) -> None:
    verdict = Verdict(correct=False, score=score, feedback=feedback, right_answer=answer)
    text, _ = read_html(render_verdict(verdict, TEXTS["en"]))
    assert len(text) < 2000


@_MANY
@given(
    title=_PLAIN,
    lines=st.lists(_PLAIN, max_size=12),
    chances=st.none() | st.dictionaries(st.sampled_from(["A1", "B2", "<C1>"]), st.floats(0, 1)),
)
def test_any_summary_is_well_formed(
    title: str, lines: list[str], chances: dict[str, float] | None
) -> None:
    summary = Summary(title=title, lines=tuple(lines), probabilities=chances, reason="a < b")
    text, _ = read_html(render_summary(summary, TEXTS["ru"]))
    assert len(text.encode("utf-16-le")) // 2 <= 4096


def test_a_rating_tells_when_the_word_returns_and_not_the_example_once_more() -> None:
    verdict = Verdict(correct=True, feedback="In 4 days. A house. – Дом тут.", xp=10)
    shown = "house\nдом\n\nA house.\nДом тут."
    assert render_rating(verdict, shown=shown) == "🗓 In 4 days.  <i>+10 XP</i>"


def test_values_are_escaped_in_messages_and_left_alone_in_labels() -> None:
    texts = Texts(Translator("en", _CATALOGUES.translator("en")._catalogue))
    assert texts("➕ Add “{word}”", word="<b>&") == "➕ Add “&lt;b&gt;&amp;”"
    assert texts.plain("➕ Add “{word}”", word="<b>&") == "➕ Add “<b>&”"
