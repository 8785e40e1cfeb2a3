"""Packed files that unpack to far more than they are."""

from __future__ import annotations

import gzip
import io
import random
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import zstandard

from helpers.packing import MIB, SMALL, one, refusal, zipped
from thuebao.base.errors import InputError


def bomb(packing: str, name: str) -> None:
    """Write 300 MiB of zeros to a file."""
    piece, pieces = bytes(MIB), 300
    if packing == "gzip":
        with gzip.open(name, "wb", 9) as packed:
            for _ in range(pieces):
                packed.write(piece)
    elif packing == "zstd":
        with Path(name).open("wb") as out, zstandard.ZstdCompressor().stream_writer(out) as packed:
            for _ in range(pieces):
                packed.write(piece)
    else:
        method = zipfile.ZIP_BZIP2 if packing == "zip, bzip2" else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(name, "w", method) as archive, archive.open("a.csv", "w") as member:
            for _ in range(pieces):
                member.write(piece)


@pytest.mark.parametrize("packing", ["gzip", "zstd", "zip", "zip, bzip2"])
def test_a_bomb_is_given_up_soon_and_in_little_memory(put, packing) -> None:
    bomb(packing, "a")
    stored = one("a")
    start, read = time.monotonic(), 0
    tracemalloc.start()
    with stored.open() as file, pytest.raises(InputError) as caught:
        while part := file.read(8 * MIB):
            read += len(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.key == "expands_too_far"
    assert "256 MiB" in str(caught.value)
    assert 255 * MIB < read <= 256 * MIB
    assert peak < 32 * MIB
    assert time.monotonic() - start < 150
    assert stored.head(10) == bytes(10)


def test_what_unpacks_to_much_and_not_too_much_is_read(put) -> None:
    """More than 256 MiB, at less than 200 times the packed bytes."""
    noise = random.Random(1).randbytes(2 * MIB)
    with gzip.open("a.gz", "wb", 1) as packed:
        packed.write(noise)
        for _ in range(300):
            packed.write(bytes(MIB))
    with one("a.gz").open() as file:
        read = 0
        while part := file.read(8 * MIB):
            read += len(part)
    assert read == 302 * MIB


def test_members_that_share_bytes_are_refused(put) -> None:
    whole = bytearray(zipped(zipfile.ZIP_STORED, a_csv=SMALL, b_csv=SMALL))
    second = whole.rindex(b"PK\x01\x02")
    whole[second + 42 : second + 46] = bytes(4)  # the second begins where the first does
    assert refusal(put("a.zip", bytes(whole))) == ("packed_damaged", "a.zip")


def test_too_many_members_are_refused(put) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for n in range(10_001):
            archive.writestr(f"{n}.csv", b"")
    assert refusal(put("a.zip", whole.getvalue())) == ("zip_too_many", "a.zip")
    # A directory larger than any honest one is not even read.
    directory = b"".join(b"PK\x01\x02" + bytes(24) + b"\0\0" + bytes(16) for _ in range(200_000))
    end = b"PK\x05\x06" + bytes(4) + b"\1\0\1\0" + len(directory).to_bytes(4, "little") + bytes(6)
    put("b.zip", b"PK\x03\x04" + directory + end)
    tracemalloc.start()
    assert refusal("b.zip") == ("zip_too_many", "b.zip")
    assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    tracemalloc.stop()
