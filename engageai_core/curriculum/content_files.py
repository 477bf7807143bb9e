"""Reads the content folder and checks it as a whole, without touching the database."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from engageai_core.curriculum.schema import (
    LessonFile,
    PlacementFile,
    PlacementItemEntry,
    WordEntry,
    WordsFile,
)
from utils.errors import EngageError

Schema = TypeVar("Schema", bound=BaseModel)

_PATTERNS = ("lessons/*/*.yaml", "placement/*.yaml", "words/*.yaml")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where the platform has it: ten times as fast."""


class ContentError(EngageError):
    """A content file cannot be used; the text names the file, the place in it and the mend."""


@dataclass(frozen=True)
class ContentSource:
    """One file as it was read.

    Attributes:
        path: relative to the content folder, with forward slashes.
        sha256: of the file's bytes, hexadecimal.
    """

    path: str
    sha256: str


@dataclass
class Content:
    """All content files, read and checked."""

    lessons: dict[ContentSource, LessonFile] = field(default_factory=dict)
    placement: dict[ContentSource, list[PlacementItemEntry]] = field(default_factory=dict)
    words: dict[ContentSource, list[WordEntry]] = field(default_factory=dict)


def content_sources(folder: Path) -> list[ContentSource]:
    """Return every content file with its digest, without reading what is in them.

    Raises:
        ContentError: there is no such folder.
    """
    return [source for pattern in _PATTERNS for source, _ in _sources(folder, pattern)]


def read_content(folder: Path) -> Content:
    """Read every content file under `folder`.

    Raises:
        ContentError: a file is malformed, or two files claim the same id, word or position.
    """
    content = Content()
    lessons, placement, words = _PATTERNS
    for source, text in _sources(folder, lessons):
        lesson = _parse(LessonFile, source, text)
        _check_lesson_folder(source, lesson)
        content.lessons[source] = lesson
    for source, text in _sources(folder, placement):
        content.placement[source] = _parse(PlacementFile, source, text).items
    for source, text in _sources(folder, words):
        content.words[source] = _parse(WordsFile, source, text).words
    _check_unique(content)
    return content


def _sources(folder: Path, pattern: str) -> list[tuple[ContentSource, bytes]]:
    if not folder.is_dir():
        raise ContentError(
            "there is no content to load",
            why=f"{folder} is not a folder",
            mend="name the folder: python manage.py load_content --folder PATH",
        )
    found = []
    for path in sorted(folder.glob(pattern)):
        text = path.read_bytes()
        source = ContentSource(
            path.relative_to(folder).as_posix(), hashlib.sha256(text).hexdigest()
        )
        found.append((source, text))
    return found


def _parse(schema: type[Schema], source: ContentSource, text: bytes) -> Schema:
    try:
        return schema.model_validate(yaml.load(text, Loader=_UniqueKeyLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise ContentError(
            f"{source.path} is not YAML",
            why=" ".join(str(error).split()),
            mend="mend the line; text with a colon, and the words yes, no, on and off, go in "
            "quotes (docs/content.md)",
        ) from None
    except ValidationError as error:
        faults = [_describe(fault) for fault in error.errors(include_url=False)]
        raise ContentError(
            f"{source.path} does not fit the content schema",
            why="; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if faults[5:] else ""),
            mend=f"mend these places in {source.path}; docs/content.md says what belongs there",
        ) from None


def _describe(fault: Any) -> str:
    """Return `tasks[3].answer: what is wrong` for one of pydantic's faults."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    given = fault["input"] if isinstance(fault["input"], str | int | float | bool) else ""
    shown = f" (given: {str(given)[:60]!r})" if given != "" else ""
    return f"{place.lstrip('.') or 'file'}: {fault['msg'].removeprefix('Value error, ')}{shown}"


def _check_lesson_folder(source: ContentSource, lesson: LessonFile) -> None:
    folder = source.path.split("/")[1]
    if folder != lesson.level.lower():
        raise ContentError(
            f"{source.path} lies in the wrong folder",
            why=f"level: the lesson is {lesson.level}, the folder is {folder}",
            mend=f"move it to lessons/{lesson.level.lower()}/ or mend `level` and `id`",
        )


def _check_unique(content: Content) -> None:
    claims: dict[str, str] = {}
    for source, lesson in content.lessons.items():
        _claim(claims, f"lesson id {lesson.id}", source)
        _claim(claims, f"position {lesson.position} at {lesson.level}", source)
    for source, items in content.placement.items():
        for item in items:
            _claim(claims, f"placement item id {item.id}", source)
    for source, words in content.words.items():
        for word in words:
            _claim(claims, f"word {word.word.casefold()} ({word.part_of_speech})", source)


def _claim(claims: dict[str, str], claim: str, source: ContentSource) -> None:
    if claim in claims:
        raise ContentError(
            f"{source.path} repeats what is there already",
            why=f"{claim} stands in {claims[claim]} too",
            mend=f"change or remove one of the two in {source.path}",
        )
    claims[claim] = source.path


class _UniqueKeyLoader(_Loader):  # type: ignore[misc]
    """The safe loader, except that a key written twice is an error and not the last one wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping
