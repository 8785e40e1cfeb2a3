"""Names of persons in section 2 and in PER102 and PER103, as far as the rules across records ask for them."""

from __future__ import annotations

import re
import unicodedata

import oracle

NO_NAMES = [
    *["test", "khách hàng", "khách lẻ", "chủ thuê bao", "không tên", "chưa có tên", "unknown", "no name"],
    *["abc", "xxx", "sim", "anonymous"],
]
# VNI writes a mark as a letter of its own behind a vowel, TCVN3 uses the signs of Latin-1: read as they stand, neither
# is Vietnamese.
VNI = re.compile("[ae][ùøûõâêáàåãäéèúü]|o[âåäûø]|[öô][ùøûõ]|[iuy][ûø]", re.IGNORECASE)
TCVN3 = re.compile(
    r"[^\W\d_][\u00a1-\u00a9\u00ab-\u00b3\u00b6-\u00b9\u00bb-\u00bf]|[\u00a1-\u00a9\u00ab-\u00b3][^\W\d_]"
)


def folded_name(name: str) -> str:
    """Of a cleaned name. Letters without their marks, without spaces, without a title in front."""
    return letters(without_title(name))


def letters(name: str) -> str:
    text = name.lower()
    for letter, plain in {"đ": "d", "ð": "d", "ɖ": "d", "ß": "ss", "ø": "o", "ł": "l"}.items():
        text = text.replace(letter, plain)
    text = "".join(char for char in unicodedata.normalize("NFD", text) if char.isalpha())
    return text.replace("y", "i")


def without_title(name: str) -> str:
    title = re.match(r"(?P<word>[^\W\d_]+)(?P<dot>\.?)(?P<space> ?)", name)
    if title is None or not (title["dot"] or title["space"]):
        return name
    word, rest = title["word"], name[title.end() :]
    titled = (
        word.lower() in {"ông", "bà", "chị", "anh", "mr", "mrs", "ms"}
        or word in {"ONG", "CHI"}
        or (title["dot"] != "" and word.lower() in {"ong", "ba", "chi"})
    )
    return rest if titled and len(rest.split()) >= 2 else name


def is_name(name: str) -> bool:
    """Neither PER102 nor PER103 objects to a cleaned name."""
    bare = name.replace(" ", "").lower()
    if any(char.isdecimal() for char in name) or not any(char.isalpha() for char in name):
        return False
    if len(bare) >= 2 and len(set(bare)) == 1:
        return False
    if folded_name(name) in {letters(text) for text in NO_NAMES}:
        return False
    return not (oracle.is_garbled(name) or "?" in name or VNI.search(name) or TCVN3.search(name))
