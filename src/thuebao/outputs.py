"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from thuebao.errors import OutputError, UsageError
from thuebao.findings import SCHEMA
from thuebao.masking import without_formula


class Replacement:
    """A file written beside `path` under another name, which takes its place on success and goes on failure.

    Raises OutputError when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # mkstemp makes the file readable by its owner only.
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        except OSError as error:
            raise OutputError("output_unwritable", path=path, reason=error.strerror) from None
        self.file: BinaryIO = os.fdopen(handle, "w+b")
        self._part = Path(name)
        if path.is_dir():
            self._discard()
            raise OutputError("output_unwritable", path=path, reason=os.strerror(21))

    def __enter__(self) -> Replacement:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self.file.close()
            self._part.replace(self.path)
        except OSError as failure:
            self._discard()
            raise OutputError("output_unwritable", path=self.path, reason=failure.strerror) from None

    def _discard(self) -> None:
        try:
            self.file.close()
        except OSError:
            pass
        finally:
            self._part.unlink(missing_ok=True)


class FindingsFile(Protocol):
    """A findings file of one format. What is added after `mark` can be taken back."""

    def add(self, findings: pl.DataFrame) -> None: ...
    def mark(self) -> None: ...
    def take_back(self) -> None: ...
    def close(self) -> None: ...


class CsvFindings:
    """CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write((",".join(SCHEMA) + "\n").encode())
        self._mark = self._file.tell()

    def add(self, findings: pl.DataFrame) -> None:
        """Write the rows of `findings` (SCHEMA)."""
        safe = findings.with_columns(without_formula(pl.col("path", "operator", "msisdn", "value")))
        safe.write_csv(self._file, include_header=False)

    def mark(self) -> None:
        """Remember this place."""
        self._file.flush()
        self._mark = self._file.tell()

    def take_back(self) -> None:
        """Drop everything since the mark."""
        self._file.flush()
        self._file.seek(self._mark)
        self._file.truncate()

    def close(self) -> None:
        """Nothing is left to write."""


class ParquetFindings:
    """Parquet, compressed with zstd."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._schema = pl.DataFrame(schema=SCHEMA).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self._writer = self._new_writer()
        self._groups = self._marked = 0

    def _new_writer(self) -> pq.ParquetWriter:
        return pq.ParquetWriter(self._file, self._schema, compression="zstd")

    def add(self, findings: pl.DataFrame) -> None:
        """Write the rows of `findings` (SCHEMA) as one row group."""
        if findings.height:
            self._write(findings.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema))

    def _write(self, table: pa.Table) -> None:
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._groups += 1

    def mark(self) -> None:
        """Remember this place."""
        self._marked = self._groups

    def take_back(self) -> None:
        """Drop everything since the mark: Parquet has no truncation, so what stays is copied."""
        if self._groups == self._marked:
            return
        self._writer.close()
        with tempfile.TemporaryFile() as copy:
            self._file.seek(0)
            while block := self._file.read(1 << 22):
                copy.write(block)
            self._file.seek(0)
            self._file.truncate()
            kept, self._groups = self._marked, 0
            self._writer = self._new_writer()
            source = pq.ParquetFile(copy)
            for group in range(kept):
                self._write(source.read_row_group(group))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


_FORMATS = {".csv": CsvFindings, ".parquet": ParquetFindings}


def check_findings_path(path: Path) -> None:
    """Raise UsageError unless the ending names a format of findings files."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError("findings_format", path=path, known=", ".join(_FORMATS))


def open_findings(replacement: Replacement) -> FindingsFile:
    """Return the findings file of the format that the path's ending names."""
    return _FORMATS[replacement.path.suffix.lower()](replacement.file)
