"""Tells words that are Vietnamese, as files have them: in capitals, in none, as names, in fonts of few capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from thuebao.rulebook.charsets import CHARSETS, charset
from thuebao.rulebook.syllables import Syllables, syllables


@dataclass(frozen=True)
class Judgement:
    """How many of some words could be Vietnamese, and how many are words that exports are full of."""

    words: int
    possible: int
    familiar: int

    @property
    def share(self) -> float:
        """What part of the words could be Vietnamese."""
        return self.possible / max(self.words, 1)

    @property
    def evidence(self) -> int:
        """How much speaks for Vietnamese: a familiar word counts twice."""
        return self.possible + self.familiar

    @property
    def score(self) -> float:
        """The evidence for each word."""
        return self.evidence / max(self.words, 1)


def judged(words: Iterable[bytes], encoding: str) -> Judgement:
    """Count which of the distinct words are Vietnamese under an encoding; what is ASCII in it does not count."""
    if encoding in CHARSETS:
        few_capitals, texts = charset(encoding).few_capitals, charset(encoding).decode_strictly(words)
    else:
        few_capitals, texts = False, [unicodedata.normalize("NFC", word.decode()) for word in words]
    kinds = kinds_of(texts, few_capitals=few_capitals)
    return Judgement(len(kinds) - kinds.count(None), kinds.count(1) + kinds.count(2), kinds.count(2))


def kinds_of(words: Iterable[str], *, few_capitals: bool = False) -> list[int | None]:
    """Return for each word 0 if no Vietnamese wrote it, 1 if it could be a syllable, 2 a familiar one; None: ASCII."""
    rules = syllables()
    return [_kind(word.strip(rules.edges), rules, few_capitals=few_capitals) for word in words]


def _kind(word: str, rules: Syllables, *, few_capitals: bool) -> int | None:
    if word.isascii():
        return None
    if not _capitals_fit(word, few_capitals=few_capitals):
        return 0
    small = word.lower()
    if small in rules.familiar:
        return 2
    return int(all(map(rules.has, small.split())))


def _capitals_fit(word: str, *, few_capitals: bool) -> bool:
    """Return whether the capitals are those of a name, of a text all in capitals, or of none."""
    if word[1:] == word[1:].lower() or word == word.upper():
        return True
    ascii_letters = "".join(filter(str.isascii, word))
    return few_capitals and ascii_letters == ascii_letters.upper()
