"""Packed exports: every byte that can be unpacked is handed out, and no more."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest
import zstandard

from helpers.packing import CSV, MIB, SMALL, drained, one, packers, zipped, zstd


@packers
def test_the_bytes_are_those_that_were_packed(put, pack) -> None:
    stored = one(put("a", pack(CSV)))
    assert drained(stored) == (CSV, None)
    assert drained(stored, 1000) == (CSV, None)  # any number of times, in pieces of any size
    assert drained(stored, 32 * MIB) == (CSV, None)
    with stored.open() as file:
        assert file.read() == CSV
        assert file.read() == b""
    assert stored.head(100) == CSV[:100]


@packers
def test_what_is_opened_is_a_file_as_python_knows_it(put, pack) -> None:
    with one(put("a", pack(CSV))).open() as file:
        buffer = bytearray(5 * MIB)
        assert file.readinto(buffer) == len(CSV)
        assert buffer[: len(CSV)] == CSV
    with io.TextIOWrapper(one("a").open(), "utf-8", newline="") as text:
        assert text.readline() == "msisdn,full_name\n"
        assert sum(1 for _ in text) == 90_000
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


@packers
def test_closing_early_leaves_nothing_open(put, pack) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    stored = one(put("a", pack(CSV * 4)))
    for size in (0, 1, 100_000):
        file = stored.open()
        assert len(file.read(size)) == size
        file.close()
        file.close()
    one("a").open()  # left to itself
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_unpacked_files_are_read_as_they_are(put) -> None:
    stored = one(put("a.gz", SMALL))
    assert (stored.packing, stored.member, stored.path, stored.size) == (None, None, "a.gz", len(SMALL))
    assert drained(stored) == (SMALL, None)
    assert stored.fingerprint()[:2] == (len(SMALL), Path("a.gz").stat().st_mtime_ns)


def test_packing_is_told_by_content(put) -> None:
    for name, data, packing in (("a.csv", gzip.compress(SMALL), "gzip"), ("b.gz", zstd(SMALL), "zstd")):
        stored = one(put(name, data))
        assert (stored.packing, stored.size, stored.path) == (packing, len(data), name)
    stored = one(put("c.csv", zipped(a_csv=SMALL)))
    assert (stored.packing, stored.member, stored.path) == ("zip", "a.csv", "c.csv/a.csv")
    assert stored.size < stored.fingerprint()[0]


PARTS = [CSV[:7], b"", CSV[7:900_000], CSV[900_000:]]


@pytest.mark.parametrize(
    "data",
    [
        b"".join(map(gzip.compress, PARTS)),
        b"".join(map(gzip.compress, PARTS)) + bytes(700_000),
        bytes(512).join(map(gzip.compress, PARTS)),
        b"".join(gzip.compress(CSV[n : n + 4096]) for n in range(0, len(CSV), 4096)),
        b"".join(map(zstd, PARTS)),
        b"".join(zstd(CSV[n : n + 4096], write_checksum=True) for n in range(0, len(CSV), 4096)),
        b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstd(CSV[:50]) + b"\x5f\x2a\x4d\x18\0\0\0\0" + zstd(CSV[50:]),
        zstandard.ZstdCompressor(write_content_size=False).compressobj().compress(b"") + zstd(CSV),
    ],
    ids=["gzip", "zeros after", "zeros between", "blocks", "zstd", "zstd blocks", "frames to skip", "no size"],
)
def test_all_members_and_frames_are_read(put, data) -> None:
    assert drained(one(put("a", data))) == (CSV, None)
