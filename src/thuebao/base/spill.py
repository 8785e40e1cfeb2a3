"""Rows on disk: added in order, taken back to a row, read again as often as need be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from thuebao.base.atomic_file import too_many_open
from thuebao.base.compact import Compact, compacted
from thuebao.base.errors import OutputError
from thuebao.base.helper_columns import ROW
from thuebao.base.own_memory import frame_in_own_memory
from thuebao.base.scratch import forget, nameless, take_over

ROWS_PER_PART = 150_000
"""Rows of a file at most: some 10 MB, and few enough files for the country's records."""


@dataclass(frozen=True)
class Part:
    """A Parquet file with the rows from `first` to `last`, so many of them, and how its columns were made smaller.

    moved: by how much rows that are written in the file were counted on since.
    """

    path: Path
    first: int
    last: int
    height: int
    compact: Compact
    moved: int = 0


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
        self.parts: list[Part] = []

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
            self._write(pl.concat(self._pending))
            self._pending = []

    def _write(self, frame: pl.DataFrame) -> None:
        first, last = frame[ROW][0], frame[ROW][-1]
        small, compact = compacted(frame, self._usual)
        if last - first + 1 == frame.height and (frame[ROW].diff().drop_nulls() == 1).all():
            small = small.drop(ROW)  # they count up one by one
        self._written += 1
        with writing_scratch(self._folder):
            path = self._folder / f"{self._name}-{self._written}.parquet"
            path = path if self._named else nameless(path)
            small.write_parquet(
                path, compression="zstd", compression_level=1, statistics=False, row_group_size=max(1, frame.height)
            )
        self.parts.append(Part(path, first, last, frame.height, compact))

    def handed_over(self) -> list[Part]:
        """Return the files of all rows so far, which are no longer this one's."""
        self.flush()
        parts, self.parts = self.parts, []
        return parts

    def take_over(self, parts: Collection[Part], moved: int) -> None:
        """Add the files of rows that another process wrote, each row counted on by `moved`."""
        self.flush()
        for part in parts:
            path = take_over(part.path, self._folder)
            self.parts.append(
                replace(part, path=path, first=part.first + moved, last=part.last + moved, moved=part.moved + moved)
            )

    def take_back(self, row: int) -> None:
        """Drop the rows from `row` on."""
        self._last = None
        self._pending = [frame.filter(pl.col(ROW) < row) for frame in self._pending]
        self._pending = [frame for frame in self._pending if frame.height]
        while self.parts and self.parts[-1].last >= row:
            part = self.parts.pop()
            kept = self.read(part).filter(pl.col(ROW) < row) if part.first < row else None
            forget(part.path)
            if kept is not None:
                self._write(kept)

    def read(self, part: Part, some: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a part, or some of its columns."""
        columns = list(part.compact.schema) if some is None else list(some)
        return part.compact.restored(self._stored(part, columns), columns)

    def take(self, part: Part, rows: pl.Series, columns: Collection[str]) -> pl.DataFrame:
        """Return some rows of a part by their numbers, which are in order, each of which stands there once."""
        frame = self._stored(part, [ROW, *columns])
        at = rows - part.first if part.last - part.first + 1 == part.height else frame[ROW].search_sorted(rows)
        # The caller keeps them: without the texts of the other rows.
        return part.compact.restored(frame_in_own_memory(frame[at]), list(columns))

    def _stored(self, part: Part, columns: Collection[str]) -> pl.DataFrame:
        """Return what is stored of some columns, ROW among them."""
        needed, in_file = part.compact.needed(columns), pl.read_parquet_schema(part.path)
        frame = pl.read_parquet(part.path, columns=[name for name in needed if name in in_file])
        if ROW in in_file:
            return frame.with_columns((pl.col(ROW) + part.moved).cast(pl.UInt32)) if part.moved else frame
        rows = pl.int_range(part.first, part.last + 1, dtype=pl.UInt32, eager=True).alias(ROW)
        return frame.with_columns(rows) if frame.width else pl.DataFrame([rows])

    def between(self, first: int, last: int) -> pl.DataFrame | None:
        """Return the rows from `first` to `last`, None where there are none: stretches are asked for in order."""
        found = []
        for part in self.parts:
            if part.first <= last and part.last >= first:
                if self._last is None or self._last[0] is not part:
                    self._last = part, self.read(part)
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
