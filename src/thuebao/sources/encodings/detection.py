"""Detects the encoding of a file by samples of it.

Byte order marks and zeros come first, then whether it is UTF-8, then how much of it reads as Vietnamese under each of
the old encodings. No library does: charset-normalizer and chardet know neither TCVN3 nor VNI.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from thuebao.rulebook.charsets import CHARSETS
from thuebao.sources.encodings import mojibake
from thuebao.sources.encodings.words import judged

UTF8, UTF16 = "utf-8", ("utf-16-le", "utf-16-be")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

# The least share of the words that must be Vietnamese syllables, and of the lines that must be mojibake to be repaired.
_PLAUSIBLE, _NEARLY_ALL = 0.5, 0.9
# A single word that is no familiar one proves nothing: "m²" is "mỗ" in VISCII.
_LEAST_EVIDENCE = 2
# Samples of a megabyte hold the same words again and again: these are as many as change anything.
_WORDS, _LINES = 2_000, 1_000
_BEGINNING = 32  # bytes of a file in which UTF-16 must show already
# Two letters of an old encoding that happen to be one character of UTF-8, of Greek to N'Ko: "ươ" in VISCII.
_ACCIDENTAL = re.compile("[\u0370-\u07ff]")
# What shows nowhere in so many bytes of the head, or of another sample, is not what nearly all lines have.
_LOOKED_AT, _LOOKED_AT_LATER = 1 << 16, 1 << 13
# ASCII that is in no word. Control characters can be letters: some encodings have capitals there.
_BETWEEN = bytes(byte for byte in range(128) if byte in b"\t\n\v\f\r" or (byte >= 32 and not chr(byte).isalpha()))
_SPACED = bytes.maketrans(_BETWEEN, b" " * len(_BETWEEN))


def mark_of_utf16(head: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark of UTF-16 says, and the mark's bytes; None without a mark."""
    name = _MARKS.get(head[:2])
    return (name, 2) if name else None


def likeliest(samples: Sequence[bytes]) -> str:
    """Return the name of the encoding; the first sample is the file's head."""
    head = samples[0] if samples else b""
    if utf16 := mark_of_utf16(head):
        return utf16[0]
    if zeros := _utf16_by_zeros(head):
        return zeros
    if head.startswith(codecs.BOM_UTF8) or _is_utf8(samples) or _is_mostly_utf8(samples):
        return _misreading(samples) or UTF8
    return _legacy(samples) or UTF8


def carrier(samples: Sequence[bytes]) -> str | None:
    """Return the kind of Unicode that the samples surely are in; None without such proof."""
    head = samples[0] if samples else b""
    if utf16 := mark_of_utf16(head):
        return utf16[0]
    proven = _is_utf8(samples) and not all(sample.isascii() for sample in samples)
    return _utf16_by_zeros(head) or (UTF8 if proven else None)


def _utf16_by_zeros(head: bytes) -> str | None:
    """Return the kind of UTF-16 in which digits and separators have a zero in every other place, and none between."""
    first = head[: 1 << 16]
    even, odd = first[::2].count(0), first[1::2].count(0)
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        # The beginning must show it too: a file can go on in another encoding than it began.
        if zeros > len(first) // 8 and others <= zeros // 50 and _begins_so(first, name):
            return name
    return None


def _begins_so(first: bytes, name: str) -> bool:
    high, low = (first[1:_BEGINNING:2], first[:_BEGINNING:2])[:: 1 if name == UTF16[0] else -1]
    return 0 in high and 0 not in low


def _is_utf8(samples: Sequence[bytes]) -> bool:
    """Return whether all is UTF-8, but for characters that are cut at a sample's edge."""
    proof = False
    for n, sample in enumerate(samples):
        cut = len(sample[:3]) - len(sample[:3].lstrip(bytes(range(0x80, 0xC0)))) if n else 0
        try:
            text, _ = codecs.utf_8_decode(sample[cut:], "strict", False)
        except UnicodeDecodeError:
            return False
        proof = proof or not text.isascii()
    # Where nothing but such edges is other than ASCII, they can just as well be letters of another encoding.
    return proof or all(sample.isascii() for sample in samples)


def _is_mostly_utf8(samples: Iterable[bytes]) -> bool:
    """Return whether more of the lines that are not ASCII are UTF-8 than are not."""
    lines = [line for sample in samples for line in sample.split(b"\n") if not line.isascii()]
    return sum(map(_is_utf8_line, lines)) * 2 > len(lines)


def _is_utf8_line(line: bytes) -> bool:
    try:
        return not _ACCIDENTAL.search(line.decode())
    except UnicodeDecodeError:
        return False


def _misreading(samples: Sequence[bytes]) -> str | None:
    """Return the misreading whose undoing makes Vietnamese of nearly all lines, which they were not before."""
    beginnings = [sample[: _LOOKED_AT_LATER if n else _LOOKED_AT] for n, sample in enumerate(samples)]
    if not mojibake.signs().search(b"\n".join(beginnings).decode(errors="ignore")):
        return None
    some = (islice((line for line in s.split(b"\n") if not line.isascii()), _LINES) for s in samples)
    lines = [line.removeprefix(codecs.BOM_UTF8) for sample in some for line in sample]
    found = {name: share for name in mojibake.MISREADINGS if (share := _undone(lines, name))}
    return max(found, key=lambda name: found[name], default=None)


def _undone(lines: Sequence[bytes], name: str) -> float:
    """Return what part of the words is Vietnamese when lines are repaired; 0 when they were not misread so."""
    both, left = {}, len(lines)
    for line in lines:
        repaired = mojibake.repaired(line, name)
        if repaired is not None:
            both[line] = repaired
            continue
        left -= 1
        if left < _NEARLY_ALL * len(lines):
            return 0
    if not both:
        return 0
    now, then = (judged(set(_words(side)), UTF8) for side in (both.keys(), both.values()))
    return then.share if then.share >= _PLAUSIBLE and then.share > 2 * now.share else 0


def _legacy(samples: Iterable[bytes]) -> str | None:
    """Return the old encoding under which most words are Vietnamese; None if too few are under any."""
    words = list(islice(dict.fromkeys(_words(samples)), _WORDS))
    under = {name: judged(words, name) for name in CHARSETS}
    best = max(under, key=lambda name: under[name].score)
    certain = under[best].share >= _PLAUSIBLE and under[best].evidence >= _LEAST_EVIDENCE
    return best if certain else None


def _words(samples: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the words of the samples that are not ASCII."""
    for sample in samples:
        yield from (word for word in sample.translate(_SPACED).split() if not word.isascii())
