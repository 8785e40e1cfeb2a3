"""Cuts JSON into the texts of its records: lines, or the elements of a list, without holding the file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator

from thuebao.base.errors import InputError

LONGEST = 64 << 20  # bytes of a line, characters of an element
_SPACE = re.compile(r"[ \t\r\n]*")
_NEAR_END = 12  # characters before its end within which a value that breaks off is found wrong

Piece = tuple[int, bytes]
"""The line, from 1, on which a record begins, and its text."""


def lines(path: str, chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the lines. Raises InputError for one that is too long."""
    rest, number = b"", 0
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield number, line
        if len(rest) > LONGEST:
            raise InputError("line_too_long", path=path, line=number + 1, limit=LONGEST >> 20)
    if rest:
        yield number + 1, rest


def elements(path: str, chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the elements of a list, or those of the list of records that stands under a key of an object.

    Raises InputError where the JSON is malformed or breaks off, or there are several such lists.
    """
    text = _Text(path, chunks)
    if text.take("["):
        yield from _list(text)
    else:
        text.need("{")
        found = False
        while True:
            text.value()
            text.need(":")
            if text.take("["):
                if text.peek() != "{":
                    while not text.take("]"):
                        text.value()
                        text.take(",")
                elif found:
                    raise InputError("json_not_by_line", path=path)
                else:
                    found = True
                    yield from _list(text)
            else:
                text.value()
            if not text.take(","):
                break
        text.need("}")
    if text.peek():
        raise text.broken()


def _list(text: _Text) -> Iterator[Piece]:
    while True:
        yield text.value()
        if not text.take(","):
            break
    text.need("]")


class _Text:
    """JSON that is read value by value; bytes that are no text stay what they are."""

    def __init__(self, path: str, chunks: Iterable[bytes]) -> None:
        self._path, self._chunks = path, iter(chunks)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._values = json.JSONDecoder()
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    def peek(self) -> str:
        """Return the next character that is no white space; none at the end."""
        while True:
            end = self._space_end()
            self._go(end)
            if end < len(self._text):
                return self._text[end]
            if not self._more():
                return ""

    def take(self, sign: str) -> bool:
        """Go on behind a sign if it is next."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def need(self, sign: str) -> None:
        """Go on behind a sign. Raises InputError if it is not next."""
        if not self.take(sign):
            raise self.broken()

    def value(self) -> Piece:
        """Return the next value, and go on behind it. Raises InputError if there is none."""
        self.peek()
        while True:
            try:
                _, end = self._values.raw_decode(self._text, self._at)
            except RecursionError:
                raise self.broken() from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _NEAR_END
                if not cut or not self._more():
                    raise self.broken() from None
                continue
            except ValueError:  # a number of too many digits
                raise self.broken() from None
            if end < len(self._text) or not self._more():  # else it may be a number that goes on
                break
        line, found = self._line, self._text[self._at : end]
        self._go(end)
        return line, found.encode("utf-8", "surrogateescape")

    def broken(self) -> InputError:
        """Return the error for what stands here."""
        return InputError("json_broken", path=self._path, line=self._line)

    def _space_end(self) -> int:
        found = _SPACE.match(self._text, self._at)
        return found.end() if found else self._at

    def _go(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        """Take up more text; return False where there is none."""
        if self._ended:
            return False
        held = len(self._text) - self._at
        if held > LONGEST:
            raise InputError("line_too_long", path=self._path, line=self._line, limit=LONGEST >> 20)
        parts, size = [self._text[self._at :]], 0
        # As much again as is held: a long value would else be looked through once for each piece of it.
        while size <= held and not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            parts.append(self._decoder.decode(chunk or b"", final=self._ended))
            size += len(parts[-1])
        self._text, self._at = "".join(parts), 0
        return True
