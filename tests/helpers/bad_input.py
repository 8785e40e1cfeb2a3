"""Files that cannot be read as exports, and files of rules."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tempfile
import zipfile
from pathlib import Path

import polars as pl

from helpers.people import GOOD

HEADER = "msisdn,full_name,date_of_birth,address\n"
LINE = "0912345678,Nguyễn Văn An,02/01/1990,Hà Nội\n"
TEXT = (HEADER + LINE).encode()


def permissions_hold() -> bool:
    """Return whether a file that nobody may read cannot be read: root may read everything."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return not os.access(file.name, os.R_OK)


AS_ROOT = not permissions_hold()


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


def parquet(frame: pl.DataFrame | None = None) -> bytes:
    content = io.BytesIO()
    (pl.DataFrame([GOOD] * 5_000) if frame is None else frame).write_parquet(content)
    return content.getvalue()


UNREADABLE: dict[str, tuple[bytes, tuple[str, ...]]] = {
    # Nothing in it
    "empty": (b"", ("empty",)),
    "only a byte order mark": (b"\xef\xbb\xbf", ()),
    "only blank lines": (b"\n\n\r\n", ()),
    "header only": (HEADER.encode(), ("no records",)),
    "header only, no line end": (HEADER.rstrip().encode(), ("no records",)),
    "header and blank lines": (HEADER.encode() + b"\n\n", ("no records",)),
    # No header, or one that is not clear
    "no column recognised": (b"a,b,c\n1,2,3\n", ("no column is recognised", "3 columns", "thuebao columns")),
    "column twice": (b"msisdn,address,msisdn\n1,2,3\n", ("'msisdn' appears twice",)),
    "column twice, spelt otherwise": ("Số TB,address,so_tb\n1,2,3\n".encode(), ("so_tb", "twice")),
    "unknown column twice": (b"msisdn,x,x\n1,2,3\n", ("'x' appears twice",)),
    "two headers for one column": (
        "msisdn,Số máy\n0912345678,2\n".encode(),
        ("'msisdn'", "'Số máy'", "both mean msisdn"),
    ),
    "header with an open quote": (('"' + HEADER + LINE * 5_000).encode(), ()),
    # Other kinds of files
    "binary": (bytes(range(256)) * 20, ("binary",)),
    "bzip2 cut short": (bz2.compress(TEXT)[:-10], ("bzip2", "breaks off")),
    "xz cut short": (lzma.compress(TEXT)[:-10], ("xz", "breaks off")),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(50), ("zstd",)),
    "JSON cut short": (b'[{"msisdn": "0912345678"}, {"msi', ("JSON", "line 1")),
    "JSON without records": (b'{"status": 1,\n "count": 0}', ("JSON",)),
    "web page": (b"<html>\n<table><tr><td>msisdn</td></tr></table></html>\n", ()),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), ("spreadsheet",)),
    "workbook": (workbook(), ()),
    "gzip cut short": (gzip.compress(TEXT)[:-10], ("gzip", "breaks off")),
    # More lines that are no records than one in a hundred
    "too few fields": (TEXT + b"1,2\n" + LINE.encode(), ("line 3", "2 fields", "has 4", "--max-rejected allows 1%")),
    # Parquet
    "Parquet cut short": (parquet()[:-500], ("Parquet", "Copy or export it again")),
    "Parquet cut to its beginning": (b"PAR1", ("Parquet",)),
    "Parquet with a broken footer": (parquet()[:-40] + bytes(36) + b"PAR1", ("Parquet",)),
    "Parquet without rows": (
        parquet(pl.DataFrame(schema={"msisdn": pl.String, "full_name": pl.String})),
        ("no records",),
    ),
    "Parquet of unknown columns": (parquet(pl.DataFrame({"a": ["1"]})), ("no column is recognised",)),
    "Parquet with a column twice": (parquet(pl.DataFrame({"msisdn": ["1"], "Số máy": ["2"]})), ("both mean msisdn",)),
    "Parquet with lists": (parquet(pl.DataFrame({"msisdn": [["1"]]})), ("'msisdn'", "List")),
}


RULE = """\
[[rule]]
code = "USR101"
name = "our-rule"
severity = "error"
violation = "full_name IS NULL"
"""
