"""Sound files of every format, with the same records, to be damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
import zstandard
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

RECORDS = 60


def sample(folder: Path, records: int) -> Path:
    """Write a synthetic export into a folder and return its path."""
    path = folder / "sample.csv"
    command = [sys.executable, "-m", "thuebao", "sample", str(path), "--records", str(records), "--seed", "7"]
    subprocess.run([*command, "--defects", "0.3"], check=True, capture_output=True)
    return next(iter(sorted(folder.glob("sample*.csv"))))


def export_with_a_bad_line(folder: Path, records: int) -> None:
    """Write an export, `viettel.csv`, of which one line is to be rejected."""
    sample(folder, records).rename(folder / "viettel.csv")
    with (folder / "viettel.csv").open("a", encoding="utf-8") as export:
        export.write("1,2\n")


def sound_files(folder: Path) -> dict[str, bytes]:
    """Return a sound file of each format, by its ending."""
    frame = pl.read_csv(sample(folder, RECORDS), infer_schema=False).head(RECORDS)
    rows = [frame.columns, *([value or "" for value in row] for row in frame.rows())]
    text = frame.write_csv().encode()
    cells = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>\n" for row in rows)
    typed = frame.with_columns(pl.col("registered_at").str.to_datetime(strict=False), number=pl.int_range(pl.len()))
    return {
        "csv": text,
        "txt": text.decode().encode("utf-16"),
        "parquet": _written(frame.write_parquet),
        "typed.parquet": _written(lambda file: _with_pyarrow(typed, file)),
        "ndjson": _written(frame.write_ndjson),
        "json": json.dumps(frame.to_dicts()).encode(),
        "xlsx": _written(frame.write_excel),
        "xls": _xls(rows),
        "ods": _ods(rows),
        "html": f"<html><body><table>{cells}</table></body></html>".encode(),
        "xml": _spreadsheetml(rows).encode(),
        "csv.gz": gzip.compress(text),
        "csv.bz2": bz2.compress(text),
        "csv.xz": lzma.compress(text),
        "csv.zst": zstandard.compress(text),
        "zip": _zip(text),
        "tar": _tar(text),
        "tar.gz": gzip.compress(_tar(text)),
    }


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    held = io.BytesIO()
    write(held)
    return held.getvalue()


def _with_pyarrow(frame: pl.DataFrame, file: io.BytesIO) -> None:
    pq.write_table(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), pa.PythonFile(file), row_group_size=20)


def _xls(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("1")
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            sheet.write(n, m, value)
    return _written(book.save)


def _ods(rows: list[list[str]]) -> bytes:
    book, table = OpenDocumentSpreadsheet(), Table(name="1")
    for row in rows:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    return _written(book.write)


def _spreadsheetml(rows: list[list[str]]) -> str:
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{value}</Data></Cell>' for value in row) + "</Row>\n"
        for row in rows
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="1"><Table>{cells}</Table></Worksheet></Workbook>'
    )


def _zip(text: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("viettel.csv", text)
        archive.writestr("vina.csv", text)
    return held.getvalue()


def _tar(text: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("viettel.csv")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return held.getvalue()
