"""Packed exports: every byte that can be unpacked is handed out, and no more; what is wrong is said, never guessed."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import os
import random
import resource
import stat
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import zstandard

from thuebao.base.errors import InputError, OutputError
from thuebao.sources.packing.stored import Stored, spool, stored_at, unpacked

MIB = 1 << 20
CSV = b"msisdn,full_name\n" + b"".join(b"09%08d,Nguyen Van %d\n" % (n * 7919 % 10**8, n) for n in range(90_000))
SMALL = CSV[:3000]
DOS_TIME = (2026, 11, 23, 0, 0, 0)


def zstd(data: bytes, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)


def zipped(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    """Return a zip; `a_csv` stands for a member a.csv."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "zip": lambda data: zipped(a_csv=data),
    "zip, not compressed": lambda data: zipped(zipfile.ZIP_STORED, a_csv=data),
    "zip, bzip2": lambda data: zipped(zipfile.ZIP_BZIP2, a_csv=data),
}
packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], str]:
    """Return what writes a file in the folder that the test runs in, and returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, data: bytes) -> str:
        Path(name).write_bytes(data)
        return name

    return write


def one(path: str) -> Stored:
    opened = stored_at(path)
    assert (len(opened.stored), opened.passed_over, opened.errors) == (1, [], [])
    return opened.stored[0]


def drained(stored: Stored, size: int = 1 << 16) -> tuple[bytes, InputError | None]:
    """Return all that could be read, and the error after it."""
    parts = []
    with stored.open() as file:
        try:
            while part := file.read(size):
                parts.append(part)
        except InputError as error:
            with pytest.raises(InputError):
                file.read(1)  # it stays at that
            return b"".join(parts), error
    return b"".join(parts), None


def refusal(path: str) -> tuple[str, str]:
    """Return key and path of the error, the text of which can be shown."""
    with pytest.raises(InputError) as caught:
        stored_at(path)
    assert str(caught.value).startswith(str(caught.value.values["path"]))
    return caught.value.key, str(caught.value.values["path"])


# --- What can be read ------------------------------------------------------------------------------------------


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
    assert stored.fingerprint() == (len(SMALL), Path("a.gz").stat().st_mtime_ns)


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


# --- What breaks off -------------------------------------------------------------------------------------------


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


# --- Bombs -----------------------------------------------------------------------------------------------------


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
    assert time.monotonic() - start < 15
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


# --- Zips ------------------------------------------------------------------------------------------------------


def archive_of(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, DOS_TIME), data)
    return out.getvalue()


def test_exports_of_a_zip_come_by_name(put) -> None:
    put(
        "a.zip",
        archive_of(
            ("z.csv", CSV),
            ("folder/", b""),
            ("folder.csv/", b""),
            ("folder/Thuê bao tháng 11.TSV", SMALL),
            ("readme.pdf", b"x"),
            ("no ending", b"x"),
            ("__MACOSX/folder/._z.csv", b"x"),
            (".hidden/a.csv", b"x"),
            ("folder/.a.csv", b"x"),
            ("../../etc/b.csv", b"b"),
            ("/root/c.csv", b"c"),
            ("d\x1b[31m.csv", b"d"),
        ),
    )
    opened = stored_at("a.zip")
    assert [(stored.path, stored.member) for stored in opened.stored] == [
        (f"a.zip/{name}", name)
        for name in ("../../etc/b.csv", "/root/c.csv", "d\x1b[31m.csv", "folder/Thuê bao tháng 11.TSV", "z.csv")
    ]
    assert opened.passed_over == ["a.zip/no ending", "a.zip/readme.pdf"]
    assert opened.errors == []
    assert [drained(stored)[0] for stored in opened.stored] == [b"b", b"c", b"d", SMALL, CSV]
    assert {stored.file for stored in opened.stored} == {Path("a.zip")}
    assert os.listdir() == ["a.zip"]  # noqa: PTH208


@pytest.mark.parametrize("name", ["Thuê bao.csv", "Đã gửi/Số ‘mới’.csv"])
def test_names_in_utf8_that_do_not_say_so(put, name) -> None:
    placeholder = "x" * (len(name.encode()) - 4) + ".csv"
    whole = archive_of((placeholder, SMALL)).replace(placeholder.encode(), name.encode())
    stored = one(put("a.zip", whole))
    assert stored.path == f"a.zip/{name}"
    assert drained(stored) == (SMALL, None)


def test_names_in_code_page_437_stay(put) -> None:
    assert one(put("a.zip", archive_of(("xx.csv", SMALL)).replace(b"xx", b"\x81a"))).path == "a.zip/üa.csv"


def encrypted(whole: bytes, name: str) -> bytes:
    """Return the zip with the flag of encryption at a member, as its directory has it."""
    data = bytearray(whole)
    at = whole.rindex(name.encode()) - 46
    assert whole[at : at + 4] == b"PK\x01\x02"
    data[at + 8] |= 1
    return bytes(data)


def test_what_cannot_be_read_does_not_hide_the_rest(put) -> None:
    bad = [
        ("b.csv", SMALL),
        ("c.csv.gz", gzip.compress(SMALL)),
        ("d.zip", zipped(a_csv=SMALL)),
        ("e.zst", b"anything"),
        ("f.csv", gzip.compress(SMALL)),
        ("g.csv", zstd(SMALL)),
        ("h.txt", zipped(a_csv=SMALL)),
        ("i.csv", b""),
    ]
    whole = encrypted(archive_of(("a.csv", SMALL), *bad, ("secret.pdf", b"x")), "b.csv")
    opened = stored_at(put("a.zip", encrypted(whole, "secret.pdf")))
    assert [stored.path for stored in opened.stored] == ["a.zip/a.csv"]
    assert opened.passed_over == ["a.zip/secret.pdf"]
    assert [(error.key, error.values["path"]) for error in opened.errors] == [
        ("zip_encrypted", "a.zip/b.csv"),
        *(("packed_twice", f"a.zip/{name}") for name in ("c.csv.gz", "d.zip", "e.zst", "f.csv", "g.csv", "h.txt")),
        ("file_empty", "a.zip/i.csv"),
    ]
    for name, data in bad[1:]:
        assert refusal(put("b.zip", archive_of((name, data))))[1] == f"b.zip/{name}"
    assert refusal(put("b.zip", encrypted(archive_of(("b.csv", SMALL)), "b.csv"))) == ("zip_encrypted", "b.zip/b.csv")


def test_a_method_that_cannot_be_read_is_named(put) -> None:
    whole = bytearray(archive_of(("a.csv", SMALL)))
    whole[whole.rindex(b"PK\x01\x02") + 10] = 9
    assert refusal(put("a.zip", bytes(whole))) == ("packed_method", "a.zip/a.csv")
    with pytest.raises(InputError, match="Deflate64"):
        stored_at("a.zip")
    assert refusal(put("b.zip", zipped(zipfile.ZIP_LZMA, a_csv=SMALL))) == ("packed_method", "b.zip/a.csv")
    window = b"\x28\xb5\x2f\xfd\0" + bytes([21 << 3])  # a zstd frame that wants 2 GiB to look back
    assert refusal(put("a.zst", window + zstd(SMALL)[6:])) == ("packed_method", "a.zst")


def test_a_name_that_stands_twice_is_not_chosen_from(put) -> None:
    whole = archive_of(("a.csv", SMALL), ("x.csv", SMALL), ("b.csv", CSV)).replace(b"x.csv", b"a.csv")
    opened = stored_at(put("a.zip", whole))
    assert [stored.path for stored in opened.stored] == ["a.zip/b.csv"]
    assert [(error.key, error.values) for error in opened.errors] == [("zip_name_twice", {"path": "a.zip/a.csv"})]


@pytest.mark.parametrize("members", [[], [("readme.pdf", b"x")], [("folder/", b""), (".a.csv", b"x")]])
def test_a_zip_without_exports(put, members) -> None:
    assert refusal(put("a.zip", archive_of(*members))) == ("zip_without_exports", "a.zip")


def test_a_zip_behind_something_else_is_read(put) -> None:
    """As one that unpacks itself: but it does not begin as a zip, so it is the file that it says it is."""
    assert one(put("a", b"MZ" + zipped(a_csv=SMALL))).packing is None


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["msisdn"])
    book.save(out)
    return out.getvalue()


def test_workbooks_are_left_packed(put) -> None:
    document = archive_of(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>"))
    for name, data in (("a.xlsx", workbook()), ("a.csv", workbook()), ("a.ods", document)):
        stored = one(put(name, data))
        assert (stored.path, stored.packing, stored.member) == (name, None, None)
        assert drained(stored) == (data, None)
    opened = stored_at(put("a.zip", archive_of(("a.xlsx", workbook()), ("b.ods", document))))
    assert [drained(stored)[0] for stored in opened.stored] == [workbook(), document] or len(opened.stored) == 2
    assert opened.errors == []
    assert one(put("a.xlsx.gz", gzip.compress(workbook()))).packing == "gzip"


# --- What is no export at all ----------------------------------------------------------------------------------


def test_what_is_no_file_is_refused(put) -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    assert refusal("folder") == ("not_a_file", "folder")
    assert refusal("pipe") == ("not_a_file", "pipe")
    assert refusal("missing") == ("file_unreadable", "missing")
    assert refusal(put("empty", b"")) == ("file_empty", "empty")
    with pytest.raises(InputError) as caught:
        stored_at("a\udcff.csv")
    assert caught.value.key == "name_not_text"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(put) -> None:
    Path(put("a", SMALL)).chmod(0)
    assert refusal("a") == ("file_unreadable", "a")


@pytest.mark.parametrize("outer", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_streams_packed_twice_or_empty_are_refused(put, outer) -> None:
    for inner in (gzip.compress, zstd, PACKERS["zip"]):
        assert refusal(put("a", outer(inner(SMALL)))) == ("packed_twice", "a")
    assert refusal(put("a", outer(b""))) == ("file_empty", "a")
    assert refusal(put("a", outer(SMALL)[:5])) == ("packed_cut", "a")


@packers
def test_a_file_that_went_away_meanwhile(put, pack) -> None:
    stored = one(put("a", pack(SMALL)))
    Path("a").unlink()
    for use in (lambda: stored.open().read(1), stored.samples, stored.fingerprint):
        with pytest.raises(InputError) as caught:
            use()
        assert caught.value.key == "file_unreadable"


# --- Samples ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 100, MIB - 1, MIB])
def test_a_small_file_is_its_own_sample(put, size) -> None:
    assert one(put("a", CSV[:size])).samples() == [CSV[:size]]


@pytest.mark.parametrize("size", [MIB + 65535, MIB + 65537, MIB + 300_001, 40 * MIB, 40 * MIB + 7])
def test_samples_are_whole_lines_spread_over_the_file(put, size) -> None:
    data = (CSV * (size // len(CSV) + 1))[:size]
    head, *slices = one(put("a", data)).samples()
    assert head == data[:MIB]
    lines = set(CSV.splitlines(keepends=True))
    assert all(line in lines for part in slices for line in part.splitlines(keepends=True))
    assert len(slices) == min(16, -(-(size - MIB) // 65536))
    assert all(60_000 < len(part) <= 65536 for part in slices[:-1])
    assert data[: data.rindex(b"\n") + 1].endswith(slices[-1])
    places = [data.find(part, MIB) for part in slices] if size < 2 * MIB else []
    assert places == sorted(places)


def test_slices_of_a_large_file_are_even_apart(put) -> None:
    """Each 4 bytes say where they stand."""
    data = b"".join(n.to_bytes(4, "big") for n in range(0x20000000, 0x20000000 + 5 * MIB)).replace(b"\n", b"\t")
    head, *slices = one(put("a", data)).samples()
    offsets = [data.index(part) for part in slices]
    assert all(len(part) == 65536 for part in slices)  # there are no line feeds
    assert offsets[-1] == len(data) - 65536
    assert offsets[0] == len(head)
    apart = [b - a for a, b in itertools.pairwise(offsets)]
    assert max(apart) - min(apart) <= 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_samples_of_utf16_are_characters(put, encoding) -> None:
    lines = {f"0912345{n:03d},Nguyễn Thị Ánh {n}\r\n" for n in range(1000)}
    text = "".join(sorted(lines)) * 40
    data = text.encode(encoding)
    assert len(data) > 2 * MIB
    _, *slices = one(put("a", data)).samples()
    assert len(slices) == 16
    for part in slices:
        assert set(part.decode(encoding).splitlines(keepends=True)) <= lines


@packers
def test_packed_files_give_their_head_alone(put, pack) -> None:
    assert one(put("a", pack(CSV * 2))).samples() == [CSV[:MIB]]


# --- Standard input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
def test_standard_input_is_copied_once(tmp_path, pack) -> None:
    stored = spool(io.BytesIO(pack(CSV)), tmp_path)
    assert stored.path == "stdin"
    assert stored.file.parent == tmp_path
    assert stat.S_IMODE(stored.file.stat().st_mode) == 0o600
    assert drained(stored) == (CSV, None)
    assert [found.path for found in unpacked(stored).stored] == ["stdin"]


def test_a_zip_on_standard_input_gives_its_members(tmp_path) -> None:
    stored = spool(io.BytesIO(archive_of(("b/viettel.csv", CSV), ("a.csv", SMALL), ("x.pdf", b"x"))), tmp_path)
    assert (stored.path, stored.packing) == ("stdin", "zip")
    opened = unpacked(stored)
    assert [found.path for found in opened.stored] == ["stdin/a.csv", "stdin/b/viettel.csv"]
    assert opened.passed_over == ["stdin/x.pdf"]
    assert [drained(found)[0] for found in opened.stored] == [SMALL, CSV]
    assert spool(io.BytesIO(workbook()), tmp_path).packing is None


def test_standard_input_that_is_no_export(tmp_path) -> None:
    for data, key in ((b"", "file_empty"), (gzip.compress(b""), "file_empty"), (zstd(zstd(b"x")), "packed_twice")):
        with pytest.raises(InputError) as caught:
            spool(io.BytesIO(data), tmp_path)
        assert (caught.value.key, caught.value.values["path"]) == (key, "stdin")


def test_standard_input_that_cannot_be_read(tmp_path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(InputError) as caught:
        spool(Broken(), tmp_path)
    assert caught.value.key == "file_unreadable"


def test_a_full_disk_is_said(tmp_path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, before[1]))
    try:
        with pytest.raises(OutputError) as caught:
            spool(io.BytesIO(CSV), folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (caught.value.key, caught.value.values["path"]) == ("temp_dir_unwritable", tmp_path)
    with pytest.raises(OutputError):
        spool(io.BytesIO(CSV), tmp_path / "missing")


def test_bzip2_members_are_read_by_content(put) -> None:
    """Bare bzip2 is no packing of exports: it stays as it is."""
    assert one(put("a.csv", bz2.compress(SMALL))).packing is None
