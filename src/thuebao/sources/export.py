"""One export: what kind of file it is, how its columns map, whose it is, and its records in batches."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.errors import InputError
from thuebao.facts.number import known_operator
from thuebao.reference import Reference
from thuebao.sources import delimited, parquet
from thuebao.sources.header import Header
from thuebao.sources.kind import kind_of, sample_of, text_of


@dataclass(frozen=True)
class Export:
    """A file that can be read. `operator` is that of every record; None when the file has an operator column."""

    path: str
    format: str
    encoding: str
    bytes: int
    header: Header
    operator: str | None
    layout: delimited.Layout | None = None

    def batches(self, wanted: set[str]) -> Iterator[pl.DataFrame]:
        """Yield the wanted canonical columns as raw text (`~msisdn`), in the file's order.

        Raises InputError, naming the line, where the file cannot be read.
        """
        if self.layout:
            return delimited.read(self.path, self.layout, wanted)
        return parquet.read(self.path, self.header, wanted, delimited.BATCH_ROWS)


def open_export(path: str, operator: str | None, reference: Reference, *, operator_needed: bool = True) -> Export:
    """Return the export at `path`; `operator` is the user's word on whose it is.

    Raises InputError when the file is of no known kind, has no header, or nothing says whose it is.
    """
    sample = sample_of(path)
    kind = kind_of(path, sample)
    marked = sample.startswith(codecs.BOM_UTF8)
    layout = delimited.sniff(path, text_of(path, sample), has_mark=marked) if kind == "csv" else None
    header = layout.header if layout else parquet.header_of(path)
    if "operator" in header.canonical:
        operator = None
    else:
        operator = operator or known_operator(reference, Path(path).stem)
        if operator is None and operator_needed:
            raise InputError("operator_unknown", path=path)
    return Export(path, kind, "utf-8", Path(path).stat().st_size, header, operator, layout)
