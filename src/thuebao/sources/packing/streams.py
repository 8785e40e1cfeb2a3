"""Tells by its first bytes what a file is packed with, and unpacks it where that is one stream."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path

from thuebao.base.errors import InputError
from thuebao.sources.errors_of_libraries import guarded
from thuebao.sources.packing.unpacking import Pieces, chunks_of, gzip_pieces, zstd_pieces

GZIP, ZSTD, XZ, BZIP2, ZIP, TAR = "gzip", "zstd", "xz", "bzip2", "zip", "tar"
ARCHIVES = (ZIP, TAR)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PIECE = 1 << 20  # bytes unpacked at once
_XZ_MEMORY = 256 << 20  # bytes that xz may take to look back: the highest level of the command needs 65 MiB
_XZ_PADDING = b"\0"
_SMALLEST = 256  # bytes: what a packer makes of nothing is shorter


def packing_of(head: bytes) -> str | None:
    """Return what begins like this. A zstd stream may begin with a frame that is to be skipped."""
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return ZSTD
    if head.startswith(b"\xfd7zXZ\0"):
        return XZ
    # After its level, a block or, where nothing was packed, the end: a text may begin "BZh" too.
    if head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return BZIP2
    return ZIP if head.startswith(_ZIP) else None


def holds_nothing(file: Path) -> bool:
    """Return whether a file is empty, or nothing that was packed; one that cannot be read is not."""
    try:
        size = file.stat().st_size
        if size > _SMALLEST or not file.is_file():
            return False
        packing = packing_of(file.read_bytes())
        with guarded(str(file)):
            return not size or (packing is not None and packing in STREAMS and not any(STREAMS[packing](file)))
    except (OSError, InputError):  # whoever reads it will say what is the matter
        return False


def _xz_pieces(file: Path) -> Pieces:
    """Yield what the streams of an xz file unpack to; zeros may stand between and behind them."""
    with file.open("rb", buffering=0) as raw:
        yield from _streams(chunks_of(raw), _new_xz, _XZ_PADDING)


def _bzip2_pieces(file: Path) -> Pieces:
    """Yield what the streams of a bzip2 file unpack to."""
    with file.open("rb", buffering=0) as raw:
        yield from _streams(chunks_of(raw), bz2.BZ2Decompressor, b"")


def _new_xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


def _streams(
    chunks: Iterator[bytes], new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], padding: bytes
) -> Pieces:
    """Yield what streams one behind the other unpack to. Raises EOFError where the last one breaks off."""
    rest = next(chunks, b"")
    while rest:
        decoder = new()
        yield decoder.decompress(rest, _PIECE)
        while not decoder.eof:
            data = next(chunks, b"") if decoder.needs_input else b""
            if decoder.needs_input and not data:
                raise EOFError
            yield decoder.decompress(data, _PIECE)
        rest = decoder.unused_data.lstrip(padding) if padding else decoder.unused_data
        while not rest and (chunk := next(chunks, b"")):
            rest = chunk.lstrip(padding) if padding else chunk


STREAMS: dict[str, Callable[[Path], Pieces]] = {
    GZIP: gzip_pieces,
    ZSTD: zstd_pieces,
    XZ: _xz_pieces,
    BZIP2: _bzip2_pieces,
}
"""What unpacks a file that is one packed stream, by its packing."""
