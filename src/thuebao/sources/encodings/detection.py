"""Which encoding a file is in, by samples of it: marks and zeros first, then whether it is UTF-8, then how much of it
reads as Vietnamese under each of the old encodings.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from thuebao.rulebook.charsets import CHARSETS, charset
from thuebao.rulebook.syllables import Syllables, syllables
from thuebao.sources.encodings import garbled

UTF8, UTF16, GARBLED = "utf-8", ("utf-16-le", "utf-16-be"), "utf-8-read-as-windows-1252"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

# This share of the words at least must be Vietnamese syllables, and this share of the lines garbled to be repaired.
_PLAUSIBLE, _NEARLY_ALL = 0.5, 0.9
# A single word that is no familiar one proves nothing: "m²" is "mỗ" in VISCII.
_LEAST_EVIDENCE = 2
# Samples of a megabyte hold the same words again and again: these are as many as change anything.
_WORDS, _LINES = 2_000, 1_000
_BEGINNING = 32  # bytes
# Two letters of an old encoding that happen to be one character of UTF-8, of Greek to N'Ko: "ươ" in VISCII.
_ACCIDENTAL = re.compile("[\u0370-\u07ff]")
# What garbled Vietnamese letters, and tone marks of their own, begin with.
_GARBLED_BEGINNINGS = [sign.encode() for sign in ("áº", "á»", "Ã", "Ä", "Å", "Æ", "Ì")]
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
        return GARBLED if _is_garbled(samples) else UTF8
    return _legacy(samples) or UTF8


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


def _is_garbled(samples: Sequence[bytes]) -> bool:
    """Return whether nearly all lines can be repaired, and then read as Vietnamese, which they did not before."""
    if not any(sign in sample for sample in samples for sign in _GARBLED_BEGINNINGS):
        return False
    some = (islice((line for line in s.split(b"\n") if not line.isascii()), _LINES) for s in samples)
    lines = [line.removeprefix(codecs.BOM_UTF8) for sample in some for line in sample]
    both = {line: repaired for line in lines if (repaired := garbled.repaired(line)) is not None}
    if sum(line in both for line in lines) < _NEARLY_ALL * len(lines):
        return False
    now, then = (_judged(set(_words(side)), UTF8) for side in (both.keys(), both.values()))
    return then.share >= _PLAUSIBLE and then.share > 2 * now.share


def _legacy(samples: Iterable[bytes]) -> str | None:
    """Return the old encoding under which the words are most Vietnamese; None if under none they are enough so."""
    words = list(islice(dict.fromkeys(_words(samples)), _WORDS))
    judged = {name: _judged(words, name) for name in CHARSETS}
    best = max(judged, key=lambda name: judged[name].score)
    certain = judged[best].share >= _PLAUSIBLE and judged[best].evidence >= _LEAST_EVIDENCE
    return best if certain else None


def _words(samples: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the words of the samples that are not ASCII."""
    for sample in samples:
        yield from (word for word in sample.translate(_SPACED).split() if not word.isascii())


@dataclass(frozen=True)
class _Judgement:
    """How many of some words could be Vietnamese, and how many are words that exports are full of."""

    words: int
    possible: int
    familiar: int

    @property
    def share(self) -> float:
        return self.possible / max(self.words, 1)

    @property
    def evidence(self) -> int:
        return self.possible + self.familiar

    @property
    def score(self) -> float:
        return self.evidence / max(self.words, 1)


def _judged(words: Iterable[bytes], encoding: str) -> _Judgement:
    """Return the judgement on the distinct words under an encoding; what is ASCII in it does not count."""
    rules = syllables()
    if encoding in CHARSETS:
        few_capitals, texts = charset(encoding).few_capitals, charset(encoding).strictly(words)
    else:
        few_capitals, texts = False, [unicodedata.normalize("NFC", word.decode()) for word in words]
    kinds = [_kind(text.strip(rules.edges), rules, few_capitals=few_capitals) for text in texts]
    return _Judgement(len(kinds) - kinds.count(None), kinds.count(1) + kinds.count(2), kinds.count(2))


def _kind(word: str, rules: Syllables, *, few_capitals: bool) -> int | None:
    """Return 0 for what no Vietnamese wrote, 1 for what could be a syllable, 2 for a familiar one; None for ASCII."""
    if word.isascii():
        return None
    if not _capitals_fit(word, few_capitals=few_capitals):
        return 0
    small = word.lower()
    if small in rules.familiar:
        return 2
    return int(all(map(rules.has, small.split())))


def _capitals_fit(word: str, *, few_capitals: bool) -> bool:
    """Return whether the capitals are those of a name, of a text all in capitals, or of none."""
    if word[1:] == word[1:].lower() or word == word.upper():
        return True
    ascii_letters = "".join(filter(str.isascii, word))
    return few_capitals and ascii_letters == ascii_letters.upper()
