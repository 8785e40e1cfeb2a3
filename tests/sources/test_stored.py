"""Files as they are opened: samples, standard input, and what is no file."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import resource
import stat
from pathlib import Path

import pytest

from helpers.packing import CSV, MIB, PACKERS, SMALL, archive_of, drained, one, packers, refusal, workbook, zstd
from thuebao.base.errors import InputError, OutputError
from thuebao.sources.packing.stored import spool, stored_at, unpacked


def test_what_is_no_file_is_refused(put) -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    assert refusal("folder") == ("is_a_folder", "folder")
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


@packers
@pytest.mark.parametrize("size", [1, 7, 1000, len(SMALL) - 1, len(SMALL), len(SMALL) + 1])
def test_lines_are_all_that_is_stored(put, pack, size) -> None:
    assert b"".join(one(put("a", pack(SMALL))).lines(size)) == SMALL


@pytest.mark.parametrize("size", [1, 100, 70_000, MIB])
def test_a_file_is_read_up_to_the_end_of_a_line(put, size) -> None:
    lines, far = SMALL + b"\n", b"x" * 66_000 + b"\n"  # a line whose end is not looked for
    data = lines + far + lines
    pieces = list(one(put("a", data)).lines(size))
    assert b"".join(pieces) == data
    assert all(len(piece) >= size for piece in pieces[:-1])
    ends = set(itertools.accumulate(map(len, pieces)))
    assert all(data[end - 1 : end] == b"\n" or len(lines) < end < len(lines + far) for end in ends)


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


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
def test_standard_input_is_copied_once(tmp_path, pack) -> None:
    stored = spool(io.BytesIO(pack(CSV)), tmp_path)
    assert stored.path == "stdin"
    assert list(tmp_path.iterdir()) == []  # it has no name
    assert stat.S_IMODE(stored.file.stat().st_mode) == 0o600
    assert drained(stored) == (CSV, None)
    assert [found.path for found in unpacked(stored).stored] == ["stdin"]


def test_a_zip_on_standard_input_gives_its_members(tmp_path) -> None:
    stored = spool(io.BytesIO(archive_of(("b/viettel.csv", CSV), ("a.csv", SMALL), ("x.pdf", b"x"))), tmp_path)
    assert (stored.path, stored.packing) == ("stdin", "zip")
    opened = unpacked(stored)
    assert [found.path for found in opened.stored] == ["stdin/a.csv", "stdin/b/viettel.csv"]
    assert [passed.path for passed in opened.passed_over] == ["stdin/x.pdf"]
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
