"""Rows on disk, and the last in memory: added in order, taken back to a row, read again as often as need be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from thuebao.base.atomic_file import too_many_open
from thuebao.base.compact import compacted
from thuebao.base.errors import OutputError
from thuebao.base.helper_columns import ROW
from thuebao.base.parts import Part, Waiting, Written
from thuebao.base.scratch import forget, nameless, take_over

ROWS_PER_PART = 150_000
"""Rows of a file at most: some 10 MB, and few enough files for the country's records."""


class Spill:
    """Rows with a column ROW that never falls, in Parquet files of a private folder.

    usual: for some columns, what their value is nearly always (base/compact.py). most: rows of a part.
    named: whether its files keep their names, so that another process can take them over.

    Raises OutputError when the disk is full.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        usual: Mapping[str, pl.Expr] | None = None,
        most: int = ROWS_PER_PART,
        *,
        named: bool = False,
    ) -> None:
        self._folder = folder
        self._named = named
        self._name = name
        self._usual = usual or {}
        self._most = min(most, ROWS_PER_PART)
        self._written = 0
        self._pending: list[pl.DataFrame] = []
        self._last: tuple[Part, pl.DataFrame] | None = None
        self._files: list[Written] = []
        self._rest: list[Waiting] = []

    @property
    def parts(self) -> list[Part]:
        """The rows, in order."""
        return [*self._files, *self._rest]

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows."""
        if frame.is_empty():
            return
        self._pending.append(frame)
        if sum(part.height for part in self._pending) >= self._most:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._pending:
            self._write(self._waiting())

    def finish(self) -> None:
        """Nothing is added any more: what waits to be written stays in memory, where it is anyway."""
        if self._pending:
            self._rest = [Waiting(self._waiting().rechunk())]

    def _waiting(self) -> pl.DataFrame:
        """Return what waits to be written, which nothing else holds any more."""
        frames, self._pending = self._pending, []
        return pl.concat(frames)

    def _write(self, frame: pl.DataFrame) -> None:
        first, last, height = frame[ROW][0], frame[ROW][-1], frame.height
        count_up = last - first + 1 == height and bool((frame[ROW].diff().drop_nulls() == 1).all())
        small, compact = compacted(frame, self._usual)
        del frame  # nothing else holds it, and it is the larger of the two
        # Taken apart, not selected: then all columns would be copied, to lie in the same pieces.
        small = pl.DataFrame([column for column in small if column.name != ROW]) if count_up else small
        self._written += 1
        with writing_scratch(self._folder):
            path = self._folder / f"{self._name}-{self._written}.parquet"
            path = path if self._named else nameless(path)
            small.write_parquet(
                path, compression="zstd", compression_level=1, statistics=False, row_group_size=max(1, height)
            )
        self._files.append(Written(path, first, last, height, compact))

    def handed_over(self) -> list[Written]:
        """Return the files of all rows so far, which are no longer this one's."""
        self.flush()
        parts, self._files = self._files, []
        return parts

    def take_over(self, parts: Collection[Written], moved: int) -> None:
        """Add the files of rows that another process wrote, each row counted on by `moved`."""
        self.flush()
        for part in parts:
            path = take_over(part.path, self._folder)
            self._files.append(
                replace(part, path=path, first=part.first + moved, last=part.last + moved, moved=part.moved + moved)
            )

    def take_back(self, row: int) -> None:
        """Drop the rows from `row` on."""
        self._last = None
        self._pending = [frame.filter(pl.col(ROW) < row) for frame in self._pending]
        self._pending = [frame for frame in self._pending if frame.height]
        while self._files and self._files[-1].last >= row:
            part = self._files.pop()
            kept = part.read().filter(pl.col(ROW) < row) if part.first < row else None
            forget(part.path)
            if kept is not None:
                self._write(kept)

    def between(self, first: int, last: int) -> pl.DataFrame | None:
        """Return the rows from `first` to `last`, None where there are none: stretches are asked for in order."""
        found = []
        for part in self.parts:
            if part.first <= last and part.last >= first:
                if self._last is None or self._last[0] is not part:
                    self._last = part, part.read()
                frame = self._last[1]
                start = int(frame[ROW].search_sorted(first, side="left"))
                found.append(frame.slice(start, int(frame[ROW].search_sorted(last, side="right")) - start))
        return pl.concat(found) if found else None


@contextmanager
def writing_scratch(folder: Path) -> Iterator[None]:
    """Turn what goes wrong while temporary files are written into OutputError."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        if too_many_open(error):
            raise OutputError("too_many_open_files") from None
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0].rpartition("error: ")[2]
        raise OutputError("temp_dir_unwritable", path=folder.parent, reason=reason) from None
