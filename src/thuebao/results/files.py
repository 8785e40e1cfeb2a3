"""The files of findings and of rejected lines: their formats, and how they are written."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa

from thuebao.base.atomic_file import AtomicFile, writing
from thuebao.base.foreign_text import FORMULA, without_controls, without_formula
from thuebao.results.findings import SCHEMA, Findings

REJECTS_COLUMNS = ("path", "line", "record", "reason", "text")
"""The columns of a file of rejected lines; `record` counts records and such lines of a file from 1."""
_SUSPECT = rf'[",\r\n]|^{FORMULA}'
"""What a spreadsheet or a CSV reader would not take for plain text: most values need no closer look."""

_COMMA = pl.lit(",")
_RENDERED = 10_000
"""Findings whose lines are made at a time: few enough that the same memory serves again."""


class Writer(Protocol):
    """A findings file of one format, written batch by batch."""

    def __init__(self, file: BinaryIO) -> None: ...

    def add(self, findings: Findings) -> None:
        """Write findings."""

    def close(self) -> None:
        """Write what is left to write."""

    def abandon(self) -> None:
        """Let go of the file without writing anything more."""


class CsvFindings:
    """CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._known: tuple[pl.DataFrame, pl.Series, pl.Series] | None = None
        self._file.write((",".join(SCHEMA) + "\n").encode())

    def add(self, findings: Findings) -> None:
        """Write the findings, a line each."""
        rows = findings.rows
        if rows.is_empty():
            return
        before, after = self._around(findings.texts)
        at, record, line = findings.places
        paths = _quoted(without_formula(without_controls(findings.paths))) + ","
        sheets = "," + _safe(without_controls(findings.sheets)) + ","
        parts: tuple[pl.Series | pl.Expr, ...] = (
            paths.gather(at),
            record.cast(pl.String),
            _COMMA,
            _of_each_different(rows["operator"], lambda operators: _safe(without_controls(operators))),
            _COMMA,
            _safe(rows["msisdn"]),
            before.gather(rows["kind"]),
            _safe(rows["value"]),
            after.gather(rows["kind"]),
            *_unless_absent(rows["group"]),
            _COMMA,
            *_unless_absent(line),
            sheets.gather(at),
            *_unless_absent(rows["key"]),
            pl.lit("\n"),
        )
        for start in range(0, rows.height, _RENDERED):
            some = (part.slice(start, _RENDERED) if isinstance(part, pl.Series) else part for part in parts)
            # The lines lie end to end in Arrow's memory: no need to make Python strings of them.
            lines = pl.select(pl.concat_str(*some)).to_series().rechunk()
            self._file.write(lines.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2])

    def _around(self, texts: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return what stands before and after the value on the lines of each kind of finding."""
        # The texts of a rule are the same on every line: they are quoted once, not a million times.
        if self._known is None or self._known[0] is not texts:
            quoted = texts.select(pl.all().map_batches(_quoted))
            before = quoted.select(pl.format(",{},{},{},{},", "code", "name", "severity", "field")).to_series()
            self._known = texts, before, quoted.select(pl.format(",{},", "basis")).to_series()
        return self._known[1:]

    def close(self) -> None:
        """Write what is left to write."""
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held."""


class ParquetFindings:
    """Parquet, compressed with zstd; one row group for each batch."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow.parquet as pq  # long to load, and most lists are text

        self._schema = pl.DataFrame(schema=SCHEMA).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def add(self, findings: Findings) -> None:
        """Write the findings."""
        if findings.rows.height:
            table = findings.frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()

    def abandon(self) -> None:
        """Close the writer, which complains if it is left open."""
        with suppress(OSError, ValueError, pa.ArrowException):
            self._writer.close()


FINDINGS_FORMATS: dict[str, type[Writer]] = {".csv": CsvFindings, ".parquet": ParquetFindings}
"""Writers of findings by the ending of a file's name."""
FINDINGS_BOOK = ".xlsx"
"""The ending of findings as a workbook, which are written from one of these files when they are all there."""


class FindingsOutput:
    """A findings file under way; `wanted`: whether it is kept in the end."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path = path
        self._writer = writer
        self.wanted = True

    def add(self, findings: Findings) -> None:
        """Write findings. Raises OutputError when the disk does not take them."""
        with writing(self._path, pa.ArrowException):
            self._writer.add(findings)


@contextmanager
def findings_file(path: Path, *, bom: bool = False) -> Iterator[FindingsOutput]:
    """Write the findings file at `path`, in the format that its ending names: whole or not at all.

    bom: a CSV file begins with a byte order mark, by which Excel knows that it is UTF-8.
    Raises OutputError when it cannot be written.
    """
    atomic = AtomicFile(path)
    try:
        with writing(path, pa.ArrowException):
            if bom and path.suffix.lower() == ".csv":
                atomic.file.write(codecs.BOM_UTF8)
            writer = FINDINGS_FORMATS[path.suffix.lower()](atomic.file)
        output = FindingsOutput(path, writer)
        try:
            yield output
        except BaseException:
            writer.abandon()
            raise
        if output.wanted:
            with writing(path, pa.ArrowException):
                writer.close()
        else:
            writer.abandon()
    except BaseException:
        atomic.discard()
        raise
    (atomic.keep if output.wanted else atomic.discard)()


class RejectsOutput:
    """A file of rejected lines under way, as CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self.add([REJECTS_COLUMNS])

    def add(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Write lines: REJECTS_COLUMNS. Raises OutputError when the disk does not take them."""
        columns = (_safe(pl.Series(list(map(str, column)), dtype=pl.String)) for column in zip(*rows, strict=True))
        with writing(self._path):
            self._file.write("".join(",".join(cells) + "\n" for cells in zip(*columns, strict=True)).encode())


@contextmanager
def rejects_file(path: Path, *, bom: bool = False) -> Iterator[RejectsOutput]:
    """Write the file of rejected lines at `path`: whole or not at all. Raises OutputError when it cannot be written.

    bom: as in `findings_file`.
    """
    with AtomicFile(path) as atomic:
        atomic.file.write(codecs.BOM_UTF8 if bom else b"")
        yield RejectsOutput(path, atomic.file)


def _unless_absent(values: pl.Series) -> Iterator[pl.Series]:
    """Yield the values as text, nothing where there are none at all."""
    if values.null_count() < len(values):
        yield values.cast(pl.String).fill_null("")


def _of_each_different(values: pl.Series, kernel: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return what `kernel` makes of values of which few differ."""
    different = values.unique()
    made = kernel(different)
    return values if made.equals(different, null_equal=True) else values.replace_strict(different, made)


def _safe(values: pl.Series) -> pl.Series:
    values = values.fill_null("")
    return _quoted(without_formula(values)) if values.str.contains(_SUSPECT).any() else values


def _quoted(values: pl.Series) -> pl.Series:
    special = values.str.contains('[",\r\n]')
    quoted = '"' + values.str.replace_all('"', '""', literal=True) + '"'
    return values.zip_with(~special, quoted)
