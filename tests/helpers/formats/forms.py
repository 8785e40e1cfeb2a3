"""Every form that exports come in, by name."""

from __future__ import annotations

import csv
import gzip
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import zstandard

from helpers.formats.cases import DATES, DIGITS, SIGNS, TABS, Rows
from helpers.formats.charsets import garbled, iconv, vni, windows_1258
from helpers.formats.packed import gzip_members, ndjson, ndjson_sparse, parquet, polars_parquet, typed_table
from helpers.formats.sheets import by_odfpy, by_openpyxl, by_xlsxwriter, by_xlwt, typed
from helpers.formats.text import (
    arrow,
    by_arrow_csv,
    delimited,
    frame,
    headers_again,
    lines_of,
    titled,
    titled_ragged,
    trailing,
    underlined,
)
from helpers.packing import zip_of


@dataclass(frozen=True)
class Form:
    """A way to write the records.

    write: a table → the files by name; without: what cannot be carried in it; path: what is given to the command.
    """

    write: Callable[[Rows], dict[str, bytes]]
    path: str
    format: str = "csv"
    encoding: str = "utf-8"
    without: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()


FORMS: dict[str, Form] = {}


def form(
    name: str,
    path: str,
    write: Callable[[Rows], bytes | str],
    *cannot: str,
    kind: str = "csv",
    encoding: str = "utf-8",
    options: tuple[str, ...] = (),
) -> None:
    def files(rows: Rows) -> dict[str, bytes]:
        data = write(rows)
        return {path: data.encode() if isinstance(data, str) else data}

    FORMS[name] = Form(files, path, kind, encoding, frozenset(cannot), options)


form("comma", "vina.csv", delimited)
form("byte order mark", "vina.csv", lambda rows: "\ufeff" + delimited(rows))
form("semicolon", "vina.csv", lambda rows: delimited(rows, ";"))
form("tab", "vina.tsv", lambda rows: delimited(rows, "\t"))
form("bar", "vina.txt", lambda rows: delimited(rows, "|"))
form("CR LF", "vina.csv", lambda rows: delimited(rows, end="\r\n"))
# A line break within a value is a CR in such a file, too.
form("CR alone", "vina.csv", lambda rows: delimited(rows).replace("\n", "\r"))
form("all in quotes", "vina.csv", lambda rows: delimited(rows, quoting=csv.QUOTE_ALL))
form(
    "header in quotes",
    "vina.csv",
    lambda rows: delimited(rows[:1], quoting=csv.QUOTE_ALL) + delimited(rows[1:]),
)
form("a separator too many", "vina.csv", lambda rows: trailing(rows, header=True))
form("a separator too many below the header", "vina.csv", lambda rows: trailing(rows, header=False))
form("blank lines between", "vina.csv", lambda rows: "\n".join(lines_of(rows)) + "\n\n")
form("titles and sums, ragged", "vina.csv", titled_ragged)
form("header on every page", "vina.csv", lambda rows: delimited(headers_again(rows), ";"))
form("separator said above", "vina.csv", lambda rows: "sep=;\r\n" + delimited(rows, ";", "\r\n"))
form("apostrophes as quotes", "vina.csv", lambda rows: delimited(rows, quotechar="'", quoting=csv.QUOTE_ALL))
form("unit separators", "vina.txt", lambda rows: delimited(rows, "\x1f"))
form("header underlined", "vina.txt", underlined)
form("letters and marks apart", "vina.csv", lambda rows: unicodedata.normalize("NFD", delimited(rows)))
form("by Polars", "vina.csv", lambda rows: frame(rows).write_csv())
form("by Arrow", "vina.csv", by_arrow_csv)

UTF16 = "utf-16-le", "utf-16-be"
for _name in UTF16:
    _mark = "\ufeff".encode(_name)
    form(
        f"Unicode text, {_name}",
        "vina.txt",
        lambda rows, name=_name, mark=_mark: mark + delimited(rows, "\t", "\r\n").encode(name),
        encoding=_name,
    )
    form(
        f"Unicode text without a mark, {_name}",
        "vina.txt",
        lambda rows, name=_name: delimited(rows, "\t", "\r\n").encode(name),
        encoding=_name,
    )

# These have Vietnamese letters and ASCII: what was garbled once, and other scripts, are not in them.
OLD: dict[str, Callable[[str], bytes]] = {
    "windows-1258": windows_1258,
    "tcvn3": iconv("TCVN"),
    "viscii": iconv("VISCII"),
    "vni": vni,
}
for _name, _encode in OLD.items():
    form(_name, "vina.csv", lambda rows, e=_encode: e(delimited(rows, end="\r\n")), SIGNS, encoding=_name)
