"""Repairs UTF-8 that was read as Windows-1252 and saved as UTF-8 again (mojibake): `Nguyá»…n` → `Nguyễn`.

The package ftfy repairs single texts by guessing, and changes other things in them: here a line is either the exact
result of that mistake, and undone, or left as it is.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

# The five bytes that Windows-1252 leaves undefined stay control characters of the same number, as in browsers.
_WINDOWS_1252 = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
_BYTES = codecs.charmap_build(_WINDOWS_1252)
_LONGEST_LINE = 1 << 24  # bytes; a longer one is no record, and is not held


def repaired(data: bytes) -> bytes | None:
    """Return the bytes as they were before; None when they cannot have come from UTF-8 in this way."""
    try:
        before = codecs.charmap_encode(data.decode(), "strict", _BYTES)[0]
        before.decode()
    except UnicodeError:
        return None
    return before


def repaired_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
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
            yield _repaired(bytes(waiting[:end_of_lines]))
            del waiting[:end_of_lines]
        if len(waiting) > _LONGEST_LINE:
            yield bytes(waiting)
            waiting.clear()
            too_long = True
    if waiting:
        yield _repaired(bytes(waiting))


def _repaired(lines: bytes) -> bytes:
    """Return whole lines, repaired where they can be: all together, else half by half."""
    whole = repaired(lines)
    if whole is not None:
        return whole
    half = len(lines) // 2
    cut = lines.find(b"\n", half) + 1
    if not 0 < cut < len(lines):
        cut = lines.rfind(b"\n", 0, half) + 1
    return _repaired(lines[:cut]) + _repaired(lines[cut:]) if cut else lines
