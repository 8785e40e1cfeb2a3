"""Writes a sample: plans it, makes it chunk by chunk, and tells the truth about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from thuebao.base.messages import text
from thuebao.sample.defects.plant import Defects
from thuebao.sample.defects.variant import Damage
from thuebao.sample.duplicates import plant
from thuebao.sample.files import Sink, sink, workshop
from thuebao.sample.law import Law
from thuebao.sample.mess import Mess
from thuebao.sample.plan import FilePlan, carriers, file_plans
from thuebao.sample.population import slots
from thuebao.sample.records import Records
from thuebao.sample.streams import Streams
from thuebao.sample.style import Dates, Headers, Style
from thuebao.sample.truth import COLUMNS, truth_of, truth_path
from thuebao.sample.words import rows

CHUNK = 150_000
"""Records made at once: what bounds the memory."""

_SMALLEST_WITH_DUPLICATES = 10_000
_SUFFIXES = ("", ".csv", ".parquet")


@dataclass(frozen=True)
class SampleReport:
    """What was written: files with their numbers of records, the truth, planted violations by code."""

    files: dict[Path, int]
    truth: Path
    planted: dict[str, int]

    @property
    def records(self) -> int:
        """Records in all files."""
        return sum(self.files.values())


def write_sample(
    out: Path,
    *,
    records: int,
    rules_dir: Path,
    seed: int = 0,
    defects: float = 0.0,
    duplicates: float = 0.0,
    mess: float = 0.0,
    as_of: date | None = None,
    updates: bool = True,
    operators: Sequence[str] | None = None,
    headers: Headers = "canonical",
    dates: Dates = "d/m/y",
    separator: str = ",",
    force: bool = False,
    progress: Callable[[int], None] | None = None,
    chunk_rows: int = CHUNK,
) -> SampleReport:
    """Write synthetic subscriber records as operators export them, and the truth about them.

    `out` with the suffix .csv or .parquet is one file; without a suffix it is a folder with one CSV file
    per operator. Beside it stands `<stem>.truth.csv` with the columns path (relative to the truth file),
    record (from 1), code, column: the planted violations. All other records break no rule.

    - `records`: in all files together; `operators`: whose (default: all of data/operators.csv).
    - `defects`: share of records with one violation of a row rule each.
    - `duplicates`: share of records in violations across records; needs 10,000 records. It plants the DUP
      rules for which the as-of date leaves room; the number of another operator (DUP102) also breaks
      NUM105.
    - `mess`: share of records written carelessly, in ways that break no rule.
    - `updates`: whether the export says when a record was last updated. Without, no rule of the remedial timetable
      is planted, and ID127 instead of ID123.
    - `as_of`: registrations end the day before (default: today). With the other arguments it decides every
      byte; `chunk_rows` changes only memory and speed.
    - `headers`, `dates`, `separator`: how the export is written.
    - `progress`: is called with the records written so far.

    Raises FileExistsError when something is there already and not `force`, and ValueError for an argument
    that cannot be used.
    """
    _check(records, {"defects": defects, "duplicates": duplicates, "mess": mess}, out, separator, chunk_rows)
    if duplicates and records < _SMALLEST_WITH_DUPLICATES:
        raise ValueError(text("sample_error.duplicates", least=_SMALLEST_WITH_DUPLICATES))
    truth = truth_path(out)
    if not force and (found := [path for path in (out, truth) if path.exists()]):
        raise FileExistsError(f"{found[0]} is already there")
    today = as_of or date.today()
    law, streams, style = Law(rules_dir), Streams(seed), Style(headers, dates)
    people = slots(streams, law, today)
    planned, planted = plant(carriers(records, operators, law), duplicates, law, today, streams, people)
    made = Records(planned, planted, people, streams, law, style, today, updates=updates)
    damage = Defects(Damage(made.numbers, streams, law, style, today, updates), defects)
    headers_shown = style.header_texts(law)
    if not updates:
        del headers_shown["info_updated_at"]
    maker = _Maker(made, damage, Mess(streams, style, law, mess), headers_shown)
    plans = file_plans(out, planned)
    counts: Counter[str] = Counter()
    done = 0
    with workshop(out) as place, sink(place / "truth", ".csv") as truths:
        truths.write(pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String)))
        for file in plans:
            with sink(place / file.path.name, out.suffix or ".csv", separator) as target:
                bounds = [*range(0, file.records, chunk_rows), file.records]
                for start, stop in pairwise(bounds):
                    told = maker.write(file, start, stop, target, str(file.path.relative_to(out.parent)))
                    truths.write(told)
                    counts.update(told["code"])
                    done += stop - start
                    if progress is not None:
                        progress(done)
        _deliver(place, plans, out)
        (place / "truth").replace(truth)
    return SampleReport({file.path: file.records for file in plans}, truth, dict(sorted(counts.items())))


@dataclass(frozen=True)
class _Maker:
    """Makes and writes one chunk."""

    records: Records
    defects: Defects
    mess: Mess
    headers: dict[str, str]

    def write(self, file: FilePlan, start: int, stop: int, target: Sink, path: str) -> pl.DataFrame:
        """Write rows `start` to `stop` − 1 of a file; return the truth about them."""
        frame = self.records.frame(file, start, stop)
        if self.defects.share or self.mess.share:
            frame = self._disturbed(frame)
        target.write(frame.select(pl.col(name).alias(header) for name, header in self.headers.items()))
        return truth_of(frame, path)

    def _disturbed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the chunk with defects and mess; only the records touched are computed anew."""
        marked = frame.with_columns(_defect=self.defects.chosen(), _messy=self.mess.chosen())
        shown = [*self.headers, "_row", "_code", "_column"]
        parts = [
            marked.lazy().filter(~pl.col("_messy") & ~pl.col("_defect")).select(shown).collect(),
            self.defects.apply(marked.filter("_defect"), shown),
            self.mess.apply(marked.filter(pl.col("_messy") & ~pl.col("_defect")), self.headers).select(shown),
        ]
        return pl.concat(parts).sort("_row")


def _check(records: int, parts: dict[str, float], out: Path, separator: str, chunk_rows: int) -> None:
    if records < 1 or chunk_rows < 1:
        raise ValueError(f"records ({records}) and chunk_rows ({chunk_rows}) must be at least 1")
    for name, share in parts.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} ({share}) is a share, from 0 to 1")
    if out.suffix not in _SUFFIXES:
        raise ValueError(text("sample_error.kind", path=out))
    if len(separator) != 1:
        raise ValueError(f"separator {separator!r} is not one character")


def _deliver(place: Path, plans: Sequence[FilePlan], out: Path) -> None:
    """Put the finished files in their place; in a folder, those of an earlier sample make room."""
    if not out.suffix:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for row in rows("operators"):
            (out / f"{row['file']}.csv").unlink(missing_ok=True)
    for file in plans:
        (place / file.path.name).replace(file.path)
