"""Reads the files of a list: what `thuebao remedy` wrote, or findings of an audit; CSV, Parquet or workbooks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from thuebao.base.errors import InputError, UsageError
from thuebao.base.fold import fold_header
from thuebao.base.messages import in_every_language
from thuebao.results.compare.match import as_written, batches, ends_with_a_line, reading
from thuebao.results.own.workbook import CARRIERS_BOOK_COLUMNS, FINDINGS_BOOK_COLUMNS, REMEDY_BOOK_COLUMNS
from thuebao.sources import guarded
from thuebao.sources.sheets.workbook import open_sheet

REMEDY, FINDINGS = "remedy", "findings"
"""Kinds of lists."""
_CARRIERS = "carriers"
"""The second list of `thuebao remedy`, of errors that are the carrier's own: nobody is notified of these."""
_NEEDED = {
    REMEDY: ("operator", "msisdn", "reason", "codes", "first_notice", "key"),
    FINDINGS: ("operator", "msisdn", "severity", "code", "key"),
}
"""The columns that are read of each kind."""
_OPTIONAL = ("contract_number",)
_ENDINGS = (".csv", ".parquet", ".xlsx")
_TOP = 10  # rows of a sheet among which its header stands
_AT_ONCE = 100_000
_SEPARATORS = (",", ";", "\t")
_LONGEST_HEADER = 10_000
_BOOKS: tuple[Mapping[str, str], ...] = (REMEDY_BOOK_COLUMNS, FINDINGS_BOOK_COLUMNS, CARRIERS_BOOK_COLUMNS)
"""The titles by which workbooks call the columns of lists, by their keys."""
ERROR = "severity.error"
"""The key of what a workbook calls the severity of errors."""


@dataclass(frozen=True)
class ListFile:
    """A file of a list, opened: its kind, and the columns of its kind that it has."""

    path: Path
    kind: str
    columns: tuple[str, ...]
    header: int = 0  # of a sheet: the row in which it stands
    sheets: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of a workbook: names and all columns of those with a list

    def rows(self) -> Iterator[pl.DataFrame]:
        """Yield its rows, some at a time, as texts. Raises InputError where they cannot be read."""
        if self.sheets:
            yield from self._of_workbook()
            return
        scan = _scan(self.path).select(self.columns)
        for batch in batches(scan, self.path):
            # Office programs leave empty rows below a list.
            some = batch.filter(~pl.all_horizontal(pl.all().is_null()))
            yield some.select(as_written(column.cast(pl.String)) for column in some)

    def _of_workbook(self) -> Iterator[pl.DataFrame]:
        for name, header in self.sheets:
            with guarded(str(self.path)):
                rows = islice(open_sheet(str(self.path), self.path, name).rows(), self.header + 1, None)
                while some := list(islice(rows, _AT_ONCE)):
                    wide = [(*row, *[None] * (len(header) - len(row)))[: len(header)] for row in some]
                    frame = pl.DataFrame(wide, schema=dict.fromkeys(header, pl.String), orient="row")
                    yield frame.select(as_written(frame[column]) for column in self.columns).filter(
                        ~pl.all_horizontal(pl.all().is_null())
                    )


def list_files(paths: Sequence[Path]) -> tuple[list[ListFile], list[Path]]:
    """Return the files of a list, all of one kind, and those in a folder that are no list of `thuebao remedy` either.

    Raises UsageError or InputError where there is none, one is not to be understood, or they are of two kinds.
    """
    found: list[ListFile] = []
    aside: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(opened(path))
            continue
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in _ENDINGS and file.is_file())
        before = len(found)
        for file in inside:
            try:
                found.append(opened(file))
            except InputError as error:
                # The carrier's list always stands beside: that it is passed over is nothing to be told of.
                if error.key not in ("list_of_carriers", "list_columns"):
                    raise
                if error.key == "list_columns":
                    aside.append(file)
        if len(found) == before:
            raise InputError("list_folder_empty", path=path)
    kinds = {file.kind for file in found}
    if len(kinds) > 1:
        raise UsageError("list_kinds", path=found[0].path, other=next(f.path for f in found if f.kind != found[0].kind))
    return found, aside


def opened(path: Path) -> ListFile:
    """Return the file of a list. Raises UsageError on a name of another kind, InputError where it is none."""
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError("list_ending", path=path, known=", ".join(_ENDINGS))
    if not path.is_file():
        raise InputError("compare_missing", path=path)
    if ending == ".xlsx":
        return _workbook(path)
    if ending == ".csv":
        with reading(path):
            if not ends_with_a_line(path):
                raise InputError("findings_cut", path=path)
    with reading(path):
        columns = _scan(path).collect_schema().names()
    kind = _kind(columns)
    if kind == _CARRIERS:
        raise InputError("list_of_carriers", path=path)
    if kind is None:
        some = FINDINGS if {"code", "severity"} & set(columns) else REMEDY
        missing = (name for name in _NEEDED[some] if name not in columns)
        raise InputError("list_columns", path=path, columns=", ".join(missing))
    return ListFile(path, kind, _wanted(kind, columns))


def _kind(columns: Collection[str]) -> str | None:
    """Return the kind of list that has such columns, None where it is none."""
    for kind, needed in _NEEDED.items():
        if set(needed) <= set(columns):
            return kind
    # What else that list has, others have too.
    return _CARRIERS if {"codes", "what", "key"} <= set(columns) else None


def _wanted(kind: str, columns: Collection[str]) -> tuple[str, ...]:
    return (*_NEEDED[kind], *(name for name in _OPTIONAL if name in columns))


def _scan(path: Path) -> pl.LazyFrame:
    if path.suffix.lower() == ".csv":
        return pl.scan_csv(path, separator=_separator(path), infer_schema=False, glob=False)
    return pl.scan_parquet(path, glob=False)


def _separator(path: Path) -> str:
    """Return what stands between the names of columns: no comma where an office program wrote the list again."""
    with path.open("rb") as file:
        header = file.readline(_LONGEST_HEADER)
    return max(_SEPARATORS, key=lambda one: header.count(one.encode()))


def _workbook(path: Path) -> ListFile:
    """Return the file of a workbook: the sheets that begin as the first one does."""
    with guarded(str(path)):
        names = open_sheet(str(path), path, "1").book.names
        first = list(islice(open_sheet(str(path), path, names[0]).rows(), _TOP))
        for at, row in enumerate(first):
            for titles in _BOOKS:
                columns = tuple(_column(title, n, titles) for n, title in enumerate(row))
                if not {"operator", "msisdn", "key"} <= set(columns):
                    continue
                found = _kind(columns)
                if found is None:
                    continue
                if found == _CARRIERS:
                    raise InputError("list_of_carriers", path=path)
                below = (name for name in names if _row(path, name, at) == row)
                sheets = tuple((name, columns) for name in below)
                return ListFile(path, found, _wanted(found, columns), at, sheets)
    raise InputError("list_columns", path=path, columns=", ".join(_NEEDED[REMEDY]))


def _row(path: Path, sheet: str, at: int) -> tuple[str | None, ...] | None:
    return next(islice(open_sheet(str(path), path, sheet).rows(), at, None), None)


def _column(title: str | None, at: int, titles: Mapping[str, str]) -> str:
    """Return the column that a title in a workbook stands for, in any language; else a name that no column has."""
    folded = fold_header(title or "")
    for name, key in titles.items():
        if folded in map(fold_header, (name, *in_every_language(key))):
            return name
    return f"_{at}"
