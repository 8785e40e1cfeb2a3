"""Damages a file at random: anywhere, where its directory stands, or what is packed in it."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile

_MARKS = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07")
_ODD = (0, 1, 0x7F, 0x80, 0xFF, 0xFE)
_METHODS = (0, 1, 8, 9, 12, 14, 93, 95, 99, 0xFFFF)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to four damages anywhere."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        if not data:
            break
        _damage(data, chance.randrange(len(data)), chance)
    return bytes(data)


def damaged_directory(content: bytes, chance: random.Random) -> bytes:
    """Return a file with damages where it says what is in it: its first and last bytes, the directory of an archive."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        if len(data) < 16:
            break
        _damage(data, _place_of_directory(data, chance), chance, small=True)
    return bytes(data)


def repacked(content: bytes, chance: random.Random) -> bytes:
    """Return an archive, its check sums right, with a damage in one of its members, its name or how it is packed."""
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(damaged(gzip.decompress(content), chance))
    if content[:2] != b"PK":
        return damaged_directory(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    chosen, held = chance.randrange(len(members)), io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for n, (name, data) in enumerate(members):
            pack = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            usual = chance.random() < 0.7
            hurt = n == chosen and chance.random() < 0.9
            archive.writestr(name, damaged(data, chance) if hurt else data, zipfile.ZIP_DEFLATED if usual else pack)
    if chance.random() < 0.2:
        return damaged_directory(held.getvalue(), chance)
    return held.getvalue()


def _place_of_directory(data: bytearray, chance: random.Random) -> int:
    if data[:2] == b"PK" and chance.random() < 0.8:
        mark = chance.choice(_MARKS)
        places = [n for n in range(len(data) - 3) if data[n : n + 4] == mark] if mark in data else []
        if places:
            return min(chance.choice(places) + chance.randrange(64), len(data) - 1)
    if data[:4] == b"PAR1":
        (length,) = struct.unpack_from("<I", data, len(data) - 8)
        return len(data) - 1 - chance.randrange(min(length + 8, len(data)))
    if chance.random() < 0.5:
        return chance.randrange(min(512, len(data)))
    return len(data) - 1 - chance.randrange(min(512, len(data)))


def _damage(data: bytearray, at: int, chance: random.Random, *, small: bool = False) -> None:
    size = chance.choice((1, 1, 2, 4, 8) if small else (1, 1, 2, 8, 64, 512))
    kind = chance.randrange(9)
    if kind == 0:
        data[at] = chance.randrange(256)
    elif kind == 1:
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 2:
        del data[at : at + size]
    elif kind == 3:
        data[at:at] = data[at : at + size]
    elif kind == 4:
        data[at : at + size] = bytes(size)
    elif kind == 5:
        data[at:at] = chance.randbytes(min(size, 64))
    elif kind == 6:
        data[at : at + size] = bytes([chance.choice(_ODD)]) * len(data[at : at + size])
    elif kind == 7:
        number = struct.pack("<Q", chance.choice((*_METHODS, 10**12, 2**31 - 1, 2**63 - 1)))
        data[at : at + size] = number[: len(data[at : at + size])]
    else:
        del data[at:]
