"""Writes a list, row by row, as CSV or Parquet: what findings files are for findings, for lists of any columns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa

from thuebao.base.foreign_text import without_controls, without_formula

Columns = Mapping[str, type[pl.DataType]]


class ListWriter(Protocol):
    """A list of one format, written some rows at a time."""

    def add(self, rows: pl.DataFrame) -> None:
        """Write rows, which have the columns of the list."""

    def close(self) -> None:
        """Write what is left to write."""

    def abandon(self) -> None:
        """Let go of the file without writing anything more."""


class CsvList:
    """CSV, UTF-8; texts that a spreadsheet would run are neutralised."""

    def __init__(self, file: BinaryIO, columns: Columns) -> None:
        self._file = file
        self._file.write((",".join(columns) + "\n").encode())

    def add(self, rows: pl.DataFrame) -> None:
        """Write rows, a line each."""
        texts = [without_formula(without_controls(column)) for column in rows if column.dtype == pl.String]
        rows.with_columns(texts).write_csv(self._file, include_header=False)

    def close(self) -> None:
        """Write what is left to write."""
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held."""


class ParquetList:
    """Parquet, compressed with zstd; a row group for rows that are written together."""

    def __init__(self, file: BinaryIO, columns: Columns) -> None:
        import pyarrow.parquet as pq  # long to load, and most lists are text

        self._schema = pl.DataFrame(schema=columns).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def add(self, rows: pl.DataFrame) -> None:
        """Write rows."""
        if rows.height:
            table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()

    def abandon(self) -> None:
        """Close the writer, which complains if it is left open."""
        with suppress(OSError, ValueError, pa.ArrowException):
            self._writer.close()


LIST_FORMATS: dict[str, type[CsvList] | type[ParquetList]] = {".csv": CsvList, ".parquet": ParquetList}
"""Writers of lists by the ending of a file's name."""
