"""Converts text in any encoding to UTF-8, as a stream, without holding the file.

Bytes that cannot be decoded stay bytes that are no UTF-8, in their own line: whoever reads the lines sees the damage
where it is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.rulebook.charsets import CHARSETS, Charset, charset
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.encodings import detection, mojibake
from thuebao.sources.encodings.font_text import FONTS

_MARK = codecs.BOM_UTF8


@dataclass(frozen=True)
class Encoding:
    """An encoding, by its name in rules/reference/encodings.toml."""

    name: str

    @property
    def is_utf8(self) -> bool:
        """Whether the file's bytes are what `utf8` yields, but for a byte order mark."""
        return self.name == detection.UTF8

    @property
    def _charset(self) -> Charset | None:
        return charset(self.name) if self.name in CHARSETS else None

    def utf8(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a file's bytes (cut anywhere) as UTF-8 without a byte order mark.

        Line ends, separators and quotes are final; letters of the old Vietnamese encodings are Latin-1 until
        `letters` has been over them.
        """
        if self._charset:
            return _as_latin(chunks, self._charset.undefined)
        if self.name in detection.UTF16:
            return _from_utf16(chunks, self.name)
        if self.name in mojibake.MISREADINGS:
            return _without_mark(mojibake.repaired_lines(_without_mark(chunks), self.name))
        return _without_mark(chunks)

    def letters(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a batch that was parsed from `utf8` with the letters that its text columns mean, in NFC."""
        return self._charset.decode_frame(frame) if self._charset else frame

    def letters_of(self, text: str) -> str:
        """Return one text that was decoded from `utf8` with the letters that it means."""
        return str(self.letters(pl.DataFrame({"": [text]})).item()) if self._charset else text

    def text(self, data: bytes) -> str:
        """Return a piece of the file as text, without a byte order mark, undecodable bytes as U+FFFD."""
        return self.letters_of(b"".join(self.utf8([data])).decode("utf-8", errors="replace"))


def detect(samples: Sequence[bytes]) -> Encoding:
    """Return the encoding of a file by samples of it: its head first, the others from further on.

    UTF-8 where nothing else is certain: lines that are not then show as damaged.
    """
    return Encoding(detection.likeliest(samples))


def carrier_of(said: Encoding, samples: Sequence[bytes]) -> Encoding:
    """Return the encoding of a file's bytes, where the user says that its text is in `said`.

    Text of the fonts' encodings (TCVN3, VNI) may have been saved as Unicode, which is then what the bytes are in.
    """
    unicode = detection.carrier(samples) if said.name in FONTS else None
    return Encoding(unicode) if unicode else said


def encoding_names() -> list[str]:
    """Return what encodings are called, each once."""
    return [*dict.fromkeys(_names().values())]


def encoding_named(name: str) -> Encoding:
    """Return the encoding that the user calls so. Raises UsageError when there is none.

    UTF-16 without a word on the order of its bytes is little endian, unless the file's mark says otherwise.
    """
    found = _names().get(_plain(name))
    if found is None:
        known = encoding_names()
        raise UsageError("encoding_unknown", name=name, known=", ".join(known), hint=hint(name, known))
    return Encoding(found)


@cache
def _names() -> dict[str, str]:
    aliases: dict[str, list[str]] = shipped_reference().document("encodings")["aliases"]
    return {_plain(alias): name for name, others in aliases.items() for alias in (name, *others)}


def _plain(name: str) -> str:
    return re.sub("[-_ ]", "", name.casefold())


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks without a UTF-8 byte order mark."""
    head: bytes | None = b""
    for chunk in chunks:
        if head is None:
            yield chunk
        elif len(head := head + chunk) >= len(_MARK):
            yield head.removeprefix(_MARK)
            head = None
    if head:
        yield head


def _as_latin(chunks: Iterable[bytes], undefined: bytes) -> Iterator[bytes]:
    """Yield each byte as the Latin-1 character of that number; undefined ones as they are, which is no UTF-8.

    They are all below C0: in UTF-8 such a byte is nothing on its own.
    """
    for chunk in chunks:
        encoded = chunk.decode("latin-1").encode()
        for byte in undefined:
            if byte in chunk:
                encoded = encoded.replace(chr(byte).encode(), bytes([byte]))
        yield encoded


def _from_utf16(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield UTF-16 as UTF-8: a lone surrogate as its three bytes, half a unit at the end as FF, both no UTF-8."""
    head, decoder = b"", None
    for chunk in chunks:
        if decoder is None:
            head += chunk
            if len(head) < 2:
                continue
            name, size = detection.mark_of_utf16(head) or (name, 0)
            decoder = codecs.getincrementaldecoder(name)("surrogatepass")
            chunk = head[size:]  # noqa: PLW2901
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    waiting = decoder.getstate()[0] if decoder else head
    even = len(waiting) // 2 * 2
    yield waiting[:even].decode(name, "surrogatepass").encode("utf-8", "surrogatepass")
    if len(waiting) > even:
        yield b"\xff"