form(
    "vni, titles, header on every page, sums",
    "vina.txt",
    lambda rows: vni(delimited(titled(headers_again(rows)), "\t")),
    SIGNS,
    encoding="vni",
)
REPAIRED = "utf-8-read-as-windows-1252"
form("garbled", "vina.csv", lambda rows: garbled(delimited(rows)), encoding=REPAIRED)

SHEET = "Tháng 6"
SHEETS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "openpyxl": ("xlsx", by_openpyxl),
    "xlsxwriter": ("xlsx", by_xlsxwriter),
    "xlwt": ("xls", by_xlwt),
    "odfpy": ("ods", by_odfpy),
}
GUIDE = [["Hướng dẫn"], ["Sheet này không có bản ghi"]]
for _name, (_kind, _by) in SHEETS.items():
    _cannot = [TABS] if _kind == "ods" else []  # see below
    form(_name, f"vina.{_kind}", lambda rows, by=_by: by((SHEET, rows)), *_cannot, kind=_kind)
    # A number has no zeros in front, so an old number of eleven digits is none any more, and "không có" is no number.
    form(
        f"{_name}, typed cells",
        f"vina.{_kind}",
        lambda rows, by=_by: by((SHEET, typed(rows))),
        DIGITS,
        *_cannot,
        kind=_kind,
    )
form(
    "xlwt, titles, header on every page, sums",
    "vina.xls",
    lambda rows: by_xlwt((SHEET, titled(headers_again(rows)))),
    kind="xls",
)
form(
    "odfpy, the second sheet, titles and sums",
    "vina.ods",
    lambda rows: by_odfpy(("Đọc trước", GUIDE), (SHEET, titled(rows))),
    TABS,
    kind="ods",
    options=("--sheet", SHEET),
)
form(
    "xlsxwriter, merged titles and sums, away from the corner",
    "vina.xlsx",
    lambda rows: by_xlsxwriter((SHEET, typed(titled(rows))), merged=(0, 1, len(rows) + 4), start=(2, 3)),
    DIGITS,
    kind="xlsx",
)
form(
    "the second sheet by number",
    "vina.xlsx",
    lambda rows: by_xlsxwriter(("1", GUIDE), (SHEET, rows), ("3", GUIDE)),
    kind="xlsx",
    options=("--sheet", "2"),
)


def plain_bytes(rows: Rows) -> bytes:
    return delimited(rows).encode()


form("gzip", "vina.csv.gz", lambda rows: gzip.compress(plain_bytes(rows)))
form("gzip of many members", "vina.csv.gz", lambda rows: gzip_members(plain_bytes(rows)))
form("gzip without an ending", "vina", lambda rows: gzip.compress(plain_bytes(rows)))
form("zstd", "vina.csv.zst", lambda rows: zstandard.ZstdCompressor(write_checksum=True).compress(plain_bytes(rows)))
form(
    "zstd of many frames",
    "vina.csv.zst",
    lambda rows: b"".join(zstandard.compress(line.encode()) for line in delimited(rows).splitlines(keepends=True)),
)
form("zip", "vina.zip", lambda rows: zip_of(("thuê bao/vina.csv", plain_bytes(rows))))
form(
    "zip with what else lies in it",
    "vina.zip",
    lambda rows: zip_of(
        ("vina/", b""),
        ("vina/đọc.md", b"x"),
        ("vina/a.csv", plain_bytes(rows)),
        ("__MACOSX/._a.csv", b"x"),
        ("vina/.a.csv", b"x"),
        method=zipfile.ZIP_STORED,
    ),
)
form(
    "zip of windows-1258",
    "vina.zip",
    lambda rows: zip_of(("a.txt", windows_1258(delimited(rows, "|")))),
    SIGNS,
    encoding="windows-1258",
)
form("zip of Parquet", "vina.zip", lambda rows: zip_of(("a.parquet", parquet(arrow(rows)))), kind="parquet")
form("zip of an xlsx", "vina.zip", lambda rows: zip_of(("a.xlsx", by_openpyxl((SHEET, rows)))), kind="xlsx")
form("xlsx called csv", "vina.csv", lambda rows: by_openpyxl((SHEET, rows)), kind="xlsx")
form("csv called xlsx", "vina.xlsx", delimited)

form("NDJSON", "vina.ndjson", ndjson, kind="ndjson")
form("NDJSON with numbers and keys left out", "vina.ndjson", ndjson_sparse, DIGITS, kind="ndjson")
form(
    "NDJSON in UTF-16",
    "vina.ndjson",
    lambda rows: ndjson(rows).encode("utf-16-le"),
    kind="ndjson",
    encoding="utf-16-le",
)

form("Parquet by Arrow", "vina.parquet", lambda rows: parquet(arrow(rows)), kind="parquet")
# A day that does not exist has no place in a column of days.
form("Parquet with types", "vina.parquet", lambda rows: parquet(typed_table(rows)), DIGITS, DATES, kind="parquet")
form("Parquet by Polars", "vina.parquet", polars_parquet, kind="parquet")
