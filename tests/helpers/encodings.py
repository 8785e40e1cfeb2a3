"""Vietnamese letters in the bytes of other programs: Python's codecs, iconv, tables in print.

No table of rules/reference/encodings.toml is used to write what is read here.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources

import pytest

TONES = "\u0301\u0300\u0309\u0303\u0323"
VOWELS = "a â ă e ê i o ô ơ u ư y"
SMALL = [unicodedata.normalize("NFC", v + tone) for v in VOWELS.split() for tone in ("", *TONES)] + ["đ"]
LETTERS = [letter for letter in SMALL + [small.upper() for small in SMALL] if not letter.isascii()]
GARBLED = "utf-8-read-as-windows-1252"

# VNI Windows, in the order of SMALL, as keyboards and converters of the time have it (xvnkb 0.2, UniKey 3.6).
VNI_ROWS = (
    "a aù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë e eù eø eû eõ eï eâ eá eà eå eã eä i í ì æ ó ò",
    "o où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï u uù uø uû uõ uï ö öù öø öû öõ öï y yù yø yû yõ î ñ",
)
VNI = [letter for row in VNI_ROWS for letter in row.split()]
VNI_LETTERS = dict(zip(SMALL, VNI, strict=True)) | {s.upper(): v.upper() for s, v in zip(SMALL, VNI, strict=True)}


def windows_1258(text: str) -> bytes:
    """Write with Python's codec: it wants the tone behind its letter."""
    split = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in marks if mark in TONES)
        split.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)) + tones)
    return "".join(split).encode("cp1258")


def vni(text: str) -> bytes:
    return "".join(VNI_LETTERS.get(letter, letter) for letter in text).encode("latin-1")


@cache
def _iconv(charset: str) -> dict[str, bytes]:
    """Return what iconv writes for each letter."""
    if not shutil.which("iconv"):
        pytest.skip("iconv is not installed")
    command = ["iconv", "-f", "UTF-8", "-t", charset]
    result = subprocess.run(command, input="\n".join(LETTERS).encode(), capture_output=True, check=False)
    if result.returncode:
        pytest.skip(f"iconv has no {charset}")
    return dict(zip(LETTERS, result.stdout.split(b"\n"), strict=True))


def _by_iconv(charset: str) -> Callable[[str], bytes]:
    return lambda text: b"".join(_iconv(charset).get(letter) or letter.encode("ascii") for letter in text)


def tcvn3_typed(text: str) -> bytes:
    """Write as with the ABC fonts: they have seven capital letters of their own, the others are small ones."""
    return WRITERS["tcvn3"]("".join(c if c.isascii() or c in "ĂÂÊÔƠƯĐ" else c.lower() for c in text))


def garble(text: str, *, keep_undefined: bool = True) -> bytes:
    """Write UTF-8 that was read as Windows-1252, undefined bytes kept or (as no exact reading does) lost."""
    signs = [bytes([b]).decode("cp1252", "ignore") or (chr(b) if keep_undefined else "?") for b in text.encode()]
    return "".join(signs).encode()


WRITERS: dict[str, Callable[[str], bytes]] = {
    "windows-1258": windows_1258,
    "tcvn3": _by_iconv("TCVN"),
    "vni": vni,
    "viscii": _by_iconv("VISCII"),
}
UNICODE: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    GARBLED: garble,
}
ALL = WRITERS | UNICODE


def data_of(name: str, column: str = "name") -> list[str]:
    """Return a column of the words that the synthetic exports are made of."""
    text = resources.files("thuebao.sample").joinpath("data", f"{name}.csv").read_text("utf-8")
    return [row[column] for row in csv.DictReader(text.splitlines())]
