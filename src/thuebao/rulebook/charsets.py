"""Vietnamese encodings of one or two bytes a letter, as tables: rules/reference/encodings.toml.

A file in such an encoding is read as Latin-1 first, which has a character for every byte: separators, quotes and
line ends are ASCII in all of them. Its values become letters afterwards, many at a time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import polars as pl

from thuebao.rulebook.reference import shipped_reference

CHARSETS = ("windows-1258", "tcvn3", "vni", "viscii")  # the likelier first
UNDECODABLE = "\ufffd"
_COMBINING = "[\u0300-\u036f]"
_ASCII_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Charset:
    """One encoding. `letters`: what a file has, as Latin-1 → what it means; the longer first."""

    name: str
    letters: dict[str, str]
    undefined: bytes  # bytes that are no character
    marks: str  # characters that make a letter only together with the one before, else stand for themselves
    few_capitals: bool  # capital letters with marks are mostly written as small ones

    def real(self, values: pl.Expr) -> pl.Expr:
        """Return Latin-1 values as they read; marks that are left over still stand beside their letter."""
        return values.str.replace_many(list(self.letters), list(self.letters.values()), leftmost=True)

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame of Latin-1 text with every String column as it reads, in NFC."""
        texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
        changed = _those(frame, texts, "[^ -~]")
        frame = frame.with_columns(self.real(pl.col(name)) for name in changed)
        loose = _those(frame, changed, _COMBINING)
        return frame.with_columns(pl.col(name).str.normalize("NFC") for name in loose)

    def strictly(self, words: Iterable[bytes]) -> list[str]:
        """Return words as they read, U+FFFD for bytes that nobody writes: undefined ones, marks without a letter."""
        nothing = [chr(byte) for byte in self.undefined] + [mark for mark in self.marks if mark not in self.letters]
        strict = replace(self, letters=self.letters | dict.fromkeys(nothing, UNDECODABLE))
        return strict.frame(pl.DataFrame({"words": [word.decode("latin-1") for word in words]}))["words"].to_list()


def _those(frame: pl.DataFrame, columns: list[str], pattern: str) -> list[str]:
    """Return the columns in which some value has the pattern."""
    found = frame.select(pl.col(name).str.contains(pattern).any() for name in columns)
    return [name for name in columns if found[name].item()]


@cache
def charset(name: str) -> Charset:
    """Return the encoding of this name."""
    document = shipped_reference().document("encodings")[name]
    table, undefined = _table(document)
    marked = _marked(document.get("marked", {}))
    letters = marked | _composed(table) | {latin: letter for latin, letter in table.items() if latin != letter}
    marks = "".join(sorted({latin[-1] for latin in marked}))
    return Charset(name, letters, undefined, marks, document.get("few_capitals", False))


def _table(document: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Return the letter of each byte that has one, and the bytes that have none."""
    rows = {int(row, 16): document[row].split(" ") for row in ("80", "90", "A0", "B0", "C0", "D0", "E0", "F0")}
    letters = {first + n: letter for first, row in rows.items() for n, letter in enumerate(row)}
    letters |= {int(byte, 16): letter for byte, letter in document.get("controls", {}).items()}
    undefined = bytes(byte for byte, letter in letters.items() if letter == "--")
    return {chr(byte): letter for byte, letter in letters.items() if letter != "--"}, undefined


def _composed(table: dict[str, str]) -> dict[str, str]:
    """Return each letter with a tone mark behind it that is one letter together."""
    letters = dict(zip(_ASCII_LETTERS, _ASCII_LETTERS, strict=True)) | table
    tones = {latin: letter for latin, letter in table.items() if unicodedata.combining(letter)}
    pairs = {
        latin + tone: unicodedata.normalize("NFC", letters[latin] + mark)
        for latin in letters
        for tone, mark in tones.items()
    }
    return {pair: letter for pair, letter in pairs.items() if len(letter) == 1}


def _marked(document: dict[str, str]) -> dict[str, str]:
    """Return the letters of a base and a mark, in every mixture of cases; the base's decides. Longer ones first."""
    found = {}
    for base in sorted(document, key=len, reverse=True):
        for mark, letter in (entry.split(" ") for entry in document[base].split(", ")):
            for latin in _cases(base + mark):
                found[latin] = letter.upper() if latin[0].isupper() else letter
    return found


def _cases(text: str) -> list[str]:
    """Return the text in every mixture of small and capital letters."""
    if not text:
        return [""]
    return [first + rest for first in (text[0], text[0].upper()) for rest in _cases(text[1:])]
