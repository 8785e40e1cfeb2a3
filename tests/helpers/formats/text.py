"""The records as delimited text, with what programs and people put around it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from helpers.formats.cases import Rows


def delimited(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n", **options: Any) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, **options).writerows(rows)
    return text.getvalue()


def lines_of(rows: Rows, **options: Any) -> list[str]:
    """Return each row by itself as delimited text; line breaks within it are its own."""
    return [delimited([row], **options) for row in rows]


def trailing(rows: Rows, *, header: bool) -> str:
    return delimited([[*row, ""] if n or header else row for n, row in enumerate(rows)], ";")


TITLES = [
    ["BÁO CÁO THUÊ BAO TRẢ TRƯỚC"],
    ["Từ ngày 01/06/2025 đến ngày 30/06/2025; đơn vị: VNP"],
    ["Số thuê bao", "150"],
]
SUMS = [
    ["Tổng cộng:", "150"],
    ["", "", "Hà Nội, ngày 23 tháng 11 năm 2026"],
    ["", "", "Người lập biểu"],
    ["", "", "Lê Ký"],
]


def padded(lines: Rows, width: int) -> Rows:
    return [[*line, *[""] * (width - len(line))] for line in lines]


def titled(rows: Rows) -> Rows:
    width = len(rows[0])
    return [*padded(TITLES, width), [""] * width, *rows, *padded(SUMS, width)]


def titled_ragged(rows: Rows) -> str:
    """Titles and sums as somebody typed them: nothing makes them as wide as the table."""
    return delimited(TITLES) + "\n" + delimited(rows) + delimited(SUMS)


def headers_again(rows: Rows) -> Rows:
    pages = [rows[n : n + 40] for n in range(1, len(rows), 40)]
    return [row for page in pages for row in [rows[0], *page]]


def underlined(rows: Rows) -> str:
    return delimited([rows[0], ["-" * len(name) for name in rows[0]], *rows[1:]], "\t")


def frame(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(rows[1:], schema=dict.fromkeys(rows[0], pl.String), orient="row")


def arrow(rows: Rows) -> pa.Table:
    columns = zip(*rows[1:], strict=True)
    return pa.table(dict(zip(rows[0], (pa.array(column, pa.string()) for column in columns), strict=True)))


def by_arrow_csv(rows: Rows) -> bytes:
    file = io.BytesIO()
    pa.csv.write_csv(arrow(rows), file)
    return file.getvalue()
