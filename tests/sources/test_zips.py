"""Zips: which members are exports, and how they are named."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from helpers.packing import CSV, SMALL, archive_of, drained, one, refusal, workbook, zipped, zstd
from thuebao.base.errors import InputError
from thuebao.sources.packing.stored import stored_at


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
            ("/absolute/c.csv", b"c"),
            ("d\x1b[31m.csv", b"d"),
        ),
    )
    opened = stored_at("a.zip")
    assert [(stored.path, stored.member) for stored in opened.stored] == [
        (f"a.zip/{name}", name)
        for name in ("../../etc/b.csv", "/absolute/c.csv", "d\x1b[31m.csv", "folder/Thuê bao tháng 11.TSV", "z.csv")
    ]
    assert [passed.path for passed in opened.passed_over] == [
        "a.zip/.hidden/a.csv",
        "a.zip/folder/.a.csv",
        "a.zip/no ending",
        "a.zip/readme.pdf",
    ]
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
    assert [passed.path for passed in opened.passed_over] == ["a.zip/secret.pdf", "a.zip/i.csv"]
    assert [(error.key, error.values["path"]) for error in opened.errors] == [
        ("zip_encrypted", "a.zip/b.csv"),
        *(("packed_twice", f"a.zip/{name}") for name in ("c.csv.gz", "d.zip", "e.zst", "f.csv", "g.csv", "h.txt")),
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


@pytest.mark.parametrize(
    "members", [[], [("readme.pdf", b"x"), ("readme.md", b"x")], [("folder/", b""), (".a.csv", b"x")]]
)
def test_a_zip_without_exports(put, members) -> None:
    assert refusal(put("a.zip", archive_of(*members))) == ("zip_without_exports", "a.zip")


def test_a_zip_behind_something_else_is_read(put) -> None:
    """As one that unpacks itself: but it does not begin as a zip, so it is the file that it says it is."""
    assert one(put("a", b"MZ" + zipped(a_csv=SMALL))).packing is None


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
