"""Files that decide a result, each read in one piece whose digest is kept: evidence names what was used.

A file that is digested later may be another one by then.
"""

from __future__ import annotations

import builtins
import hashlib
from dataclasses import dataclass
from pathlib import Path

_BOM = b"\xef\xbb\xbf"
_read: dict[Path, AsRead] = {}


@dataclass(frozen=True)
class AsRead:
    """A file as it was when it was read.

    changed: its time of change, in seconds; text: the digest of its text, in which it plays no part how lines end,
    which copying may change, or whether a byte order mark stands first.
    """

    bytes: int
    changed: float
    sha256: str
    text: str

    @classmethod
    def of(cls, data: builtins.bytes, changed: float) -> AsRead:
        """Return what is known of a file with that content."""
        return cls(len(data), changed, hashlib.sha256(data).hexdigest(), digest_of_text(data))


def digest_of_text(data: bytes) -> str:
    """Return the SHA-256 of a text without its byte order mark, lines ended by line feeds."""
    return hashlib.sha256(data.removeprefix(_BOM).replace(b"\r\n", b"\n")).hexdigest()


def read_text(path: Path) -> str:
    """Return the text of a file, and remember what was read. Raises OSError or UnicodeDecodeError."""
    with path.open("rb") as file:
        data = file.read()
        changed = path.stat().st_mtime
    remember(path, data, changed)
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def remember(path: Path, data: bytes, changed: float) -> None:
    """Remember what was read of a file. changed: its time of change, in seconds."""
    _read[path.absolute()] = AsRead.of(data, changed)


def as_read(path: Path) -> AsRead | None:
    """Return the file as it was read last in this process, None if it was not."""
    return _read.get(path.absolute())
