"""Vietnamese syllables as rules/reference/encodings.toml describes them: what could be a word, and what often is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from thuebao.rulebook.reference import shipped_reference

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_TONES_BEFORE_STOPS = ("", "\u0301", "\u0323")


@dataclass(frozen=True)
class Syllables:
    """The syllables of the language, in NFC and small letters, with their tones where tones are written."""

    onsets: frozenset[str]
    rimes: frozenset[str]
    familiar: frozenset[str]
    edges: str

    def has(self, word: str) -> bool:
        """Return whether a word (small letters) is a syllable."""
        return any(word[:n] in self.onsets and word[n:] in self.rimes for n in range(4))


@cache
def syllables() -> Syllables:
    """Return the syllables of the shipped reference data."""
    document = shipped_reference().document("encodings")["syllables"]
    rimes = {form for rime in document["rimes"].split() for form in _with_tones(rime, document)}
    familiar = frozenset(document["familiar"].split())
    return Syllables(frozenset(["", *document["onsets"].split()]), frozenset(rimes), familiar, document["edges"])


def _with_tones(rime: str, document: dict[str, Any]) -> set[str]:
    """Return the rime with every tone that it can have, at every place where the tone can stand."""
    tones = _TONES_BEFORE_STOPS if rime.endswith(tuple(document["stops"])) else _TONES
    return {
        unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])
        for place in _places(rime, document)
        for tone in tones
    }


def _places(rime: str, document: dict[str, Any]) -> list[int]:
    """Return the places of the vowels that can bear the tone."""
    vowels = len(rime) - len(rime.lstrip(_VOWELS))
    if rime in document["either"]:
        return [0, 1]
    marked = [place for place in range(vowels) if rime[place] in document["marked_vowels"]]
    if marked:
        return marked[-1:]
    closed = vowels < len(rime)
    return [vowels - 1 if closed or vowels == 1 else vowels - 2]
