"""Packed files that break off or were changed: what can be unpacked is, and the rest is said."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from helpers.packing import CSV, MIB, PACKERS, SMALL, drained, one, packers, refusal, zipped, zstd
from thuebao.base.errors import InputError
from thuebao.sources.packing.stored import Stored, stored_at


def places(size: int) -> Iterator[int]:
    """Yield places in a file: all at both ends, some between."""
    yield from range(1, 24)
    yield from range(24, size - 24, size // 16)
    yield from range(size - 24, size)


@pytest.mark.parametrize(
    ("packing", "whole", "reference"),
    [
        ("gzip", gzip.compress(CSV), lambda: zlib.decompressobj(31)),
        ("zstd", zstd(CSV), lambda: zstandard.ZstdDecompressor().decompressobj()),
        ("zstd", zstd(CSV, write_checksum=True), lambda: zstandard.ZstdDecompressor().decompressobj()),
    ],
    ids=["gzip", "zstd", "zstd with check sum"],
)
def test_a_truncated_stream_gives_what_can_be_unpacked_and_then_an_error(put, packing, whole, reference) -> None:
    for cut in places(len(whole)):
        stored = Stored("a", Path(put("a", whole[:cut])), packing)
        found, error = drained(stored, 300_000)
        assert error
        assert (error.key, error.values) == ("packed_cut", {"path": "a", "bytes": len(found), "packing": packing})
        assert found == reference().decompress(whole[:cut])  # what another reader makes of it
        assert CSV.startswith(found)


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_truncated_second_member_is_noticed(put, packing) -> None:
    first, second = (PACKERS[packing](data) for data in (CSV[:MIB], CSV[MIB:]))
    for cut in [*range(1, 20), 5000, len(second) - 1]:
        found, error = drained(one(put("a", first + second[:cut])))
        assert error
        assert (error.key, error.values["bytes"]) == ("packed_cut", len(found))
        assert len(found) >= MIB
        assert CSV.startswith(found)


@pytest.mark.parametrize("tail", [b"x", b"garbage" * 100, bytes(100) + b"x", b"\x1f\x8b"])
@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_garbage_after_the_end_is_noticed(put, packing, tail) -> None:
    found, error = drained(one(put("a", PACKERS[packing](CSV) + tail)))
    assert error
    assert (found, error.key) == (CSV, "packed_cut")


@packers
def test_no_changed_byte_goes_unnoticed(put, pack) -> None:
    """A flipped byte gives an error, or stands where nothing depends on it; never other bytes."""
    chance = random.Random(7)
    whole = pack(CSV)
    if pack is zstd:
        whole = zstd(CSV, write_checksum=True)
    for _ in range(30):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            opened = stored_at(put("a", bytes(data)))
        except InputError as error:
            assert str(error)
            continue
        for stored in opened.stored:
            if stored.packing:
                found, error = drained(stored)
                assert error or found == CSV
                assert error is None or error.key == "packed_cut"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_all_before_a_wrong_check_sum_is_handed_out(put, method) -> None:
    for packed in (gzip.compress(CSV), zipped(method, a_csv=CSV)):
        check = zlib.crc32(CSV).to_bytes(4, "little")
        found, error = drained(one(put("a", packed.replace(check, b"\0\1\2\3"))))
        assert error
        assert (found, error.key) == (CSV, "packed_cut")


@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_what_stands_before_a_damaged_place_is_handed_out(put, packing) -> None:
    data = bytearray(PACKERS[packing](CSV))
    place = len(data) // 2
    data[place : place + 2000] = b"\xff" * 2000
    found, error = drained(one(put("a", bytes(data))))
    assert error
    before = zlib.decompressobj(31).decompress(gzip.compress(CSV)[:place])
    same = next(n for n, (one, other) in enumerate(zip(found, CSV, strict=False)) if one != other)
    assert same >= len(before) > MIB  # what comes after may be anything: only the check sum tells


def test_a_truncated_zip_is_refused(put) -> None:
    whole = zipped(a_csv=CSV, b_csv=SMALL)
    for cut in places(len(whole)):
        if cut < 4:
            continue  # a file of one to three bytes, which is no zip yet
        assert refusal(put("a.zip", whole[:cut])) == ("packed_damaged", "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_member_shorter_than_its_zip_says_is_noticed(put, method) -> None:
    """As if it had been cut before it was packed: its directory speaks of fewer packed bytes than there were."""
    whole = zipped(method, a_csv=CSV)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        packed = archive.infolist()[0].compress_size
    for size in [*range(1, 30, 7), *range(100, packed, packed // 20), packed - 1]:
        at = whole.rindex(packed.to_bytes(4, "little"))
        data = whole[:at] + size.to_bytes(4, "little") + whole[at + 4 :]
        opened = None
        try:
            opened = stored_at(put("a.zip", data))
        except InputError as error:
            assert (error.key, error.values) == ("packed_cut", {"path": "a.zip/a.csv", "bytes": 0, "packing": "zip"})
        if opened:
            found, error = drained(opened.stored[0])
            assert error
            assert error.values == {"path": "a.zip/a.csv", "bytes": len(found), "packing": "zip"}
            assert CSV.startswith(found)


@packers
def test_the_head_of_what_breaks_off_is_what_there_is(put, pack) -> None:
    data = pack(SMALL)
    if data[:2] == b"PK":
        data = data.replace(zlib.crc32(SMALL).to_bytes(4, "little"), b"\0\1\2\3")
    else:
        data += b"garbage"
    assert one(put("a", data)).head(MIB) == SMALL
    assert one("a").samples() == [SMALL]
