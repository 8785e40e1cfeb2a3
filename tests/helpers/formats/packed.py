"""The records packed, as NDJSON and as Parquet."""

from __future__ import annotations

import gzip
import io
import json
import random
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from helpers.formats.cases import DAYS, HEADERS, Rows
from helpers.formats.sheets import typed
from helpers.formats.text import frame


def gzip_members(data: bytes, count: int = 5) -> bytes:
    size = len(data) // count + 1
    return b"".join(gzip.compress(data[at : at + size]) for at in range(0, len(data), size))


def ndjson(rows: Rows, *, ascii_only: bool = False) -> str:
    return "".join(json.dumps(dict(zip(rows[0], r, strict=True)), ensure_ascii=ascii_only) + "\n" for r in rows[1:])


def ndjson_sparse(rows: Rows) -> str:
    """Telephone numbers and card serials as numbers; what is empty is left out, or null, or an empty text."""
    lines = []
    for n, row in enumerate(rows[1:]):
        record = {}
        for header, value in zip(rows[0], row, strict=True):
            if value or n % 3 == 1:
                digits = header in ("STT", HEADERS["msisdn"], HEADERS["pos_phone"], HEADERS["sim_serial"])
                record[header] = int(value) if digits and value else value
            elif n % 3 == 2:
                record[header] = None
        keys = list(record)
        random.Random(n).shuffle(keys)
        lines.append(json.dumps({key: record[key] for key in keys}, ensure_ascii=False) + "\n")
    return "".join(lines)


def parquet(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pa.parquet.write_table(table, file, **options)
    return file.getvalue()


def polars_parquet(rows: Rows, **options: Any) -> bytes:
    file = io.BytesIO()
    frame(rows).write_parquet(file, **options)
    return file.getvalue()


ARROW_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(DAYS, pa.date32()),
    "portrait_taken_at": pa.timestamp("us"),
    "registered_at": pa.timestamp("ns", tz="Asia/Ho_Chi_Minh"),
    "authenticated_at": pa.timestamp("ms", tz="UTC"),
    "service_started_at": pa.timestamp("s"),
    "msisdn": pa.int64(),
    "pos_phone": pa.float64(),
    "sex": pa.dictionary(pa.int8(), pa.string()),
    "full_name": pa.large_string(),
    "address": pa.string_view(),
    "status": pa.binary(),
}


def typed_table(rows: Rows) -> pa.Table:
    cells = [[None if value == "" else value for value in row] for row in typed(rows, since=1)[1:]]
    names = dict(zip(HEADERS.values(), HEADERS, strict=True))
    columns = {}
    for header, column in zip(rows[0], zip(*cells, strict=True), strict=True):
        kind = ARROW_TYPES.get(names.get(header, ""), pa.string())
        values: list[Any] = list(column)
        if pa.types.is_timestamp(kind) and kind.tz:
            values = [value and pl.Series([value]).dt.replace_time_zone("Asia/Ho_Chi_Minh")[0] for value in values]
        if pa.types.is_dictionary(kind):
            columns[header] = pa.array(values, pa.string()).dictionary_encode()
        elif pa.types.is_binary(kind):
            columns[header] = pa.array([value and value.encode() for value in values], kind)
        else:
            columns[header] = pa.array(values, kind)
    return pa.table(columns)
