"""Reads headers that say more than their column's name: a format, a unit, a number, a mark, a second language."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from thuebao.base.fold import fold_header, fold_text
from thuebao.rulebook.columns import columns_by_header
from thuebao.rulebook.reference import shipped_reference

_LONGEST = 120  # characters of a header
_IN_BRACKETS = re.compile(r"[(\[{<（【]([^()\[\]{}<>（）【】]*)[)\]}>）】]")
_NUMBERING = re.compile(r"^\s*\d{1,2}\s*[.)\-]\s*(?=\D)")
_CODE = re.compile(r"^\s*(\w{1,2})\s*[:=.–-]\s*(.+)$")  # and what it means
_BETWEEN_NAMES = re.compile(r"\s*[/|\n\r;]+\s*|\s+[-–—]\s+")


@lru_cache(4096)  # the same few headers are met many times
def without_additions(name: str) -> str:
    """Return what names the column in a header: all of it where that, or nothing in it, is known.

    What stands in brackets may not change what the rest means: `Họ tên (người giám hộ)` is no `Họ tên`.
    """
    if len(name) > _LONGEST or _column(name):
        return name
    said = _IN_BRACKETS.findall(name)
    rest = _NUMBERING.sub("", _IN_BRACKETS.sub(" ", name))
    rest = str(re.sub(_patterns()["format_at_end"], "", rest, flags=re.IGNORECASE))
    column = _column(rest)
    if column and all(_adds_nothing(words) or _column(words) == column or _lists(words, column) for words in said):
        return rest
    names = [part for part in _BETWEEN_NAMES.split(rest) if fold_header(part)]
    meant = {_column(part) for part in names}
    if len(names) > 1 and len(meant) == 1 and None not in meant and all(map(_adds_nothing, said)):
        return names[0]
    return name


def _column(name: str) -> str | None:
    return columns_by_header().get(fold_header(name))


def _adds_nothing(words: str) -> bool:
    folded = fold_text(words)
    return not fold_header(words) or any(re.fullmatch(pattern, folded) for pattern in _patterns()["in_brackets"])


def _lists(words: str, column: str) -> bool:
    """Return whether words are values of a coded column, two at least, that mean what they mean without them.

    `Giới tính (1: Nam, 2: Nữ)` is how such codes are read anyhow; `Giới tính (1: Nữ, 2: Nam)` is for a mapping to say.
    """
    values = re.split("[/,;|]", words)
    return len(values) > 1 and all(_means_itself(fold_text(value), column) for value in values)


def _means_itself(value: str, column: str) -> bool:
    known = _values(column)
    code = _CODE.match(value)
    return known.get(code[1]) == known[code[2]] if code and code[2] in known else value in known


@cache
def _values(column: str) -> dict[str, str]:
    rows = shipped_reference().table("codes")
    return {fold_text(row["text"]): row["code"] for row in rows if row["column"] == column}


def _patterns() -> dict[str, Any]:
    found: dict[str, Any] = shipped_reference().document("layout")["header_additions"]
    return found
