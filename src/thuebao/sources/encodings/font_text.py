"""Reads text typed for a font of its own (TCVN3, VNI) and saved as Unicode: `NguyÔn V¨n An`, `Nguyeãn Vaên An`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import polars as pl

from thuebao.rulebook.charsets import charset
from thuebao.sources.encodings.words import kinds_of

FONTS = ("tcvn3", "vni")
# ASCII that is in no word, and NBSP. Control characters can be letters: capitals of TCVN3.
_BETWEEN = r"[\t\n\x0b\f\r -@\[-`{-~\x{a0}]+"
# What makes a word worth a look: letters other than those of ASCII, the controls among them.
NOT_ASCII = r"[^\t\n\r -~]"
# What such text consists of: a character for each byte, read as Latin-1 or as Windows-1252.
_OF_BYTES = "^[\x01-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$"
_WINDOWS_1252 = {
    letter: chr(byte) for byte in range(0x80, 0xA0) if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
_LEAST_EVIDENCE = 3
_NEARLY_ALL = 0.9
_PART = 1 / 3  # of the values that read as Vietnamese only after decoding, at least, among those that can be either


@dataclass(frozen=True)
class Verdict:
    """How the distinct values of a column read: only when they are decoded, only as written, either way, in no way.

    evidence: distinct words that are Vietnamese only when decoded, familiar ones twice.
    """

    decoded: int = 0
    written: int = 0
    either: int = 0
    neither: int = 0
    evidence: int = 0

    @property
    def allows(self) -> bool:
        """Whether nothing speaks against decoding."""
        against = self.written + self.neither
        return self.written == 0 and self.decoded >= _NEARLY_ALL * (self.decoded + against)

    @property
    def says(self) -> bool:
        """Whether the column is such text beyond doubt."""
        against = self.written + self.neither
        return (
            self.evidence >= _LEAST_EVIDENCE
            and self.decoded >= max(1, _NEARLY_ALL * (self.decoded + against))
            and self.decoded >= _PART * (self.decoded + self.either)
        )


def verdict(values: pl.Series, font: str) -> Verdict:
    """Return how values, all distinct and none ASCII, read under a font's encoding."""
    table = _read(values, font)
    reads, decodes = (
        pl.col("written") == pl.col("words"),
        pl.col("meant_words") >= pl.col("words") - pl.col("words") // 4,
    )
    better = pl.col("meant_words") > pl.col("written")
    found = table.select(
        decoded=(decodes & better).sum(),
        either=(reads & decodes & ~better & pl.col("of_bytes")).sum(),
        written=(reads & ~better & ~(decodes & pl.col("of_bytes"))).sum(),
    ).row(0)
    decoded, either, written = found
    one = table.filter(decodes & better)
    kinds = kinds_of(_words(one["meant"]).unique().to_list(), few_capitals=charset(font).few_capitals)
    return Verdict(decoded, written, either, table.height - sum(found), sum(kind or 0 for kind in kinds))


def read_as(values: pl.Series, font: str) -> pl.Series:
    """Return values as they read under a font's encoding; those that read better as they are written stay."""
    distinct = values.unique().drop_nulls()
    distinct = distinct.filter(distinct.str.contains(NOT_ASCII))
    if distinct.is_empty():
        return values
    table = _read(distinct, font).filter(
        pl.col("of_bytes") & (pl.col("meant_words") >= pl.max_horizontal("written", pl.lit(1)))
    )
    if table.is_empty():
        return values
    return values.replace(table["value"], table["meant"])


def header_readings(name: str, font: str) -> list[str]:
    """Return what a header may mean under a font's encoding: its bytes were read as Latin-1 or as Windows-1252."""
    pattern, letters = _pattern(font)
    bytewise = "".join(_WINDOWS_1252.get(letter, letter) for letter in name)
    return [
        unicodedata.normalize("NFC", pattern.sub(lambda found: letters[found[0]], text))
        for text in dict.fromkeys((name, bytewise))
    ]


@cache
def _pattern(font: str) -> tuple[re.Pattern[str], dict[str, str]]:
    letters = charset(font).letters
    return re.compile("|".join(map(re.escape, sorted(letters, key=len, reverse=True)))), letters


def _read(values: pl.Series, font: str) -> pl.DataFrame:
    """Return values, what they mean under a font's encoding, and how many of their words that are not ASCII read.

    of_bytes: whether a value can be such text at all; if not, none of its words does.
    """
    frame = pl.DataFrame({"value": values, "of_bytes": values.str.contains(_OF_BYTES)})
    decoded = charset(font).decode_frame
    plain = decoded(frame.select("value"))["value"]
    by_windows = decoded(
        frame.select(pl.col("value").str.replace_many(list(_WINDOWS_1252), list(_WINDOWS_1252.values())))
    )["value"]
    few = charset(font).few_capitals
    frame = frame.with_columns(
        written=_counted(values, few_capitals=False),
        plain=plain,
        by_windows=by_windows,
        plain_words=_counted(plain, few_capitals=few),
        windows_words=_counted(by_windows, few_capitals=few),
        words=words_of(values).list.len(),
    )
    windows = pl.col("windows_words") > pl.col("plain_words")
    return frame.select(
        "value",
        "of_bytes",
        "words",
        "written",
        meant=pl.when(windows).then("by_windows").otherwise("plain"),
        meant_words=pl.when("of_bytes").then(pl.max_horizontal("plain_words", "windows_words")).otherwise(0),
    )


def words_of(values: pl.Series) -> pl.Series:
    """Return the words of each value that are not ASCII."""
    spaced = values.str.replace_all(_BETWEEN, " ").str.strip_chars(" ")
    words = spaced.str.split(" ")
    return words.list.eval(pl.element().filter(pl.element().str.contains(NOT_ASCII)))


def _words(values: pl.Series) -> pl.Series:
    return words_of(values).explode().drop_nulls()


def _counted(values: pl.Series, *, few_capitals: bool) -> pl.Series:
    """Return how many words of each value are Vietnamese and not ASCII."""
    words = words_of(values.str.normalize("NFC"))
    distinct = words.explode().drop_nulls().unique()
    kinds = kinds_of(distinct.to_list(), few_capitals=few_capitals)
    good = distinct.filter(pl.Series([bool(kind) for kind in kinds], dtype=pl.Boolean))
    return words.list.eval(pl.element().is_in(good.implode())).list.sum().cast(pl.Int64)
