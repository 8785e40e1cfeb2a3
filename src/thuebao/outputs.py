"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from thuebao.errors import OutputError, UsageError
from thuebao.findings import SCHEMA, Findings
from thuebao.masking import without_formula
from thuebao.sources.discover import same_file


class Replacement:
    """A file written beside `path` under another name, which takes its place on success and goes on failure.

    Set `wanted` to False to leave what stands at `path` as it is.

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
        self.wanted = True
        if path.is_dir():
            self._discard()
            raise OutputError("output_unwritable", path=path, reason=os.strerror(21))

    def __enter__(self) -> Replacement:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None or not self.wanted:
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

    def add(self, findings: Findings) -> None:
        """Write the findings."""

    def mark(self) -> None:
        """Remember this place."""

    def take_back(self) -> None:
        """Drop everything since the mark."""

    def close(self) -> None:
        """Write what is left to write."""

    def abandon(self) -> None:
        """Let go of the file without writing anything more."""


class CsvFindings:
    """CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write((",".join(SCHEMA) + "\n").encode())
        self._mark = self._file.tell()

    def add(self, findings: Findings) -> None:
        """Write the findings, a line each."""
        rows = findings.rows
        if rows.is_empty():
            return
        # The texts of a rule are the same on every line: they are quoted once, not a million times.
        texts = findings.texts.select(_quoted(findings.texts[name]) for name in findings.texts.columns)
        before = texts.select(pl.format(",{},{},{},{},", "code", "name", "severity", "field")).to_series()
        after = texts.select(pl.format(",{},\n", "basis")).to_series()
        path = _quoted(without_formula(pl.Series([findings.path])))[0]
        lines = rows.select(
            pl.concat_str(
                pl.lit(path + ","), pl.col("record").cast(pl.String), pl.lit(","),
                _safe(rows["operator"]), pl.lit(","), _safe(rows["msisdn"]),
                before.gather(rows["kind"]), _safe(rows["value"]), after.gather(rows["kind"]),
            )
        ).to_series()  # fmt: skip
        # The lines lie end to end in Arrow's memory: no need to make Python strings of them.
        array = lines.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        self._file.write(array.buffers()[2])

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
        """Write what is left to write."""
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held."""


class ParquetFindings:
    """Parquet, compressed with zstd."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._schema = pl.DataFrame(schema=SCHEMA).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self._writer = self._new_writer()
        self._groups = self._marked = 0

    def _new_writer(self) -> pq.ParquetWriter:
        return pq.ParquetWriter(self._file, self._schema, compression="zstd")

    def add(self, findings: Findings) -> None:
        """Write the findings as one row group."""
        if findings.rows.height:
            self._write(findings.frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema))

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


def check_findings_path(path: Path, inputs: Sequence[str]) -> None:
    """Raise UsageError unless the ending names a format of findings files and the path is no input."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError("findings_format", path=path, known=", ".join(_FORMATS))
    if any(same_file(given, path) for given in inputs):
        raise UsageError("findings_over_input", path=path)


def open_findings(replacement: Replacement) -> FindingsFile:
    """Return the findings file of the format that the path's ending names."""
    return _FORMATS[replacement.path.suffix.lower()](replacement.file)


@contextmanager
def writing(path: Path | None) -> Iterator[None]:
    """Turn what goes wrong while `path` is written into OutputError."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError("output_unwritable", path=path, reason=reason) from None
