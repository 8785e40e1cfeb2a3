"""How much an unknown header resembles the headers that canonical columns go by.

Words are compared, not letters: "Ngày lập" is one letter from "Ngày cấp" and another thing altogether. A word more or
less than the known header has keeps a likeness low, unless it is listed as saying nothing (columns.toml, [words]).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from thuebao.base.fold import fold_header, fold_text
from thuebao.rulebook.columns import columns
from thuebao.rulebook.reference import shipped_reference

# What a likeness can be at most, by what sets the two headers apart.
_SAME_WORDS, _WITH_ADDITION, _MISSPELT, _SHORTENED, _WORD_LESS, _WORD_MORE = 0.95, 0.93, 0.9, 0.75, 0.7, 0.6
_ADDITION = 0.05  # the weight of a word that says nothing
_TELLING = 0.65  # the weight from which on a word belongs to few columns
_SWAPPED_IN, _LEAST_LONG = 4, 5  # letters from which on two swapped, or one too many or too few, are taken for a slip
_ORDINAL = re.compile(r"(?:[0-9]+|[a-z][0-9]+)$")


@dataclass(frozen=True)
class Likeness:
    """How much a header resembles a known one of a column (None: one that is never taken for a column), from 0 to 1."""

    column: str | None
    like: str
    degree: float


def likenesses(header: str) -> list[Likeness]:
    """Return, for every column that the header resembles at all, the known header that it resembles most."""
    own = words(header)
    best: dict[str | None, Likeness] = {}
    for column, like, theirs in _known() if own else ():
        degree = _degree(own, theirs)
        if degree and (column not in best or best[column].degree < degree):
            best[column] = Likeness(column, like, degree)
    return sorted(best.values(), key=lambda likeness: -likeness.degree)


def words(header: str) -> tuple[str, ...]:
    """Return a header's words, folded, short forms spelt out, phrases that say nothing as one word."""
    # The case of letters tells words apart (hoTenKH), so it goes after the diacritics.
    letters = "".join(c for c in unicodedata.normalize("NFD", header) if not unicodedata.category(c).startswith("M"))
    letters = letters.replace("đ", "d").replace("Đ", "D")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", letters)
    found = re.findall(r"[a-z]+[0-9]*|[0-9]+", fold_text(apart))
    while len(found) > 1 and _ORDINAL.match(found[0]):
        found = found[1:]
    return _joined([part for word in found for part in _vocabulary().short.get(word, word).split()])


@dataclass(frozen=True)
class _Vocabulary:
    short: dict[str, str]
    additions: tuple[str, ...]
    glue: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    listed = shipped_reference().document("columns")["words"]
    return _Vocabulary(
        {short: fold_text(long) for short, long in listed["short"].items()},
        tuple(fold_text(phrase) for phrase in listed["additions"]),
        frozenset(fold_text(word) for word in listed["glue"]),
    )


def _joined(found: Sequence[str]) -> tuple[str, ...]:
    text = " ".join(["", *(word for word in found if word not in _vocabulary().glue), ""])
    for phrase in _vocabulary().additions:
        if " " in phrase:
            text = text.replace(f" {phrase} ", f" {phrase.replace(' ', '')} ")
    return tuple(text.split())


@cache
def _additions() -> frozenset[str]:
    return frozenset(phrase.replace(" ", "") for phrase in _vocabulary().additions)


@cache
def _known() -> list[tuple[str | None, str, tuple[str, ...]]]:
    """Return column, header and its words of every header that is known, those that are never taken included."""
    never = [(None, header, words(header)) for header in shipped_reference().document("columns")["never"]]
    return never + [(c.name, header, words(header)) for c in columns().values() for header in (c.name, *c.headers)]


@cache
def _weights() -> dict[str, float]:
    """Return the weight of each word: the fewer columns it is used for, the more it says, from 0.5 to 1."""
    used = {(column, word) for column, _, theirs in _known() for word in theirs}
    return {word: 0.5 + 0.5 / count for word, count in Counter(word for _, word in used).items()}


def _weight(word: str) -> float:
    return _weights().get(word, 1.0)


def _degree(own: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Return how much two headers resemble each other by the words that they share, 0 where they share none."""
    if misspelt("".join(own), "".join(theirs)) or _is_with_addition("".join(own), "".join(theirs)):
        return _MISSPELT
    if set(own).isdisjoint(theirs):
        return 0.0
    more, less = list((Counter(own) - Counter(theirs)).elements()), list((Counter(theirs) - Counter(own)).elements())
    shared = sum(_weight(word) for word in (Counter(own) & Counter(theirs)).elements())
    whole, ceiling = shared, _SAME_WORDS
    for word in tuple(more):
        for other in less:
            slip = misspelt(word, other)
            if slip or (len(word) > 1 and other.startswith(word)):
                # A short form of a word that many columns share ("Ng. sinh") leaves little doubt.
                short = _SHORTENED if _weight(other) < _TELLING else _WORD_MORE
                ceiling = min(ceiling, _MISSPELT if slip else short)
                shared += _weight(other) * ceiling
                whole += _weight(other)
                more.remove(word)
                less.remove(other)
                break
    additions = [word for word in more if word in _additions()]
    whole += sum(_weight(word) for word in [*more, *less]) - sum(_weight(word) - _ADDITION for word in additions)
    if len(more) > len(additions):
        ceiling = min(ceiling, _WORD_MORE)
    elif less:
        ceiling = min(ceiling, _WORD_LESS)
    elif additions:
        ceiling = min(ceiling, _WITH_ADDITION)
    return min(shared / whole, ceiling)


def misspelt(word: str, other: str) -> bool:
    """Return whether two words differ by a slip of the hand: letters swapped, doubled, or one too many or too few.

    Another letter in a letter's place is no slip: it makes another word.
    """
    if word == other or abs(len(word) - len(other)) > 1 or min(len(word), len(other)) < _SWAPPED_IN - 1:
        return False
    if word[0] != other[0] and word[-1] != other[-1]:
        return False  # a slip leaves one end as it was
    if re.sub("[^0-9]", "", word) != re.sub("[^0-9]", "", other):
        return False
    if re.sub(r"(.)\1+", r"\1", word) == re.sub(r"(.)\1+", r"\1", other):
        return True
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    if len(word) == len(other):
        return (
            len(word) >= _SWAPPED_IN
            and word[at : at + 2] == other[at : at + 2][::-1]
            and word[at + 2 :] == other[at + 2 :]
        )
    longer, shorter = sorted((word, other), key=len, reverse=True)
    return len(shorter) >= _LEAST_LONG and longer[:at] + longer[at + 1 :] == shorter


def _is_with_addition(own: str, theirs: str) -> bool:
    """Return whether a header written in one word is a known one with a word that says nothing at either end."""
    if len(own) <= len(theirs) or len(theirs) < _LEAST_LONG:
        return False
    rest = own.removeprefix(theirs) if own.startswith(theirs) else own.removesuffix(theirs)
    return rest in _all_additions()


@cache
def _all_additions() -> frozenset[str]:
    return _additions() | {s for s, long in _vocabulary().short.items() if long.replace(" ", "") in _additions()}


def is_never_taken(header: str) -> bool:
    """Return whether a header is one of those that are left unknown on purpose."""
    return fold_header(header) in _never()


@cache
def _never() -> frozenset[str]:
    return frozenset(fold_header(like) for column, like, _ in _known() if column is None)
