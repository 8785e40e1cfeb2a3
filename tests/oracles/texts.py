"""Cleaning of texts, subscriber numbers, document numbers, tax codes and SIM serials (catalogue, section 2).

"Reading:" marks the places where the contract can be read in more than one way, here and in the other modules.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

from oracles.lists import barred, spaced

# Reading: "zero-width characters" are these four (U+FEFF is the BOM); marks of writing direction and the soft hyphen
# are not.
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
# Reading: white space is Unicode's White_Space (Python's own \s also takes U+001C to U+001F, which are control
# characters for PER103).
_WHITE = re.compile("[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_GUARD = re.compile('="(.*)"')
_DASHES = "-\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc"
_NOTHING = re.compile(f"[{_DASHES}._*?…/ ]*")
_MISSING_WORDS = frozenset(
    barred(
        "null|(null)|<null>|[null]|\\n|none|nil|n/a|na|<na>|nan|nat|#n/a|#ref!|#value!|#null!|#num!|#div/0!|#name?"
        "|khong co|chua co|chua cap nhat|khong ro|khong xac dinh"
    )
)
REFERENCES = frozenset(
    spaced(
        "portrait_ref portrait_hash document_scan_ref confirmation_ref consent_ref relationship_ref authorisation_ref"
        " contract_number guardian_name"
    )
)
_NO = frozenset(spaced("khong no n false 0 chua"))
_FLAGS = frozenset(barred("co|yes|y|true|x|1|da co"))


@cache
def fold(text: str) -> str:
    """Lower case, no diacritics, đ and its look-alikes as d, single spaces."""
    if text.isascii():
        return _WHITE.sub(" ", text.lower()).strip(" ")
    decomposed = unicodedata.normalize("NFD", text.lower())
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    bare = re.sub("[đðɖ]", "d", bare)  # lower case of U+0110, U+00D0 and U+0189
    return _WHITE.sub(" ", bare).strip(" ")


@cache
def words_of(text: str) -> str:
    """Folded, and every run of anything but letters and digits is one space."""
    folded = fold(text)
    if folded.isascii():
        return " ".join(re.findall("[a-z0-9]+", folded))
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())


@cache
def clean_text(raw: str | None) -> str | None:
    """The cleaned text, or None where it counts as missing."""
    if raw is None or raw == "":
        return None
    text = _collapse(raw if raw.isascii() else unicodedata.normalize("NFC", raw))
    guarded = _GUARD.fullmatch(text)
    if guarded is not None:
        text = _collapse(guarded[1])
    if _NOTHING.fullmatch(text) or (len(text) <= 20 and fold(text) in _MISSING_WORDS):
        return None
    return text


def _collapse(text: str) -> str:
    return _WHITE.sub(" ", _ZERO_WIDTH.sub("", text)).strip(" ")


def clean_reference(raw: str | None) -> str | None:
    """The cleaned reference: a text that says there is none counts as missing."""
    text = clean_text(raw)
    return None if text is None or fold(text) in _NO else text


def is_flag(text: str) -> bool:
    """A cleaned reference that only says that there is one."""
    return fold(text) in _FLAGS


# ---------------------------------------------------------------------------------------------
# Numbers

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]")
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_ANY_DASH = re.compile(f"[{_DASHES}]")


def _marks(text: str) -> str:
    return _ANY_DASH.sub("-", _BIDI.sub("", text.translate(_FULL_WIDTH)))


def _bare_number(text: str) -> str:
    number = _marks(text)
    aside = re.sub(r"[ \-()'+]", "", number)
    if re.fullmatch(r"[0-9]+\.0+", aside):
        number = number[: number.rindex(".")]
    return re.sub(r"[ .\-()]", "", number).lstrip("'+")


@cache
def subscriber_number(text: str, old_prefixes: frozenset[str]) -> tuple[str, str]:
    """(form, number) of a cleaned text; form: current, old (number as written, 11 digits) or malformed."""
    number = _bare_number(text)
    tries = [number]
    abroad = re.fullmatch(r"(?:0084|84)0?([0-9]{9,10})", number)
    if abroad is not None:
        tries.append("0" + abroad[1])
    if re.fullmatch(r"[35789][0-9]{8}|[0-9]{10}", number):
        tries.append("0" + number)
    for attempt in tries:
        if re.fullmatch(r"0[35789][0-9]{8}", attempt):
            return "current", attempt
        if re.fullmatch(r"[0-9]{11}", attempt) and attempt[:4] in old_prefixes:
            return "old", attempt
    return "malformed", number


@cache
def document_number(text: str) -> str | None:
    """A cleaned document number.  Reading: a text of nothing but dropped characters is missing."""
    if re.fullmatch(r"[0-9]+\.0+", text):
        text = text[: text.index(".")]
    return re.sub(r"[ .\-]", "", _marks(text)).removeprefix("'").upper() or None


@cache
def sim_serial(text: str) -> str | None:
    """A cleaned SIM serial of 18 to 20 digits; any other is nobody's."""
    serial = (document_number(text) or "").removesuffix("F")
    return serial if re.fullmatch(r"[0-9]{18,20}", serial) else None


_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def tax_check_digit(body: str) -> str:
    """Check digit of nine digits; "10" where there is none."""
    return str(10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11)


@cache
def tax_code(text: str) -> str | None:
    """Digits of a right tax code (10, or 13 with its branch), else None."""
    code = document_number(text) or ""
    if re.fullmatch(r"[0-9]{9}", code):
        code = "0" + code
    if not re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", code) or code[10:] == "000":
        return None
    return code if tax_check_digit(code[:9]) == code[9] else None


def is_placeholder_number(number: str) -> bool:
    """ID106.  Reading: letters are skipped ("B1234567"); there must be a digit at all."""
    digits = [int(char) for char in number if char in "0123456789"]
    if len(number) < 6 or not digits:
        return False
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return steps <= {0} or steps == {1} or steps == {9}
