"""Tars, packed as a stream or not: members, hostile names and headers, bombs and cuts."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.packing import CSV, MIB, SMALL, drained, one, refusal, zstd
from thuebao.base.errors import InputError
from thuebao.sources.packing.stored import stored_at

STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda data: gzip.compress(data, 1),
    "zstd": zstd,
    "xz": lambda data: lzma.compress(data, preset=0),
    "bzip2": bz2.compress,
}
streams = pytest.mark.parametrize("pack", STREAMS.values(), ids=STREAMS)
LONG = "thư mục " * 30 + "/viettel.csv"


def tarred(*members: tuple[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@streams
@pytest.mark.parametrize("kind", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "GNU"])
def test_members_come_by_name(put, pack, kind) -> None:
    whole = tarred(
        ("./z.csv", CSV), ("readme.md", b"x"), (LONG, SMALL), (".a.csv", b"x"), ("~$z.xlsx", b"x"), kind=kind
    )
    opened = stored_at(put("a.tar", pack(whole)))
    assert [stored.path for stored in opened.stored] == [f"a.tar/{LONG}", "a.tar/z.csv"]
    assert [passed.path for passed in opened.passed_over] == ["a.tar/.a.csv", "a.tar/readme.md", "a.tar/~$z.xlsx"]
    assert opened.errors == []
    assert [drained(stored)[0] for stored in opened.stored] == [SMALL, CSV]


@streams
def test_members_are_read_in_any_order_and_again(put, pack) -> None:
    contents = {f"{n}.csv": CSV[n * 1000 :] * 5 for n in range(3)}  # each more than is kept for whoever goes back
    opened = stored_at(put("a.tar", pack(tarred(*contents.items()))))
    for order in itertools.permutations(opened.stored):
        for stored in order:
            data = contents[str(stored.member)]
            assert stored.head(100) == data[:100]
            assert stored.samples() == [data[:MIB]]
            assert drained(stored) == (data, None)
    first, second = (stored.open() for stored in opened.stored[:2])
    both = [(first.read(99_991), second.read(99_991)) for _ in range(50)]
    for name, parts in zip(contents, zip(*both, strict=True), strict=False):
        assert b"".join(parts) == contents[name][: 50 * 99_991]


@streams
def test_an_archive_that_breaks_off_gives_nothing(put, pack) -> None:
    whole = pack(tarred(("a.csv", SMALL), ("b.csv", CSV[:40_000])).rstrip(b"\0") + bytes(1024 * (pack is not bytes)))
    for end in range(len(whole) - 1, 600, -(len(whole) // 60)):
        assert refusal(put("a.tar", whole[:end])) in (("packed_cut", "a.tar"), ("packed_damaged", "a.tar"))


def test_a_damaged_header_does_not_end_the_archive(put) -> None:
    whole = bytearray(tarred(("a.csv", SMALL), ("b.csv", SMALL)))
    at = 512 + 3072
    assert whole[at : at + 5] == b"b.csv"
    whole[at + 1] ^= 1
    assert refusal(put("a.tar", bytes(whole))) == ("packed_damaged", "a.tar")
    assert refusal(put("a.tar", tarred(("a.csv", SMALL)) + tarred(("b.csv", SMALL)))) == ("packed_damaged", "a.tar")


def test_what_is_no_file_is_passed_over(put) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("l", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("c", tarfile.CHRTYPE),
            ("p", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(f"{name}.csv")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("../../up.csv")
        info.size = len(SMALL)
        archive.addfile(info, io.BytesIO(SMALL))
    opened = stored_at(put("a.tar", out.getvalue()))
    assert [passed.path for passed in opened.passed_over] == [f"a.tar/{name}.csv" for name in "chlp"]
    assert [stored.path for stored in opened.stored] == ["a.tar/../../up.csv"]
    assert drained(opened.stored[0]) == (SMALL, None)
    assert [path.name for path in Path().iterdir()] == ["a.tar"]


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, bz2.compress, zstd], ids=["gzip", "xz", "bzip2", "zstd"]
)
def test_bombs(put, pack) -> None:
    block = bytes(MIB) * 300
    assert refusal(put("a.tar", pack(tarred(("a.csv", block))))) == ("expands_too_far", "a.tar")
    stored = one(put("a.csv", pack(b"x" + block)))
    assert isinstance(drained(stored)[1], InputError)


def test_headers_made_to_take_all_memory(put) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2 * MIB
    long = info.tobuf(tarfile.USTAR_FORMAT) + b"30 path=" + b"x" * 2 * MIB
    assert refusal(put("a.tar", tarred(("a.csv", SMALL))[:3584] + long)) == ("packed_damaged", "a.tar")
    many = tarred(*((f"{n}.txt", b"") for n in range(10_001)), kind=tarfile.USTAR_FORMAT)
    assert refusal(put("b.tar.gz", gzip.compress(many))) == ("zip_too_many", "b.tar.gz")


def test_sparse_members_are_refused(put) -> None:
    info = tarfile.TarInfo("a.csv")
    info.size, info.pax_headers = len(SMALL), {"GNU.sparse.major": "1", "GNU.sparse.name": "a.csv"}
    whole = info.tobuf(tarfile.PAX_FORMAT) + SMALL.ljust(3072, b"\0") + bytes(1024)
    assert refusal(put("a.tar", whole)) == ("packed_method", "a.tar/a.csv")


def test_what_is_packed_again_is_refused(put) -> None:
    for name, data in (
        ("a.csv.gz", gzip.compress(SMALL)),
        ("a.csv", lzma.compress(SMALL)),
        ("a.csv", tarred(("b.csv", SMALL))),
    ):
        assert refusal(put("a.tgz", gzip.compress(tarred((name, data)))))[0] == "packed_twice"


def test_empty_members_are_passed_over_beside_others(put) -> None:
    opened = stored_at(put("a.tar", tarred(("a.csv", SMALL), ("b.csv", b""), ("_SUCCESS", b""))))
    assert [stored.path for stored in opened.stored] == ["a.tar/a.csv"]
    assert [passed.path for passed in opened.passed_over] == ["a.tar/_SUCCESS", "a.tar/b.csv"]
    assert refusal(put("b.tar", tarred(("a.csv", b""), ("b.csv", b"")))) == ("file_empty", "b.tar/a.csv")
