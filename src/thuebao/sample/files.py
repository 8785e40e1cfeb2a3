"""Files written chunk by chunk under a name of their own, and renamed when they are whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow.parquet as pq


class Sink(Protocol):
    """Takes the chunks of one file."""

    def write(self, chunk: pl.DataFrame) -> None:
        """Append a chunk."""


class _Csv:
    def __init__(self, path: Path, separator: str) -> None:
        self.file = path.open("wb")
        self.separator = separator
        self.header = True

    def write(self, chunk: pl.DataFrame) -> None:
        chunk.write_csv(self.file, include_header=self.header, separator=self.separator)
        self.header = False

    def close(self) -> None:
        self.file.close()


class _Parquet:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: pq.ParquetWriter | None = None

    def write(self, chunk: pl.DataFrame) -> None:
        table = chunk.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, table.schema, compression="zstd")
        self.writer.write_table(table)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


@contextmanager
def sink(path: Path, kind: str, separator: str = ",") -> Iterator[Sink]:
    """Yield a sink that writes to `path`; `kind` is .csv or .parquet."""
    found = _Parquet(path) if kind == ".parquet" else _Csv(path, separator)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """Yield a new folder beside `out`, on the same disk; it is gone afterwards."""
    place = out.with_name(f".{out.name}.part")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
