"""Repairs UTF-8 that was read as a one-byte encoding and saved as UTF-8 again (mojibake): `Nguyá»…n` → `Nguyễn`.

The package ftfy repairs single texts by guessing, and changes other things in them: here a line is either the exact
result of that mistake, and undone, or left as it is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import cache

# Name → Python's codec; the likelier first. ISO 8859-2 and windows-1250 are both called Latin-2.
_READ_AS = {
    "utf-8-read-as-windows-1252": "cp1252",
    "utf-8-read-as-windows-1258": "cp1258",
    "utf-8-read-as-latin-1": "latin-1",
    "utf-8-read-as-windows-1250": "cp1250",
    "utf-8-read-as-iso-8859-2": "iso8859-2",
    "utf-8-read-as-mac-roman": "mac-roman",
}
MISREADINGS = tuple(_READ_AS)
# The second byte of letters in UTF-16: of ASCII, and of the others of Vietnamese.
_WIDE = re.compile("[\x00\x01\x1e]")
_LONGEST_LINE = 1 << 24  # bytes; a longer one is no record, and is not held
# The first byte of Vietnamese letters in UTF-8, and what its second can be.
_BEGINNINGS = ((0xE1, range(0xBA, 0xBC)), *((lead, range(0x80, 0xC0)) for lead in (0xC3, 0xC4, 0xC5, 0xC6, 0xCC)))


def _letters(codec: str) -> str:
    """Return the character of each byte. Bytes that a codec leaves undefined stay controls, as in browsers."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in range(256))


@cache
def _bytes(name: str) -> dict[int, int]:
    return {ord(letter): byte for byte, letter in enumerate(_letters(_READ_AS[name]))}


@cache
def signs() -> re.Pattern[str]:
    """Return a pattern of what letters of Vietnamese begin with after such a misreading: the first two characters."""
    pairs: dict[str, set[str]] = {}
    for codec in _READ_AS.values():
        letters = _letters(codec)
        for first, following in _BEGINNINGS:
            pairs.setdefault(letters[first], set()).update(letters[byte] for byte in following)
    alike: dict[str, str] = {}
    for lead, seconds in pairs.items():
        second = "".join(sorted(seconds))
        alike[second] = alike.get(second, "") + lead
    return re.compile("|".join(f"[{re.escape(leads)}][{re.escape(second)}]" for second, leads in alike.items()))


def repaired(data: bytes, name: str) -> bytes | None:
    """Return the bytes as they were before; None when they cannot have come from UTF-8 in this way."""
    try:
        before = codecs.charmap_encode(data.decode(), "strict", _bytes(name))[0]
        before.decode()
    except UnicodeError:
        return None
    return before


def repaired_text(text: str, name: str) -> str | None:
    """Return a text as it was before; None when it cannot have come from UTF-8 in this way."""
    try:
        return codecs.charmap_encode(text, "strict", _bytes(name))[0].decode()
    except UnicodeError:
        return None


def narrowed(text: str) -> str:
    """Return a text whose UTF-16 was read byte by byte, two characters for each, as it was; any other as it is."""
    if not _WIDE.search(text):
        return text
    for name in MISREADINGS:
        try:
            return codecs.charmap_encode(text, "strict", _bytes(name))[0].decode("utf-16-le")
        except UnicodeError:
            continue
    return text


def repaired_lines(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the chunks with every line repaired that can be; the others as they are."""
    waiting, too_long = bytearray(), False
    for chunk in chunks:
        rest = chunk
        if too_long:
            head, end, rest = chunk.partition(b"\n")
            yield head + end
            too_long = not end
        waiting += rest
        if end_of_lines := waiting.rfind(b"\n", len(waiting) - len(rest)) + 1:
            yield _repaired(bytes(waiting[:end_of_lines]), name)
            del waiting[:end_of_lines]
        if len(waiting) > _LONGEST_LINE:
            yield bytes(waiting)
            waiting.clear()
            too_long = True
    if waiting:
        yield _repaired(bytes(waiting), name)


def _repaired(lines: bytes, name: str) -> bytes:
    """Return whole lines, repaired where they can be: all together, else half by half."""
    whole = repaired(lines, name)
    if whole is not None:
        return whole
    half = len(lines) // 2
    cut = lines.find(b"\n", half) + 1
    if not 0 < cut < len(lines):
        cut = lines.rfind(b"\n", 0, half) + 1
    return _repaired(lines[:cut], name) + _repaired(lines[cut:], name) if cut else lines
