"""Takes the pages out of a MHTML file (a "single file web page", as Word, Excel and browsers save it), as a stream.

The standard library's parser of mail holds a message, and every part of it, in memory at once.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from thuebao.base.errors import InputError

_HEADER = re.compile(rb"^([A-Za-z-]+):[ \t]*((?:[^\r\n]|\r?\n[ \t]+)*)", re.MULTILINE)
_BOUNDARY = re.compile(rb"""boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))""", re.IGNORECASE)
_LARGEST_HEADERS, _LONGEST_LINE = 1 << 16, 64 << 20  # bytes
_PIECE = 1 << 18  # bytes that are handed on at once


@dataclass
class _Parts:
    """Where in a file the reader is: in a part's headers or in its body."""

    path: str
    boundaries: set[bytes] = field(default_factory=set)
    headers: bytes = b""
    in_headers: bool = True
    is_page: bool = False
    coding: bytes = b""
    base64: bytes = b""

    def opened(self) -> None:
        """Take note of the headers that have ended."""
        said = {name.lower(): value for name, value in _HEADER.findall(self.headers)}
        kind = said.get(b"content-type", b"text/plain").lower()
        if boundary := _BOUNDARY.search(said.get(b"content-type", b"")):
            self.boundaries.add(boundary[1] or boundary[2])
        self.is_page = kind.startswith((b"text/html", b"application/xhtml"))
        self.coding = said.get(b"content-transfer-encoding", b"").strip().lower()
        self.in_headers, self.headers = False, b""

    def decoded(self, line: bytes) -> bytes:
        """Return what a line of a page's body stands for."""
        if self.coding == b"quoted-printable":
            return binascii.a2b_qp(line)
        if self.coding != b"base64":
            return line
        self.base64 += b"".join(line.split())
        at = len(self.base64) // 4 * 4
        whole, self.base64 = self.base64[:at], self.base64[at:]
        try:
            return binascii.a2b_base64(whole)
        except binascii.Error:
            raise InputError("table_damaged", path=self.path, reason="base64") from None


def pages(path: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what is in the HTML parts of a MHTML file, one behind the other.

    Raises InputError where it breaks off before its last boundary.
    """
    parts, waiting, size, ended = _Parts(path), list[bytes](), 0, False
    for line in _lines(path, chunks):
        mark = line.strip()
        if mark[:2] == b"--" and parts.boundaries:
            name = mark[2:]
            if name in parts.boundaries:
                parts.in_headers, parts.is_page = True, False
                continue
            if name[-2:] == b"--" and name[:-2] in parts.boundaries:
                parts.boundaries.discard(name[:-2])
                ended, parts.is_page = not parts.boundaries, False
                continue
        if parts.in_headers:
            if mark:
                parts.headers += line
                if len(parts.headers) > _LARGEST_HEADERS:
                    raise InputError("table_damaged", path=path, reason="MIME")
            elif parts.headers:
                parts.opened()
        elif parts.is_page:
            waiting.append(parts.decoded(line))
            size += len(line)
            if size > _PIECE:
                yield b"".join(waiting)
                waiting, size = [], 0
    yield b"".join(waiting)
    if parts.boundaries and not ended:
        raise InputError("table_cut", path=path)


def _lines(path: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(rest) > _LONGEST_LINE:
            raise InputError("table_too_large", path=path, limit=f"{_LONGEST_LINE >> 20} MiB")
    if rest:
        yield rest
