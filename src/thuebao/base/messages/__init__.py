"""Every text a user reads, in Vietnamese and English, by key.

The texts stand in vi.toml and en.toml; a test holds that both have the same keys and placeholders.
"""

from __future__ import annotations

import locale
import os
import re
from functools import cache
from importlib import resources
from typing import Literal, cast

from thuebao.base.shipped_toml import parse_shipped

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

_LONGEST = 10**30
_NAMES = frozenset({"line", "row", "record", "number"})
"""Placeholders of numbers that are names: of a line, a row, a record, a group or an example."""

_language: Language = "en"


def language() -> Language:
    """Return the language in use."""
    return _language


def use_language(code: Language) -> None:
    """Set the language of every text from now on."""
    global _language  # noqa: PLW0603  (one reader, one language for the whole process)
    _language = code


def language_of_locale() -> Language:
    """Return the language that the environment asks for: Vietnamese, else English."""
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    return "vi" if name.lower().startswith(("vi", "vietnamese")) else "en"


@cache
def _texts(code: Language) -> dict[str, str]:
    source = resources.files(__name__).joinpath(f"{code}.toml").read_text("utf-8")
    return {
        f"{section}.{key}": value
        for section, entries in parse_shipped(source).items()
        for key, value in cast("dict[str, str]", entries).items()
    }


def text(key: str, /, **values: object) -> str:
    """Return the text of `key` in the language in use, with `values` in its placeholders.

    A whole number has its thousands grouped, as the language has it, but for numbers that are names (of a line, of a
    group). `{count:file|files}` is the first word for one and the second for any other number.
    """
    # A value is never more than a part of a line: names of files can hold line breaks, numbers more digits than print.
    return _texts(_language)[key].format(**{name: _shown(name, value) for name, value in values.items()})


def in_every_language(key: str) -> list[str]:
    """Return the text of `key` in each language, its placeholders as they are."""
    return [_texts(code)[key] for code in LANGUAGES]


def forms(section: str) -> list[str]:
    """Return all texts of a section in each language, their placeholders as they are."""
    return [value for code in LANGUAGES for key, value in _texts(code).items() if key.startswith(f"{section}.")]


# Babel would do the same for 20 ms of start-up, and would set no space before the per cent sign in Vietnamese.
def grouped(value: int) -> str:
    """Return a whole number with its thousands grouped, as the language in use has it."""
    said = int.__format__(value, ",")
    return said.replace(",", ".") if _language == "vi" else said


def decimal(value: float, places: int) -> str:
    """Return a number with so many places, with the decimal sign of the language in use."""
    return f"{value:.{places}f}".replace(".", "," if _language == "vi" else ".")


class _Number(int):
    """A whole number in a text."""

    def __format__(self, form: str) -> str:
        one, either, several = form.partition("|")
        return (one if self == 1 else several) if either else grouped(self)


class _Text(str):
    """A value of a text that is no number."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return form.rpartition("|")[2] or str(self)


def _shown(name: str, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return "…" if abs(value) > _LONGEST else str(value) if name in _NAMES else _Number(value)
    return value if isinstance(value, float) else _Text(re.sub("[\r\n]+", " ", str(value)))
