"""Decodes a marked-up file piece by piece, and says what encoding it is in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence

from thuebao.base.errors import UsageError
from thuebao.sources.encodings.encoding import Encoding, detect, encoding_named

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z][\w.:-]*)""", re.IGNORECASE)
_TOP = 1 << 14  # bytes in which a page says its encoding
_LONGEST = 4 << 20  # characters that are held while a place to cut is looked for


def encoding_of(samples: Sequence[bytes]) -> Encoding:
    """Return the encoding of a marked-up file: what its letters say, and where that is not certain what it declares."""
    found = detect(samples)
    if not found.is_utf8 or _is_utf8(samples[0] if samples else b""):
        return found
    declared = _DECLARED.search(samples[0][:_TOP])
    try:
        return encoding_named(declared[1].decode("ascii")) if declared else found
    except UsageError:
        return found


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.utf_8_decode(head, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def texts_of(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[str]:
    """Yield a file's text, cut where a tag or a line begins: a letter of an old encoding can be two bytes long.

    What cannot be decoded becomes U+FFFD.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    for chunk in encoding.utf8(chunks):
        rest += decoder.decode(chunk)
        cut = max(rest.rfind("<"), rest.rfind("\n"))
        if cut <= 0 and len(rest) < _LONGEST:
            continue
        cut = cut if cut > 0 else len(rest)
        yield encoding.letters_of(rest[:cut])
        rest = rest[cut:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield encoding.letters_of(rest)
