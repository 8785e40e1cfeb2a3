"""Every text a user reads, in Vietnamese and English, by key.

The texts stand in vi.toml and en.toml; a test holds that both have the same keys and placeholders.
"""

from __future__ import annotations

import locale
import os
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal, cast

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

_LONGEST = 10**30

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
        for section, entries in tomllib.loads(source).items()
        for key, value in cast("dict[str, str]", entries).items()
    }


def text(key: str, /, **values: object) -> str:
    """Return the text of `key` in the language in use, with `values` in its placeholders."""
    # A value is never more than a part of a line: names of files can hold line breaks, numbers more digits than print.
    return _texts(_language)[key].format(**{name: _one_line(value) for name, value in values.items()})


def in_every_language(key: str) -> list[str]:
    """Return the text of `key` in each language, its placeholders as they are."""
    return [_texts(code)[key] for code in LANGUAGES]


def forms(section: str) -> list[str]:
    """Return all texts of a section in each language, their placeholders as they are."""
    return [value for code in LANGUAGES for key, value in _texts(code).items() if key.startswith(f"{section}.")]


def _one_line(value: object) -> object:
    if isinstance(value, int) and abs(value) > _LONGEST:
        return "…"
    return value if isinstance(value, int | float) else re.sub("[\r\n]+", " ", str(value))
