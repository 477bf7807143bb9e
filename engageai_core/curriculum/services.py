"""Writes the content files into the database: all of them or nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction

from engageai_core.curriculum.content_files import (
    Content,
    ContentSource,
    content_sources,
    read_content,
)
from engageai_core.curriculum.levels import LEVEL_CENTRES
from engageai_core.curriculum.models import (
    FIRST_DISCRIMINATION,
    ContentFile,
    ContentLoad,
    Lesson,
    PlacementItem,
    Task,
    Versioned,
    Word,
)
from engageai_core.curriculum.schema import (
    ChoiceForm,
    GapForm,
    LessonFile,
    LessonTask,
    MatchForm,
    OrderForm,
    PlacementItemEntry,
    ReadForm,
    TranslateForm,
    WordEntry,
)

Form = ChoiceForm | GapForm | OrderForm | TranslateForm | MatchForm | ReadForm

_SKILLS = {
    "choice": "grammar",
    "gap": "grammar",
    "order": "grammar",
    "match": "vocabulary",
    "translate": "writing",
    "read": "reading",
}


@dataclass
class LoadReport:
    """What a load did; `entries` counts all that is taught now, retired ones left out."""

    added: int = 0
    changed: int = 0
    retired: int = 0
    files_read: int = 0
    files_skipped: int = 0

    @property
    def changed_anything(self) -> bool:
        """Whether the content differs from before."""
        return bool(self.added or self.changed or self.retired)


def content_load(*, folder: Path) -> LoadReport:
    """Load every content file under `folder`; unchanged files are skipped.

    Raises:
        ContentError: a file is wrong; nothing of the load is stored.
    """
    sources = {source.path: source.sha256 for source in content_sources(folder)}
    if sources == dict(ContentFile.objects.values_list("path", "sha256")):
        return LoadReport(files_skipped=len(sources))
    return _store(read_content(folder))


@transaction.atomic
def _store(content: Content) -> LoadReport:
    report = LoadReport()
    stored = {file.path: file for file in ContentFile.objects.select_for_update()}
    sources = [*content.lessons, *content.placement, *content.words]
    changed = _changed_files(sources, stored, report)
    for source, lesson in _among(content.lessons, changed):
        _store_lesson(lesson, changed[source.path], report)
    for source, items in _among(content.placement, changed):
        _store_placement(items, changed[source.path], report)
    for source, words in _among(content.words, changed):
        _store_words(words, changed[source.path], report)
    gone = [file for path, file in stored.items() if path not in {s.path for s in sources}]
    _retire_missing(content, [*changed.values(), *gone], report)
    ContentFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
    if report.changed_anything:
        digest = hashlib.sha256("".join(sorted(s.path + s.sha256 for s in sources)).encode())
        ContentLoad.objects.create(
            digest=digest.hexdigest(),
            added=report.added,
            changed=report.changed,
            retired=report.retired,
        )
    return report


def _changed_files(
    sources: Sequence[ContentSource], stored: Mapping[str, ContentFile], report: LoadReport
) -> dict[str, ContentFile]:
    changed = {}
    for source in sources:
        known = stored.get(source.path)
        if known and known.sha256 == source.sha256:
            report.files_skipped += 1
            continue
        changed[source.path], _ = ContentFile.objects.update_or_create(
            path=source.path, defaults={"sha256": source.sha256}
        )
        report.files_read += 1
    return changed


def _among(
    entries: Mapping[ContentSource, Any], changed: Mapping[str, ContentFile]
) -> list[tuple[ContentSource, Any]]:
    return [(source, entry) for source, entry in entries.items() if source.path in changed]


# ------------------------------------------------------------------------- entries
def _store_lesson(lesson: LessonFile, file: ContentFile, report: LoadReport) -> None:
    fields = {
        "level": lesson.level,
        "position": lesson.position,
        "objective": lesson.objective,
        "title_ru": lesson.title.ru,
        "title_en": lesson.title.en,
        "rule_ru": lesson.rule.ru,
        "rule_en": lesson.rule.en,
        "examples": [example.model_dump() for example in lesson.examples],
    }
    known = Lesson.objects.filter(slug=lesson.id).first()
    row = known or Lesson(slug=lesson.id)
    _store_entries([_Draft(row, known, fields)], file, report)
    tasks = {task.slug: task for task in row.tasks.all()}
    drafts = [
        _Draft(Task(lesson=row, slug=task.id), tasks.get(task.id), _task_fields(task, number))
        for number, task in enumerate(lesson.tasks, start=1)
    ]
    _store_entries(drafts, file, report)


def _task_fields(task: LessonTask, position: int) -> dict[str, Any]:
    return {
        **_question_fields(task),
        "position": position,
        "skill": task.skill or _SKILLS[task.kind],
        "why_ru": task.why.ru,
        "why_en": task.why.en,
        "hint_ru": task.hint.ru if task.hint else "",
        "hint_en": task.hint.en if task.hint else "",
    }


def _store_placement(
    items: Sequence[PlacementItemEntry], file: ContentFile, report: LoadReport
) -> None:
    slugs = [item.id for item in items]
    known = {row.slug: row for row in PlacementItem.objects.filter(slug__in=slugs)}
    drafts = []
    for item in items:
        fields = {**_question_fields(item), "cefr": item.cefr, "skill": item.skill}
        row = known.get(item.id)
        if row is None or row.cefr != item.cefr or row.kind != item.kind:
            fields |= _first_parameters(item)
        drafts.append(_Draft(PlacementItem(slug=item.id), row, fields))
    _store_entries(drafts, file, report)


def _first_parameters(item: PlacementItemEntry) -> dict[str, float]:
    """Return what is believed of an item before anybody answered it."""
    options = len(item.options) if isinstance(item, ChoiceForm) else 0
    return {
        "difficulty": LEVEL_CENTRES[item.cefr],
        "discrimination": FIRST_DISCRIMINATION,
        "guessing": 1 / options if options else 0.0,
    }


def _store_words(words: Sequence[WordEntry], file: ContentFile, report: LoadReport) -> None:
    rows = Word.objects.filter(word__in=[word.word for word in words])
    known = {(row.word, row.part_of_speech): row for row in rows}
    drafts = []
    for number, word in enumerate(words, start=1):
        fields = {**word.model_dump(exclude={"word", "part_of_speech"}), "position": number}
        new = Word(word=word.word, part_of_speech=word.part_of_speech)
        drafts.append(_Draft(new, known.get((word.word, word.part_of_speech)), fields))
    _store_entries(drafts, file, report)


def _question_fields(form: Form) -> dict[str, Any]:
    answers = [form.answer] if isinstance(form, ChoiceForm | ReadForm) else []
    if isinstance(form, GapForm | OrderForm | TranslateForm):
        answers = list(form.answers)
    return {
        "kind": form.kind,
        "text": form.text,
        "passage": getattr(form, "passage", None) or "",
        "options": list(form.options) if isinstance(form, ChoiceForm | ReadForm) else [],
        "tiles": form.shown_tiles if isinstance(form, OrderForm) else [],
        "pairs": (
            [[pair.left, pair.right] for pair in form.pairs] if isinstance(form, MatchForm) else []
        ),
        "answers": answers,
    }


@dataclass(frozen=True)
class _Draft:
    """An entry of a file: the row to insert, or the one that is there, and what it shall hold."""

    new: Versioned
    known: Versioned | None
    fields: Mapping[str, Any]


def _store_entries(drafts: Sequence[_Draft], file: ContentFile, report: LoadReport) -> None:
    """Insert what is new and bring the rest up to date; a version counts changes of content."""
    fresh: list[Any] = []
    for draft in drafts:
        row = draft.known or draft.new
        is_changed = row.is_retired or any(
            getattr(row, name) != value for name, value in draft.fields.items()
        )
        for name, value in {**draft.fields, "is_retired": False, "source": file}.items():
            setattr(row, name, value)
        if draft.known is None:
            fresh.append(row)
            continue
        row.version += is_changed
        report.changed += is_changed
        row.save()
    report.added += len(fresh)
    if fresh:
        type(fresh[0])._default_manager.bulk_create(fresh, batch_size=500)  # noqa: SLF001


# ----------------------------------------------------------------------- retirement
def _retire_missing(content: Content, files: Sequence[ContentFile], report: LoadReport) -> None:
    lessons = list(content.lessons.values())
    items = [item.id for entries in content.placement.values() for item in entries]
    words = {(word.word, word.part_of_speech) for deck in content.words.values() for word in deck}
    tasks = {(lesson.id, task.id) for lesson in lessons for task in lesson.tasks}
    report.retired += _retire(Lesson, files, {lesson.id for lesson in lessons}, "slug")
    report.retired += _retire(Task, files, tasks, "lesson__slug", "slug")
    report.retired += _retire(PlacementItem, files, set(items), "slug")
    report.retired += _retire(Word, files, words, "word", "part_of_speech")


def _retire(
    model: type[models.Model], files: Sequence[ContentFile], present: set[Any], *key: str
) -> int:
    rows = model._default_manager.filter(source__in=files, is_retired=False)  # noqa: SLF001
    gone = [
        pk
        for pk, *names in rows.values_list("pk", *key)
        if (names[0] if len(key) == 1 else tuple(names)) not in present
    ]
    return model._default_manager.filter(pk__in=gone).update(is_retired=True)  # noqa: SLF001
