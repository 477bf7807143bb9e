"""Tables of what is taught. What is withdrawn is retired, so that old answers keep it."""

from django.core.exceptions import ValidationError
from django.db import models
from pydantic import ValidationError as SchemaError

from engageai_core.curriculum.schema import check_question

FIRST_DISCRIMINATION = 1.3
"""How steep an item is taken to be before anybody answered it, per logit."""


class CefrLevel(models.TextChoices):
    """Levels of the Common European Framework."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


class Skill(models.TextChoices):
    """The six skills of a profile."""

    GRAMMAR = "grammar"
    VOCABULARY = "vocabulary"
    READING = "reading"
    LISTENING = "listening"
    WRITING = "writing"
    SPEAKING = "speaking"


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    CHOICE = "choice"
    GAP = "gap"
    ORDER = "order"
    MATCH = "match"
    TRANSLATE = "translate"
    READ = "read"


PRODUCED_KINDS = frozenset({QuestionKind.GAP, QuestionKind.ORDER, QuestionKind.TRANSLATE})
"""Kinds in which the learner makes the answer instead of picking it."""


class ContentFile(models.Model):
    """A content file as it was loaded last."""

    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path


class ContentLoad(models.Model):
    """One load that changed something; its digest names the version of all content."""

    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    retired = models.PositiveIntegerField()

    class Meta:
        ordering = ["-loaded_at"]

    def __str__(self) -> str:
        return f"{self.digest[:12]} ({self.loaded_at:%Y-%m-%d %H:%M})"


class Versioned(models.Model):
    """What every entry of a content file has; `source` is empty for entries made in the admin."""

    source = models.ForeignKey(ContentFile, models.SET_NULL, null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_retired = models.BooleanField(default=False, db_index=True)

    class Meta:
        abstract = True


class Question(models.Model):
    """A question with its key.

    `options` are those of a choice, `tiles` those to be ordered, `pairs` are `[left, right]`;
    `answers` are all accepted ones, the best first (for a match: none).
    """

    kind = models.CharField(max_length=12, choices=QuestionKind.choices)
    text = models.TextField(blank=True)
    passage = models.TextField(blank=True)
    options = models.JSONField(default=list, blank=True)
    tiles = models.JSONField(default=list, blank=True)
    pairs = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Hold what is written in the admin to the rules of the content files.

        Raises:
            ValidationError: a part is missing or breaks its kind's rules.
        """
        parts = ("text", "passage", "options", "tiles", "pairs", "answers")
        try:
            check_question(self.kind, {name: getattr(self, name) for name in parts})
        except SchemaError as error:
            faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
            raise ValidationError(faults) from None
        except (KeyError, TypeError, ValueError):
            message = "kind, or the form of the lists, is wrong; pairs are [[left, right], …]"
            raise ValidationError(message) from None


class PlacementItem(Versioned, Question):
    """An item of the placement test with its parameters of item response theory."""

    slug = models.SlugField(max_length=64, unique=True)
    cefr = models.CharField(max_length=2, choices=CefrLevel.choices)
    skill = models.CharField(max_length=12, choices=Skill.choices)
    difficulty = models.FloatField(help_text="logits; one logit a level, B1 is 0")
    discrimination = models.FloatField(default=FIRST_DISCRIMINATION, help_text="per logit")
    guessing = models.FloatField(default=0.0, help_text="chance of a right guess, 0 to 1")
    times_answered = models.PositiveIntegerField(default=0, editable=False)
    share_correct = models.FloatField(null=True, editable=False)
    expected_correct = models.FloatField(
        null=True, editable=False, help_text="mean chance by the model, over the same answers"
    )

    class Meta:
        ordering = ["cefr", "skill", "slug"]

    def __str__(self) -> str:
        return self.slug


class Lesson(Versioned):
    """One objective: a rule, examples and tasks."""

    slug = models.SlugField(max_length=64, unique=True)
    level = models.CharField(max_length=2, choices=CefrLevel.choices)
    position = models.PositiveIntegerField(help_text="order within the level")
    objective = models.CharField(max_length=96)
    title_ru = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    rule_ru = models.TextField()
    rule_en = models.TextField()
    examples = models.JSONField(default=list, help_text='[{"en": "…", "ru": "…"}]')

    class Meta:
        ordering = ["level", "position"]

    def __str__(self) -> str:
        return f"{self.level} · {self.title_en}"


class Task(Versioned, Question):
    """A task of a lesson, with the reason shown after the answer."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="tasks")
    slug = models.SlugField(max_length=64)
    position = models.PositiveIntegerField()
    skill = models.CharField(max_length=12, choices=Skill.choices)
    why_ru = models.TextField()
    why_en = models.TextField()
    hint_ru = models.TextField(blank=True)
    hint_en = models.TextField(blank=True)

    class Meta:
        ordering = ["lesson", "position"]
        constraints = [models.UniqueConstraint(fields=["lesson", "slug"], name="task_slug_unique")]

    def __str__(self) -> str:
        return f"{self.lesson.slug}/{self.slug}"


class Word(Versioned):
    """A word of the dictionary."""

    word = models.CharField(max_length=60)
    part_of_speech = models.CharField(max_length=20)
    level = models.CharField(max_length=2, choices=CefrLevel.choices)
    ipa = models.CharField(max_length=80)
    translation = models.CharField(max_length=120)
    example = models.CharField(max_length=300)
    example_translation = models.CharField(max_length=300)
    position = models.PositiveIntegerField(default=0, help_text="order within the file")

    class Meta:
        ordering = ["level", "position", "word"]
        constraints = [
            models.UniqueConstraint(fields=["word", "part_of_speech"], name="word_unique")
        ]
        indexes = [models.Index(fields=["level", "position"])]

    def __str__(self) -> str:
        return f"{self.word} ({self.part_of_speech})"
