"""When two written answers are the same answer: the one rule for keys, learners and content."""

import itertools
import re
import unicodedata

_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"'}
)
_DASHES = re.compile(r"[‐‑‒–—−]")
_NOT_IN_WORDS = re.compile(r"[^\w'\-]+|_")
_LONE_MARKS = re.compile(r"(?<!\w)['\-]+|['\-]+(?!\w)")

# Only those that have one reading: "'s" is "is", "has" or a possessive, "'d" is "had" or "would".
_CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "let's": "let us",
    "i'm": "i am",
}
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"))
_IS_BEFORE = frozenset(
    ["he", "she", "it", "that", "this", "there", "here", "what", "who", "where", "when", "how"]
)
_HAS_AFTER = frozenset(["been", "got", "had"])


def normalise(text: str) -> str:
    """Return `text` without what makes no difference to an answer.

    Letter case, punctuation, white space, typographic quotes and dashes, е for ё, and
    contractions with one reading ("don't" is "do not", "it's" is "it is") are levelled.
    """
    levelled = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    levelled = _DASHES.sub("-", levelled).replace("ё", "е")
    words = _LONE_MARKS.sub(" ", _NOT_IN_WORDS.sub(" ", levelled)).split()
    pairs = itertools.zip_longest(words, words[1:], fillvalue="")
    return " ".join(_expand(word, followed_by=following) for word, following in pairs)


def _expand(word: str, *, followed_by: str) -> str:
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word]
    for ending, full in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending) + full
    stem = word.removesuffix("'s")
    if stem == word or stem not in _IS_BEFORE:
        return word
    return f"{stem} has" if followed_by in _HAS_AFTER else f"{stem} is"
