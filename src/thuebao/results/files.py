"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from thuebao.base.errors import OutputError, UsageError
from thuebao.base.foreign_text import without_controls, without_formula
from thuebao.base.helper_columns import ROW
from thuebao.base.paths import same_file
from thuebao.results.findings import SCHEMA, Findings


class Replacement:
    """A file written beside `path` under another name until it is kept or discarded.

    Raises OutputError when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if path.exists() and not path.is_file():
                # A device or a pipe would be replaced by a file.
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            # mkstemp makes the file readable by its owner only.
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        except OSError as error:
            raise OutputError("output_unwritable", path=path, reason=error.strerror) from None
        self._part = Path(name)
        self.file: BinaryIO = os.fdopen(handle, "w+b")

    def keep(self) -> None:
        """Put the file in the place of `path`."""
        try:
            self.file.close()
            self._part.replace(self._path)
        except OSError as failure:
            self.discard()
            raise OutputError("output_unwritable", path=self._path, reason=failure.strerror) from None

    def discard(self) -> None:
        """Remove the file."""
        try:
            with suppress(OSError):
                self.file.close()
        finally:
            self._part.unlink(missing_ok=True)


class OutputFile(Protocol):
    """A file of one format."""

    def __init__(self, file: BinaryIO) -> None: ...

    def close(self) -> None:
        """Write what is left to write."""

    def abandon(self) -> None:
        """Let go of the file without writing anything more."""


class CsvFindings:
    """CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write((",".join(SCHEMA) + "\n").encode())

    def add(self, findings: Findings) -> None:
        """Write the findings, a line each."""
        rows = findings.rows
        if rows.is_empty():
            return
        # The texts of a rule are the same on every line: they are quoted once, not a million times.
        texts = findings.texts.frame.select(pl.all().map_batches(_quoted))
        before = texts.select(pl.format(",{},{},{},{},", "code", "name", "severity", "field")).to_series()
        after = texts.select(pl.format(",{},", "basis")).to_series()
        at, record = findings.files.places(rows[ROW])
        paths = _quoted(without_formula(without_controls(findings.files.paths))) + ","
        lines = rows.select(
            pl.concat_str(
                paths.gather(at),
                record.cast(pl.String),
                pl.lit(","),
                _safe(without_controls(rows["operator"])),
                pl.lit(","),
                _safe(rows["msisdn"]),
                before.gather(rows["kind"]),
                _safe(rows["value"]),
                after.gather(rows["kind"]),
                rows["group"].cast(pl.String).fill_null(""),
                pl.lit("\n"),
            )
        ).to_series()
        # The lines lie end to end in Arrow's memory: no need to make Python strings of them.
        array = lines.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        self._file.write(array.buffers()[2])

    def close(self) -> None:
        """Write what is left to write."""
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held."""


REJECTS_COLUMNS = ("path", "line", "record", "reason", "text")
"""The columns of a file of lines that are no records; `record` counts records and such lines of a file from 1."""


class CsvRejects:
    """Lines that are no records, as CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.add(REJECTS_COLUMNS)

    def add(self, row: Sequence[str | int]) -> None:
        """Write a line."""
        cells = _safe(pl.Series(list(map(str, row)), dtype=pl.String))
        self._file.write((",".join(cells) + "\n").encode())

    def close(self) -> None:
        """Write what is left to write."""
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held."""


class ParquetFindings:
    """Parquet, compressed with zstd."""

    def __init__(self, file: BinaryIO) -> None:
        self._schema = pl.DataFrame(schema=SCHEMA).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def add(self, findings: Findings) -> None:
        """Write the findings as one row group."""
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


_SUSPECT = '[",\r\n]|^[=+@\t-]'
"""What a spreadsheet or a CSV reader would not take for plain text: most values need no closer look."""


def _safe(values: pl.Series) -> pl.Series:
    values = values.fill_null("")
    return _quoted(without_formula(values)) if values.str.contains(_SUSPECT).any() else values


def _quoted(values: pl.Series) -> pl.Series:
    special = values.str.contains('[",\r\n]')
    quoted = '"' + values.str.replace_all('"', '""', literal=True) + '"'
    return values.zip_with(~special, quoted)


_FORMATS: dict[str, type[CsvFindings | ParquetFindings]] = {".csv": CsvFindings, ".parquet": ParquetFindings}


_MOST_PROPERTIES = 1 << 16
OWN_BOOK = "thuebao-report"
"""The custom property of a workbook that an audit wrote."""


def is_ours(path: Path) -> bool:
    """Return whether a file is what an audit writes: findings, rejected lines, a workbook."""
    headers = [(",".join(names) + "\n").encode() for names in (SCHEMA, REJECTS_COLUMNS)]
    try:
        if not path.is_file():
            return False  # a pipe would be waited for
        with path.open("rb") as file:
            start = file.read(max(map(len, headers)))
        if start.startswith(b"PK"):
            with zipfile.ZipFile(path) as book:
                return f'"{OWN_BOOK}"'.encode() in book.open("docProps/custom.xml").read(_MOST_PROPERTIES)
        if start.startswith(b"PAR1"):
            return list(pq.read_schema(path).names) == list(SCHEMA)
    except (
        OSError,
        pa.ArrowException,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ):
        return False
    return start.startswith(tuple(headers))


def check_findings_path(path: Path, inputs: Sequence[str]) -> None:
    """Raise UsageError unless the ending names a format of findings files and the path is no input."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError("findings_format", path=path, known=", ".join(_FORMATS))
    _check_no_input(path, inputs)


def check_rejects_path(path: Path, findings: Path | None, inputs: Sequence[str]) -> None:
    """Raise UsageError unless the path ends in .csv and is neither an input nor the findings file."""
    if path.suffix.lower() != ".csv":
        raise UsageError("rejects_format", path=path)
    if findings and path.resolve() == findings.resolve():
        raise UsageError("outputs_same", path=path)
    _check_no_input(path, inputs)


def _check_no_input(path: Path, inputs: Sequence[str]) -> None:
    if any(same_file(given, path) for given in inputs):
        raise UsageError("output_over_input", path=path)


class _Output:
    """A file that is there on success, whole, or not at all. Raises OutputError when it cannot be written."""

    _file: OutputFile

    def __init__(self, path: Path, kind: type[OutputFile]) -> None:
        self._replacement = Replacement(path)
        try:
            with _writing(path):
                self._file = kind(self._replacement.file)
        except BaseException:
            self._replacement.discard()
            raise
        self.path = path
        self.wanted = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None or not self.wanted:
            self._file.abandon()
            self._replacement.discard()
            return
        try:
            with _writing(self.path):
                self._file.close()
        except BaseException:
            self._replacement.discard()
            raise
        self._replacement.keep()


class FindingsOutput(_Output):
    """The findings file at `path`, in the format that its ending names."""

    _file: CsvFindings | ParquetFindings

    def __init__(self, path: Path) -> None:
        super().__init__(path, _FORMATS[path.suffix.lower()])

    def add(self, findings: Findings) -> None:
        """Write findings."""
        with _writing(self.path):
            self._file.add(findings)


class RejectsOutput(_Output):
    """The file at `path` of lines that are no records."""

    _file: CsvRejects

    def __init__(self, path: Path) -> None:
        super().__init__(path, CsvRejects)

    def add(self, row: Sequence[str | int]) -> None:
        """Write a line: REJECTS_COLUMNS."""
        with _writing(self.path):
            self._file.add(row)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while `path` is written into OutputError."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError("output_unwritable", path=path, reason=reason) from None
