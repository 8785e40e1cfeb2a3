"""The data set as libraries of Python write it, default options first."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet
import xlsxwriter
import xlwt
import zstandard
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from writers.form import PRINTED, REFUSED, SAID, Form, Rows

Write = Callable[[Rows, Path], object]

LOST = ("numbers_not_text",)
"""How it is said that zeros are lost."""


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _records(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _csv(encoding: str = "utf-8", **options: Any) -> Write:
    def write(rows: Rows, path: Path) -> None:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, **options).writerows(rows)

    return write


def _json(shape: Callable[[list[dict[str, str]]], Any], **options: Any) -> Write:
    return lambda rows, path: path.write_text(json.dumps(shape(_records(rows)), **options), encoding="utf-8")


def _polars(write: Callable[[pl.DataFrame, Path], object], typed: bool = False) -> Write:
    def do(rows: Rows, path: Path) -> None:
        frame = pl.DataFrame(list(map(list, rows[1:])), schema=list(rows[0]), orient="row")
        write(pl.read_csv(frame.write_csv().encode()) if typed else frame, path)

    return do


def _pandas(write: Callable[[Any, Path], object], typed: bool = False) -> Write:
    def do(rows: Rows, path: Path) -> None:
        pandas = _module("pandas")
        frame = pandas.DataFrame(rows[1:], columns=rows[0])
        if typed:
            frame = pandas.read_csv(io.StringIO(frame.to_csv(index=False)))
        write(frame, path)

    return do


def _duckdb(options: str, typed: bool = False) -> Write:
    def do(rows: Rows, path: Path) -> None:
        plain = path.with_name("plain.csv")
        _csv()(rows, plain)
        read = f"read_csv('{plain}', header = true{'' if typed else ', all_varchar = true'})"
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT * FROM {read}) TO '{path}' {options}")
        plain.unlink()

    return do


def _arrow(write: Callable[[pa.Table, Path], object]) -> Write:
    return lambda rows, path: write(pa.Table.from_pylist(_records(rows)), path)


def _openpyxl(rows: Rows, path: Path) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)


def _openpyxl_by_stream(rows: Rows, path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    book.save(path)


def _xlsxwriter(**options: Any) -> Write:
    def write(rows: Rows, path: Path) -> None:
        with xlsxwriter.Workbook(path, options) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)

    return write


def _xlwt(rows: Rows, path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("1")
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            sheet.write(n, m, value)
    book.save(str(path))


def _odfpy(rows: Rows, path: Path) -> None:
    book, table = OpenDocumentSpreadsheet(), Table(name="1")
    for row in rows:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(path))


def _dump(rows: Rows, path: Path) -> None:
    with sqlite3.connect(":memory:") as connection:
        names = ", ".join('"' + name + '" TEXT' for name in rows[0])
        connection.execute(f"CREATE TABLE export ({names})")
        connection.executemany(f"INSERT INTO export VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])
        path.write_text("\n".join(connection.iterdump()), encoding="utf-8")


def _packed(pack: Callable[[bytes], bytes]) -> Write:
    def write(rows: Rows, path: Path) -> None:
        _csv()(rows, path)
        path.write_bytes(pack(path.read_bytes()))

    return write


def _zip(name: str) -> Write:
    def write(rows: Rows, path: Path) -> None:
        _csv()(rows, path)
        data = path.read_bytes()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)

    return write


def _tar(mode: Any) -> Write:
    def write(rows: Rows, path: Path) -> None:
        plain = path.with_name("export.csv")
        _csv()(rows, plain)
        with tarfile.open(path, mode) as archive:
            archive.add(plain, "export.csv")
        plain.unlink()

    return write


def _seven_zip(rows: Rows, path: Path) -> None:
    plain = path.with_name("export.csv")
    _csv()(rows, plain)
    with _module("py7zr").SevenZipFile(path, "w") as archive:
        archive.write(plain, "export.csv")
    plain.unlink()


def _tablib(kind: str) -> Write:
    def write(rows: Rows, path: Path) -> None:
        found = _module("tablib").Dataset(*rows[1:], headers=rows[0]).export(kind)
        path.write_bytes(found if isinstance(found, bytes) else found.encode())

    return write


def _petl(function: str, *options: Any) -> Write:
    return lambda rows, path: getattr(_module("petl"), function)(list(rows), str(path), *options)


def _pyexcel(rows: Rows, path: Path) -> None:
    _module("pyexcel").save_as(array=list(map(list, rows)), dest_file_name=str(path))


def _statistics(function: str) -> Write:
    def write(rows: Rows, path: Path) -> None:
        frame = _module("pandas").DataFrame(rows[1:], columns=[f"v{n}" for n in range(len(rows[0]))])
        getattr(_module("pyreadstat"), function)(frame, str(path))

    return write


def _avro(rows: Rows, path: Path) -> None:
    fields = [{"name": f"v{n}", "type": "string"} for n in range(len(rows[0]))]
    schema = {"type": "record", "name": "export", "fields": fields}
    records = [{f"v{n}": value for n, value in enumerate(row)} for row in rows[1:]]
    with path.open("wb") as file:
        _module("fastavro").writer(file, schema, records)


_CSV = [
    Form("csv", "csv", _csv()),
    Form("csv, unix", "csv", _csv(dialect="unix")),
    Form("csv, excel-tab", "tsv", _csv(dialect="excel-tab")),
    Form("csv, semicolons", "csv", _csv(delimiter=";")),
    Form("csv, every field quoted", "csv", _csv(quoting=csv.QUOTE_ALL)),
    Form("csv, texts quoted", "csv", _csv(quoting=csv.QUOTE_NONNUMERIC)),
    Form("csv, quoted by apostrophes", "csv", _csv(quotechar="'", quoting=csv.QUOTE_ALL)),
    Form("csv, quotes escaped by a backslash", "csv", _csv(doublequote=False, escapechar="\\")),
    Form("csv, utf-8-sig", "csv", _csv(encoding="utf-8-sig")),
    Form("csv, utf-16", "csv", _csv(encoding="utf-16")),
]
_JSON = [
    Form("json, list", "json", _json(lambda records: records)),
    Form("json, list, indented, letters kept", "json", _json(lambda r: r, indent=2, ensure_ascii=False)),
    Form("json, under data", "json", _json(lambda records: {"total": 24, "data": records})),
    Form(
        "json lines",
        "jsonl",
        lambda rows, path: path.write_text("".join(json.dumps(r) + "\n" for r in _records(rows)), encoding="utf-8"),
    ),
]
_POLARS = [
    Form("polars, csv", "csv", _polars(lambda f, p: f.write_csv(p))),
    Form("polars, ndjson", "ndjson", _polars(lambda f, p: f.write_ndjson(p))),
    Form("polars, json", "json", _polars(lambda f, p: f.write_json(p))),
    Form("polars, parquet", "parquet", _polars(lambda f, p: f.write_parquet(p))),
    Form("polars, parquet, brotli", "parquet", _polars(lambda f, p: f.write_parquet(p, compression="brotli"))),
    Form("polars, xlsx", "xlsx", _polars(lambda f, p: f.write_excel(p))),
    Form("polars, arrow", "arrow", _polars(lambda f, p: f.write_ipc(p)), expected=REFUSED, because=("kind_data",)),
    Form("polars, avro", "avro", _polars(lambda f, p: f.write_avro(p)), expected=REFUSED, because=("kind_data",)),
    Form(
        "polars, types guessed, parquet",
        "parquet",
        _polars(lambda f, p: f.write_parquet(p), typed=True),
        (),
        SAID,
        LOST,
    ),
    Form(
        "polars, types guessed, ndjson", "ndjson", _polars(lambda f, p: f.write_ndjson(p), typed=True), (), SAID, LOST
    ),
]
_PANDAS = [
    Form("pandas, csv", "csv", _pandas(lambda f, p: f.to_csv(p)), ["pandas"]),
    Form("pandas, csv without index", "csv", _pandas(lambda f, p: f.to_csv(p, index=False)), ["pandas"]),
    Form("pandas, xlsx", "xlsx", _pandas(lambda f, p: f.to_excel(p)), ["pandas"]),
    Form(
        "pandas, json by column", "json", _pandas(lambda f, p: f.to_json(p)), ["pandas"], REFUSED, ("json_by_column",)
    ),
    Form("pandas, json records", "json", _pandas(lambda f, p: f.to_json(p, orient="records")), ["pandas"]),
    Form("pandas, json lines", "json", _pandas(lambda f, p: f.to_json(p, orient="records", lines=True)), ["pandas"]),
    Form("pandas, json table", "json", _pandas(lambda f, p: f.to_json(p, orient="table")), ["pandas"]),
    Form(
        "pandas, json split",
        "json",
        _pandas(lambda f, p: f.to_json(p, orient="split")),
        ["pandas"],
        REFUSED,
        ("json_by_column", "json_not_by_line"),
    ),
    Form(
        "pandas, json index",
        "json",
        _pandas(lambda f, p: f.to_json(p, orient="index")),
        ["pandas"],
        REFUSED,
        ("json_by_column", "json_not_by_line"),
    ),
    Form(
        "pandas, json values",
        "json",
        _pandas(lambda f, p: f.to_json(p, orient="values")),
        ["pandas"],
        REFUSED,
        ("json_not_by_line",),
    ),
    Form("pandas, html", "xls", _pandas(lambda f, p: f.to_html(p)), ["pandas"]),
    Form("pandas, parquet", "parquet", _pandas(lambda f, p: f.to_parquet(p)), ["pandas"]),
    Form(
        "pandas, parquet by fastparquet",
        "parquet",
        _pandas(lambda f, p: _module("fastparquet").write(str(p), f)),
        ["pandas", "fastparquet"],
    ),
    Form("pandas, feather", "feather", _pandas(lambda f, p: f.to_feather(p)), ["pandas"], REFUSED, ("kind_data",)),
    Form(
        "pandas, markdown",
        "md",
        _pandas(lambda f, p: f.to_markdown(p)),
        ["pandas", "tabulate"],
        REFUSED,
        PRINTED,
    ),
    Form(
        "pandas, printed",
        "txt",
        _pandas(lambda f, p: f.to_string(p)),
        ["pandas"],
        REFUSED,
        PRINTED,
    ),
    Form(
        "pandas, pickle",
        "pkl",
        _pandas(lambda f, p: f.to_pickle(p)),
        ["pandas"],
        REFUSED,
        ("kind_unsupported", "kind_data"),
    ),
    Form(
        "pandas, types guessed, csv",
        "csv",
        _pandas(lambda f, p: f.to_csv(p), typed=True),
        ["pandas"],
        SAID,
        ("zeros_lost", "EXP108", "ID105"),
    ),
    Form(
        "pandas, types guessed, xlsx", "xlsx", _pandas(lambda f, p: f.to_excel(p), typed=True), ["pandas"], SAID, LOST
    ),
    Form(
        "pandas, types guessed, parquet",
        "parquet",
        _pandas(lambda f, p: f.to_parquet(p), typed=True),
        ["pandas"],
        SAID,
        LOST,
    ),
    Form(
        "pandas, types guessed, json lines",
        "json",
        _pandas(lambda f, p: f.to_json(p, orient="records", lines=True), typed=True),
        ["pandas"],
        SAID,
        LOST,
    ),
]
_DUCKDB = [
    Form("duckdb, csv", "csv", _duckdb("")),
    Form("duckdb, csv, pipes, gzip", "csv.gz", _duckdb("(DELIMITER '|', COMPRESSION gzip)")),
    Form("duckdb, csv, zstd", "csv.zst", _duckdb("(COMPRESSION zstd)")),
    Form("duckdb, csv, escaped by backslash", "csv", _duckdb("(ESCAPE '\\')")),
    Form("duckdb, json", "json", _duckdb("(FORMAT json)")),
    Form("duckdb, json array", "json", _duckdb("(FORMAT json, ARRAY true)")),
    Form("duckdb, parquet", "parquet", _duckdb("(FORMAT parquet)")),
    Form("duckdb, parquet, zstd", "parquet", _duckdb("(FORMAT parquet, COMPRESSION zstd)")),
    Form("duckdb, types guessed, parquet", "parquet", _duckdb("(FORMAT parquet)", typed=True)),
]
_ARROW = [
    Form("pyarrow, csv", "csv", _arrow(pyarrow.csv.write_csv)),
    Form("pyarrow, parquet", "parquet", _arrow(pyarrow.parquet.write_table)),
    Form(
        "pyarrow, parquet, version 1.0, dictionaries off",
        "parquet",
        _arrow(lambda table, path: pyarrow.parquet.write_table(table, path, version="1.0", use_dictionary=False)),
    ),
    Form(
        "pyarrow, parquet of bytes",
        "parquet",
        _arrow(
            lambda table, path: pyarrow.parquet.write_table(
                table.cast(pa.schema([(name, pa.binary()) for name in table.column_names])), path
            )
        ),
    ),
    Form(
        "pyarrow, feather",
        "feather",
        _arrow(pyarrow.feather.write_feather),
        (),
        REFUSED,
        ("kind_data",),
    ),
    Form(
        "pyarrow, orc",
        "orc",
        _arrow(pyarrow.orc.write_table),
        (),
        REFUSED,
        ("kind_data",),
    ),
]
_BOOKS = [
    Form("openpyxl", "xlsx", _openpyxl),
    Form("openpyxl, write-only", "xlsx", _openpyxl_by_stream),
    Form("xlsxwriter", "xlsx", _xlsxwriter()),
    Form("xlsxwriter, constant memory", "xlsx", _xlsxwriter(constant_memory=True)),
    Form("xlsxwriter, strings to numbers", "xlsx", _xlsxwriter(strings_to_numbers=True), (), SAID, LOST),
    Form("xlwt", "xls", _xlwt),
    Form("odfpy", "ods", _odfpy),
    Form("pyexcel, xls", "xls", _pyexcel, ["pyexcel", "pyexcel_xls"]),
    Form("pyexcel, xlsx", "xlsx", _pyexcel, ["pyexcel", "pyexcel_xlsx"]),
    Form("pyexcel, ods", "ods", _pyexcel, ["pyexcel", "pyexcel_ods3"]),
    Form("pyexcel, csv", "csv", _pyexcel, ["pyexcel"]),
    Form("pyexcel, tsv", "tsv", _pyexcel, ["pyexcel"]),
]
_TABLIB = [
    Form("tablib, csv", "csv", _tablib("csv"), ["tablib"]),
    Form("tablib, tsv", "tsv", _tablib("tsv"), ["tablib"]),
    Form("tablib, json", "json", _tablib("json"), ["tablib"]),
    Form("tablib, html", "html", _tablib("html"), ["tablib"]),
    Form("tablib, xls", "xls", _tablib("xls"), ["tablib", "xlwt"]),
    Form("tablib, xlsx", "xlsx", _tablib("xlsx"), ["tablib"]),
    Form("tablib, ods", "ods", _tablib("ods"), ["tablib"]),
    Form(
        "tablib, jira",
        "txt",
        _tablib("jira"),
        ["tablib"],
        REFUSED,
        (*PRINTED, "too_many_rejected"),
    ),
    Form(
        "tablib, rst",
        "rst",
        _tablib("rst"),
        ["tablib"],
        REFUSED,
        (*PRINTED, "too_many_rejected"),
    ),
    Form(
        "tablib, latex",
        "tex",
        _tablib("latex"),
        ["tablib"],
        REFUSED,
        ("header_unrecognised", "not_an_export", "not_a_table", "kind_document", "kind_unsupported"),
    ),
    Form("tablib, cli", "txt", _tablib("cli"), ["tablib", "tabulate"], REFUSED, PRINTED),
    Form(
        "tablib, yaml",
        "yaml",
        _tablib("yaml"),
        ["tablib", "yaml"],
        REFUSED,
        PRINTED,
    ),
]
_PETL = [
    Form("petl, csv", "csv", _petl("tocsv"), ["petl"]),
    Form("petl, tsv", "tsv", _petl("totsv"), ["petl"]),
    Form("petl, json", "json", _petl("tojson"), ["petl"]),
    Form("petl, json arrays", "json", _petl("tojsonarrays"), ["petl"], REFUSED, ("json_not_by_line",)),
    Form("petl, html", "html", _petl("tohtml"), ["petl"]),
    Form("petl, xlsx", "xlsx", _petl("toxlsx"), ["petl"]),
]
_OTHERS = [
    Form("sqlite3, dump", "sql", _dump, (), REFUSED, ("kind_dump",)),
    Form("pyreadstat, SPSS", "sav", _statistics("write_sav"), ["pyreadstat", "pandas"], REFUSED, ("kind_data",)),
    Form("pyreadstat, Stata", "dta", _statistics("write_dta"), ["pyreadstat", "pandas"], REFUSED, ("kind_data",)),
    Form(
        "pyreadstat, SAS transport",
        "xpt",
        _statistics("write_xport"),
        ["pyreadstat", "pandas"],
        REFUSED,
        ("kind_data",),
    ),
    Form("fastavro", "avro", _avro, ["fastavro"], REFUSED, ("kind_data",)),
]
_PACKED = [
    Form("gzip", "csv.gz", _packed(gzip.compress)),
    Form("bz2", "csv.bz2", _packed(bz2.compress)),
    Form("xz", "csv.xz", _packed(lzma.compress)),
    Form("zstandard", "csv.zst", _packed(zstandard.compress)),
    Form("lzma", "csv.lzma", _packed(lambda d: lzma.compress(d, lzma.FORMAT_ALONE)), (), REFUSED, ("kind_packed",)),
    Form("lz4", "csv.lz4", _packed(lambda d: _module("lz4.frame").compress(d)), ["lz4"], REFUSED, ("kind_packed",)),
    Form("brotli", "csv.br", _packed(lambda d: _module("brotli").compress(d)), ["brotli"], REFUSED, ("kind_packed",)),
    Form(
        "snappy",
        "csv.snappy",
        _packed(lambda d: _module("snappy").StreamCompressor().compress(d)),
        ["snappy"],
        REFUSED,
        ("kind_packed",),
    ),
    Form("zip", "zip", _zip("export.csv")),
    Form("zip of a member without ending", "zip", _zip("EXPORT")),
    Form("tar", "tar", _tar("w")),
    Form("tar.gz", "tar.gz", _tar("w:gz")),
    Form("tar.bz2", "tar.bz2", _tar("w:bz2")),
    Form("tar.xz", "tar.xz", _tar("w:xz")),
    Form("py7zr", "7z", _seven_zip, ["py7zr"], REFUSED, ("kind_packed",)),
]
FORMS = [*_CSV, *_JSON, *_POLARS, *_PANDAS, *_DUCKDB, *_ARROW, *_BOOKS, *_TABLIB, *_PETL, *_OTHERS, *_PACKED]
