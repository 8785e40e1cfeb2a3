"""Recognises headers that a wrong encoding damaged: the column's name is what tells that a reading is right."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from thuebao.base.fold import fold_header
from thuebao.rulebook.columns import columns_by_header
from thuebao.sources.encodings.font_text import FONTS, header_readings
from thuebao.sources.encodings.mojibake import MISREADINGS, repaired_text

ENTITIES, LOST = "entities", "lost"
"""How a header was damaged, besides the fonts and the misreadings of UTF-8: escaped; its letters lost."""
_LONGEST = 120  # characters of a header
# What no header has that came through whole: signs in the place of letters, or letters that Vietnamese has not got.
_DAMAGED = re.compile(
    r"&#?\w+;|\?|\ufffd|[\x80-\xbfÄ-ÇËÎ-ÑÖ-ØÛ-ÝÞßä-çëîïðñö-øûüþÿ]|[^\x00-\xffĂăĐđĨĩŨũƠơƯưẠ-ỹ\u0300-\u0323]"
)
_FONT_PAIR = re.compile("[aeoAEO][ùøûõâáàåãäêéèúüëÙØÛÕÂÁÀÅÃÄÊÉÈÚÜË]|[âêôÂÊÔ]")
_LEAST_LEFT = 3  # letters that must be left of a header that lost some


@dataclass(frozen=True)
class HeaderReading:
    """A header as it was before it was damaged, and how it was damaged: None where it is as it came."""

    text: str
    damage: str | None


@lru_cache(4096)  # the same few headers are met many times
def header_reading(name: str) -> HeaderReading:
    """Return how a header reads. Where no reading of it names a column, or several columns fit, it stays."""
    as_it_came = HeaderReading(name, None)
    if (name.isascii() and name.isprintable() and "&" not in name and "?" not in name) or len(name) > _LONGEST:
        return as_it_came
    if fold_header(name) in columns_by_header() or not (_DAMAGED.search(name) or _FONT_PAIR.search(name)):
        return as_it_came
    for damage, text in _readings(name):
        if fold_header(text) in columns_by_header():
            return HeaderReading(text, damage)
    lost = _with_lost_letters(name)
    return HeaderReading(lost, LOST) if lost else as_it_came


def _readings(name: str) -> Iterator[tuple[str, str]]:
    for misreading in MISREADINGS:
        if text := repaired_text(name, misreading):
            yield misreading, text
    if "&" in name:
        yield ENTITIES, html.unescape(html.unescape(name))
    for font in FONTS:
        yield from ((font, text) for text in header_readings(name, font))


def _with_lost_letters(name: str) -> str | None:
    """Return the folded header of the only column that fits, each `?` a letter that was lost, or a byte of one."""
    parts = re.split("([?\ufffd]+)", name)
    if len(parts) == 1 or len(fold_header("".join(parts[::2]))) < _LEAST_LEFT:
        return None
    kept, lost = [fold_header(part) for part in parts[::2]], [len(part) for part in parts[1::2]]
    # A letter of Vietnamese is two or three bytes.
    by_letter, by_byte = [f"{{{n}}}" for n in lost], [f"{{{-(-n // 3)},{max(n // 2, 1)}}}" for n in lost]
    fitting: dict[str, str] = {}
    for counts in (by_letter, by_byte):
        pattern = kept[0] + "".join(f"[a-z]{count}{part}" for count, part in zip(counts, kept[1:], strict=True))
        fitting |= {column: header for header, column in _known() if re.fullmatch(pattern, header)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


@cache
def _known() -> list[tuple[str, str]]:
    return list(columns_by_header().items())
