"""Packed files, and how they are opened."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import zstandard

from thuebao.base.errors import InputError
from thuebao.sources.packing.stored import Stored, stored_at

MIB = 1 << 20
CSV = b"msisdn,full_name\n" + b"".join(b"09%08d,Nguyen Van %d\n" % (n * 7919 % 10**8, n) for n in range(90_000))
SMALL = CSV[:3000]
DOS_TIME = (2026, 11, 23, 0, 0, 0)


def zstd(data: bytes, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)


def zip_of(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def zipped(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    """Return a zip; `a_csv` stands for a member a.csv."""
    return zip_of(*((name.replace("_", "."), data) for name, data in members.items()), method=method)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "zip": lambda data: zipped(a_csv=data),
    "zip, not compressed": lambda data: zipped(zipfile.ZIP_STORED, a_csv=data),
    "zip, bzip2": lambda data: zipped(zipfile.ZIP_BZIP2, a_csv=data),
}
packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


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


def archive_of(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, DOS_TIME), data)
    return out.getvalue()


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["msisdn"])
    book.save(out)
    return out.getvalue()
