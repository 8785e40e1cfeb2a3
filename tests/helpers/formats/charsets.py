"""Text in the old encodings of Vietnamese, by tables typed here and by iconv."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from functools import cache

import pytest

TONES = "\u0301\u0300\u0309\u0303\u0323"  # sắc, huyền, hỏi, ngã, nặng: the order of VNI's keys 1 to 5
# VNI Windows: the letter's base and a mark. The marks of the keys 1-5, then the same on a circumflex, on a breve.
VNI_MARKS = {"": "ùøûõï", "â": "áàåãä", "ê": "éèúüë"}
VNI_BASES = {
    "a": ("a", ""),
    "â": ("a", "â"),
    "ă": ("a", "ê"),
    "e": ("e", ""),
    "ê": ("e", "â"),
    "o": ("o", ""),
    "ô": ("o", "â"),
    "ơ": ("ô", ""),
    "u": ("u", ""),
    "ư": ("ö", ""),
    "y": ("y", ""),
}
VNI_SINGLE = {"đ": "ñ", "í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}


@cache
def vni_letters() -> dict[str, str]:
    small = dict(VNI_SINGLE)
    for letter, (base, mark) in VNI_BASES.items():
        small[letter] = base + mark
        for tone, sign in zip(TONES, VNI_MARKS[mark], strict=True):
            small.setdefault(unicodedata.normalize("NFC", letter + tone), base + sign)
    return small | {letter.upper(): written.upper() for letter, written in small.items()}


def vni(text: str) -> bytes:
    return "".join(vni_letters().get(letter, letter) for letter in text).encode("latin-1")


def windows_1258(text: str) -> bytes:
    """Write with Python's codec, which has the tones as signs of their own behind the letter."""
    apart = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        apart.append(base + "".join(part for part in parts if part in TONES))
    return "".join(apart).encode("cp1258")


def iconv(charset: str) -> Callable[[str], bytes]:
    def write(text: str) -> bytes:
        program = shutil.which("iconv")
        if not program:
            pytest.skip("iconv is not installed")
        done = subprocess.run(
            [program, "-f", "UTF-8", "-t", charset], input=text.encode(), capture_output=True, check=False
        )
        if done.returncode:
            known = subprocess.run([program, "-l"], capture_output=True, check=False).stdout.decode()
            if charset not in known:
                pytest.skip(f"iconv has no {charset}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return write


def garbled(text: str) -> bytes:
    """Write UTF-8 that was taken for Windows-1252 and saved as UTF-8; its undefined bytes stay controls."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode()).encode()
