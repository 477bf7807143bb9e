"""Content files come into the database whole, once, or not at all."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engageai_core.curriculum.content_files import ContentError
from engageai_core.curriculum.models import (
    ContentFile,
    ContentLoad,
    Lesson,
    PlacementItem,
    Task,
    Word,
)
from tests.engageai_core.school import TASKS, School, lesson, placement_items, word

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path / "content")


def test_a_first_load_brings_everything(school: School) -> None:
    school.open_doors()
    assert Lesson.objects.count() == 3
    assert Task.objects.count() == 18
    assert PlacementItem.objects.count() == 40
    assert Word.objects.count() == 25
    assert ContentLoad.objects.get().added == 86


def test_a_second_load_changes_nothing(school: School) -> None:
    school.open_doors()
    report = school.load()
    assert not report.changed_anything
    assert (report.files_read, report.files_skipped) == (0, 5)
    assert ContentLoad.objects.count() == 1


def test_a_change_raises_the_version_of_what_changed_alone(school: School) -> None:
    school.open_doors()
    tasks = [dict(TASKS[0], text="He ___ a doctor."), *TASKS[1:]]
    school.write("lessons/a1/one.yaml", lesson("A1", 1, tasks=tasks))
    report = school.load()
    assert (report.added, report.changed, report.retired) == (0, 1, 0)
    versions = Task.objects.filter(lesson__slug="a1-lesson-1").values_list("slug", "version")
    assert {slug for slug, version in versions if version == 2} == {"choose"}


def test_what_is_removed_is_retired_and_comes_back(school: School) -> None:
    school.open_doors()
    school.write("placement/bank.yaml", {"items": placement_items()[1:]})
    (school.folder / "lessons/a1/two.yaml").unlink()
    report = school.load()
    assert report.retired == 1 + 1 + 6
    assert PlacementItem.objects.get(is_retired=True).slug == "a1-grammar-0"
    assert Lesson.objects.get(is_retired=True).slug == "a1-lesson-2"
    assert not ContentFile.objects.filter(path="lessons/a1/two.yaml").exists()
    school.write("placement/bank.yaml", {"items": placement_items()})
    assert school.load().changed == 1
    assert not PlacementItem.objects.filter(is_retired=True).exists()


def test_an_entry_may_move_to_another_file(school: School) -> None:
    school.open_doors()
    items = placement_items()
    school.write("placement/bank.yaml", {"items": items[5:]})
    school.write("placement/more.yaml", {"items": items[:5]})
    report = school.load()
    assert (report.added, report.retired) == (0, 0)
    assert PlacementItem.objects.filter(is_retired=False).count() == 40


def test_the_level_sets_the_first_difficulty_and_the_options_the_chance_to_guess(
    school: School,
) -> None:
    school.open_doors()
    picked = PlacementItem.objects.get(slug="a1-grammar-0")
    typed = PlacementItem.objects.get(slug="c1-grammar-1")
    assert (picked.difficulty, picked.guessing) == (-2.0, 0.25)
    assert (typed.difficulty, typed.guessing) == (2.0, 0.0)


def test_what_was_learnt_of_an_item_outlives_a_change_of_its_text(school: School) -> None:
    school.open_doors()
    PlacementItem.objects.filter(slug="a1-grammar-0").update(difficulty=-1.4)
    items = placement_items()
    items[0]["text"] = "Another text"
    school.write("placement/bank.yaml", {"items": items})
    school.load()
    assert PlacementItem.objects.get(slug="a1-grammar-0").difficulty == -1.4


def test_what_a_teacher_made_in_the_admin_is_left_alone(school: School) -> None:
    Word.objects.create(**word("teacher"))
    school.open_doors()
    (school.folder / "words/deck.yaml").unlink()
    school.load()
    assert Word.objects.get(is_retired=False).word == "teacher"


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in TASKS[0].items() if name != key}


@pytest.mark.parametrize(
    ("path", "document", "named"),
    [
        ("lessons/a1/x.yaml", lesson(tasks=[_without("why"), *TASKS[1:]]), "tasks[0].choice.why"),
        ("lessons/a1/x.yaml", lesson(tasks=[{**TASKS[0], "answer": "was"}, *TASKS[1:]]), "'was'"),
        ("lessons/a1/x.yaml", lesson(tasks=[{**TASKS[0], "x": 1}, *TASKS[1:]]), "choice.x"),
        ("lessons/a1/x.yaml", lesson(tasks=[TASKS[0], *TASKS[:3]]), "task ids must differ"),
        ("lessons/a1/x.yaml", lesson(level="B1"), "wrong folder"),
        ("lessons/a1/x.yaml", lesson(tasks=[{**TASKS[1], "text": "No gap"}, *TASKS[2:]]), "gap"),
        ("lessons/a1/x.yaml", "id: [unclosed", "is not YAML"),
        ("lessons/a1/x.yaml", "id: a\nid: b\n", "'id' stands twice"),
        ("lessons/a1/x.yaml", "just text", "does not fit"),
        ("lessons/a1/x.yaml", b"\xff\xfe".decode("latin-1"), "x.yaml"),
        ("lessons/a1/x.yaml", lesson("A1", 1), "stands in lessons/a1/one.yaml"),
        ("placement/x.yaml", {"items": placement_items()[:1]}, "placement item id"),
        ("words/x.yaml", {"words": [word("library")]}, "library (noun)"),
        ("words/x.yaml", {"words": [word("cat", translation="cat")]}, "translation is Russian"),
        ("words/x.yaml", {"words": [word("саt")]}, "look-alikes"),
        ("words/x.yaml", {"words": [word("cat", ipa="kæt")]}, "words[0].ipa"),
        ("words/x.yaml", {"words": [word("cat", level="A7")]}, "words[0].level"),
    ],
)
def test_a_bad_file_is_named_with_the_place_and_nothing_is_stored(
    school: School, path: str, document: Any, named: str
) -> None:
    school.write("lessons/a1/one.yaml", lesson("A1", 1))
    school.write("placement/bank.yaml", {"items": placement_items()[:1]})
    school.write("words/deck.yaml", {"words": [word("library")]})
    school.write(path, document)
    with pytest.raises(ContentError) as refused:
        school.load()
    assert named in str(refused.value)
    assert path in str(refused.value)
    assert "do:" in str(refused.value)
    assert not Lesson.objects.exists()
    assert not Word.objects.exists()
    assert not ContentFile.objects.exists()


@pytest.mark.parametrize(
    ("answers", "tiles", "named"),
    [
        (["Is it?"], None, "3 to 10 tiles"),
        (["Is it cold today?"], ["is", "it", "today"], "no tile for cold"),
        (["Is it cold?", "is it cold"], None, "answers must differ"),
        (["Это русский ответ"], None, "answers are English"),
        (["Is it cold today?"], ["is cold", "it", "today"], "no order of the tiles"),
    ],
)
def test_tiles_must_make_every_answer(
    school: School, answers: list[str], tiles: list[str] | None, named: str
) -> None:
    task = {**TASKS[2], "answers": answers} | ({"tiles": tiles} if tiles else {})
    school.write("lessons/a1/one.yaml", lesson(tasks=[task, *TASKS[3:], TASKS[0]]))
    with pytest.raises(ContentError, match=named):
        school.load()


def test_the_command_loads_checks_and_explains(school: School) -> None:
    school.open_doors()
    out = StringIO()
    call_command("load_content", folder=school.folder, stdout=out)
    assert "0 added, 0 changed, 0 retired (0 files read, 5 unchanged)" in out.getvalue()
    call_command("load_content", folder=school.folder, check=True, stdout=out)
    assert "40 placement items, 3 lessons with 18 tasks, 25 words" in out.getvalue()
    school.write("words/bad.yaml", "words: 5")
    with pytest.raises(CommandError, match=r"words/bad\.yaml does not fit"):
        call_command("load_content", folder=school.folder)
    with pytest.raises(CommandError, match="there is no content to load"):
        call_command("load_content", folder=school.folder / "nowhere")


def test_the_content_that_ships_is_well_formed() -> None:
    out = StringIO()
    call_command("load_content", check=True, stdout=out)
    assert "content is well-formed" in out.getvalue()
