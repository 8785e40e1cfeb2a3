"""Writes the lists of whom to notify and of carriers' own errors: a pair of files, or a pair for each operator."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa

from thuebao.base.atomic_file import AtomicFile, writing
from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.base.paths import name_for_file, same_file
from thuebao.base.scratch import private_folder
from thuebao.engine.outputs import check_new
from thuebao.results.files import FINDINGS_BOOK
from thuebao.results.list_files import LIST_FORMATS, Columns, ListWriter
from thuebao.results.own.workbook import CARRIERS_BOOK_COLUMNS, CARRIERS_SHEET, REMEDY_BOOK_COLUMNS, REMEDY_SHEET
from thuebao.results.remedy import CARRIERS_LIST, LIST
from thuebao.results.result import AuditResult

ENDINGS = (*LIST_FORMATS, FINDINGS_BOOK)
"""The endings of the files of lists."""
_CARRIERS = "-carrier"
"""What the name of a list of the carrier's own errors has behind that of the list of numbers to be notified."""

_Pair = tuple[Path, Path]
_Add = Callable[[pl.DataFrame], None]


@dataclass
class RemedyFiles:
    """The files of the lists. Raises UsageError or OutputError for what cannot be written.

    output: a file, beside which the other list is written, or a folder, for a pair for each operator; ending: of the
    files in a folder; bom: CSV files begin with a byte order mark; force: replace files that are there.
    """

    output: Path
    ending: str
    bom: bool
    force: bool
    temp_dir: Path | None
    made: datetime
    written: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        suffix = self.output.suffix.lower()
        self.in_folder = suffix not in ENDINGS or self.output.is_dir()
        if self.in_folder and suffix and not self.output.is_dir():
            raise UsageError("list_format", path=self.output, known=", ".join(ENDINGS))
        if self.in_folder and self.output.exists() and not self.output.is_dir():
            raise UsageError("list_no_folder", path=self.output)
        if not self.in_folder and not self.output.parent.is_dir():
            raise OutputError("output_unwritable", path=self.output, reason=text("error.no_such_place"))

    @property
    def paths(self) -> list[Path]:
        """The files that may be written, as far as that is known before anything is read.

        Which operators there are is not: in a folder, whatever stands there may be the list of one of them.
        """
        if not self.in_folder:
            return [*_pair(self.output)]
        there = self.output.iterdir() if self.output.is_dir() else ()
        return sorted(path for path in there if path.suffix.lower() == self.ending)

    def check(self, read: Sequence[str | Path]) -> None:
        """Raise UsageError for a file that is there already, or one that is read."""
        paths = self.paths
        for path in paths:
            if any(same_file(path, given) for given in read):
                raise UsageError("output_over_input", path=path)
        check_new(paths, force=self.force)

    @contextmanager
    def opened(self, result: AuditResult) -> Iterator[Callable[[pl.DataFrame, pl.DataFrame], None]]:
        """Open the files for the result of an audit: whole or not at all, all of them or none."""
        pairs = self._pairs(result.operators["operator"].to_list())
        check_new((path for pair in pairs.values() for path in pair), force=self.force)
        with ExitStack() as stack:
            folder = stack.enter_context(private_folder(self.temp_dir)) if self._ending == FINDINGS_BOOK else None
            adds = {name: self._open(pair, folder, stack) for name, pair in pairs.items()}

            def write(to_notify: pl.DataFrame, carriers: pl.DataFrame) -> None:
                for name, pair in adds.items():
                    for add, rows in zip(pair, (to_notify, carriers), strict=True):
                        some = rows.filter(pl.col("operator") == name) if self.in_folder else rows
                        if some.height:
                            add(some)

            yield write
        self.written += [path for pair in pairs.values() for path in pair]

    @property
    def _ending(self) -> str:
        return self.ending if self.in_folder else self.output.suffix.lower()

    def _pairs(self, operators: Sequence[str]) -> dict[str, _Pair]:
        """Return the files by operator; of lists of all, one pair."""
        if not self.in_folder:
            return {"": _pair(self.output)}
        try:
            self.output.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError("output_unwritable", path=self.output, reason=error.strerror or error) from None
        pairs: dict[str, _Pair] = {}
        for operator in operators:
            path = self.output / f"{name_for_file(operator)}{self.ending}"
            taken = [other for pair in pairs.values() for other in pair]
            while any(same_file(one, other, fold_case=True) for one in _pair(path) for other in taken):
                path = path.with_stem(path.stem + "_")
            pairs[operator] = _pair(path)
        return pairs

    def _open(self, pair: _Pair, folder: Path | None, stack: ExitStack) -> list[_Add]:
        kinds = ((LIST, REMEDY_SHEET, REMEDY_BOOK_COLUMNS), (CARRIERS_LIST, CARRIERS_SHEET, CARRIERS_BOOK_COLUMNS))
        return [
            stack.enter_context(self._file(path, columns, sheet, titles, folder))
            for path, (columns, sheet, titles) in zip(pair, kinds, strict=True)
        ]

    @contextmanager
    def _file(
        self, path: Path, columns: Columns, sheet: str, titles: dict[str, str], folder: Path | None
    ) -> Iterator[_Add]:
        """Open a file; yield what adds rows to it."""
        with AtomicFile(path) as atomic:
            with writing(path, pa.ArrowException):
                if self.bom and self._ending == ".csv":
                    atomic.file.write(codecs.BOM_UTF8)
                writer: ListWriter
                if folder:
                    from thuebao.reports.excel.list_book import ListBook

                    writer = ListBook(atomic.file, sheet, titles, folder, self.made)
                else:
                    writer = LIST_FORMATS[self._ending](atomic.file, columns)

            def add(rows: pl.DataFrame) -> None:
                with writing(path, pa.ArrowException):
                    writer.add(rows)

            try:
                yield add
            except BaseException:
                writer.abandon()
                raise
            with writing(path, pa.ArrowException):
                writer.close()


def _pair(path: Path) -> _Pair:
    return path, path.with_stem(path.stem + _CARRIERS)
