"""Writes a sample: plans it, makes it chunk by chunk, and tells the truth about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from thuebao.base.messages import text
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.rule import SUBSCRIBER
from thuebao.sample.campaign import Campaign
from thuebao.sample.defects.plant import Defects
from thuebao.sample.defects.variant import Damage
from thuebao.sample.documents import Paper
from thuebao.sample.duplicates import plant
from thuebao.sample.files import Sink, sink, workshop
from thuebao.sample.law import Law
from thuebao.sample.law import days as days_of
from thuebao.sample.mess import Mess
from thuebao.sample.plan import Carrier, FilePlan, carriers, file_plans
from thuebao.sample.population import Kind, slots
from thuebao.sample.records import Records
from thuebao.sample.streams import Streams
from thuebao.sample.style import Dates, Headers, Style
from thuebao.sample.truth import COLUMNS, OF_CAMPAIGN, truth_of, truth_path
from thuebao.sample.words import rows

CHUNK = 150_000
"""Records made at once: what bounds the memory."""

_SMALLEST_WITH_DUPLICATES = 10_000
_SUFFIXES = ("", ".csv", ".parquet")
_FIRST = 20_000
"""Records of an operator among which those are looked for who are given a number."""
_LASTING = 3 * 365
"""Days that the card of such a person is valid after the law began."""


@dataclass(frozen=True)
class SampleReport:
    """What was written: files with their numbers of records, the truth, planted violations by code.

    days: of the exports and of the first notices, of a campaign.
    """

    files: dict[Path, int]
    truth: Path
    planted: dict[str, int]
    days: tuple[date, date] | None = None

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
    stage: int | None = None,
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
    - `stage`: of a campaign (campaign.py), instead of an export by itself: the truth then says too what became of
      each number, and the report the days.

    Raises FileExistsError when something is there already and not `force`, and ValueError for an argument
    that cannot be used.
    """
    _check(records, {"defects": defects, "duplicates": duplicates, "mess": mess}, out, separator, chunk_rows)
    if duplicates and records < _SMALLEST_WITH_DUPLICATES:
        raise ValueError(text("sample_error.duplicates", least=_SMALLEST_WITH_DUPLICATES))
    if stage is not None and (duplicates or mess):
        raise ValueError(text("sample_error.stage_mess"))
    truth = truth_path(out)
    if not force and (found := [path for path in (out, truth) if path.exists()]):
        raise FileExistsError(f"{found[0]} is already there")
    today = as_of or date.today()
    law, streams, style = Law(rules_dir), Streams(seed), Style(headers, dates)
    campaign = None if stage is None else Campaign(stage, law, today, streams, style, _of_subscribers(rules_dir))
    people = slots(streams, law, today)
    planned, planted = plant(carriers(records, operators, law), duplicates, law, today, streams, people)
    made = Records(planned, planted, people, streams, law, style, today, updates=updates, campaign=campaign is not None)
    damage = Defects(Damage(made.numbers, streams, law, style, today, updates), defects)
    headers_shown = style.header_texts(law)
    if not updates:
        del headers_shown["info_updated_at"]
    maker = _Maker(made, damage, Mess(streams, style, law, mess), headers_shown, planned, campaign)
    plans = file_plans(out, planned)
    counts: Counter[str] = Counter()
    done = 0
    with workshop(out) as place, sink(place / "truth", ".csv") as truths:
        columns = COLUMNS if campaign is None else (*COLUMNS, *OF_CAMPAIGN)
        truths.write(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))
        written: dict[Path, int] = {}
        for file in plans:
            with sink(place / file.path.name, out.suffix or ".csv", separator) as target:
                bounds = [*range(0, file.records, chunk_rows), file.records]
                written[file.path] = 0
                for start, stop in pairwise(bounds):
                    name, before = str(file.path.relative_to(out.parent)), written[file.path]
                    told, count = maker.write(file, start, stop, target, name, before)
                    written[file.path] += count
                    truths.write(told)
                    counts.update(told["code"])
                    done += stop - start
                    if progress is not None:
                        progress(done)
        _deliver(place, plans, out)
        (place / "truth").replace(truth)
    days = (campaign.day, campaign.notice) if campaign else None
    return SampleReport(written, truth, dict(sorted(counts.items())), days)


@dataclass(frozen=True)
class _Maker:
    """Makes and writes one chunk."""

    records: Records
    defects: Defects
    mess: Mess
    headers: dict[str, str]
    carriers: Sequence[Carrier]
    campaign: Campaign | None = None
    _newcomers: dict[str, pl.DataFrame] = field(default_factory=dict)

    def write(
        self, file: FilePlan, start: int, stop: int, target: Sink, path: str, before: int
    ) -> tuple[pl.DataFrame, int]:
        """Write rows `start` to `stop` − 1 of a file, below `before` others; return the truth, and how many it were."""
        frame = self.records.frame(file, start, stop)
        if self.campaign:
            frame = self._staged(self.campaign, frame, before)
        elif self.defects.share or self.mess.share:
            frame = self._disturbed(frame)
        there = frame.filter(pl.col("_row").is_not_null()) if self.campaign else frame
        target.write(there.select(pl.col(name).alias(header) for name, header in self.headers.items()))
        return truth_of(frame, path), there.height

    def _staged(self, campaign: Campaign, frame: pl.DataFrame, before: int) -> pl.DataFrame:
        """Return the chunk as a stage of a campaign shows it; what is gone has no row."""
        marked = frame.with_columns(_defect=self.defects.chosen())
        shown = [*self.headers, "_row", "_code", "_column"]
        hit = marked.filter("_defect")
        others = marked.lazy().filter(~pl.col("_defect")).select(shown).collect()
        nothing = {"_became": pl.lit(None, dtype=pl.String), "_gone": pl.lit(value=False)}
        damaged = self.defects.apply(hit, shown)
        staged = campaign.apply(hit, damaged, shown, self._people)
        whole = pl.concat([others.with_columns(**nothing), staged]).sort("_row")
        there = (~pl.col("_gone")).cast(pl.UInt64).cum_sum() - 1 + before
        return whole.with_columns(_row=pl.when(~pl.col("_gone")).then(there))

    def _people(self, operator: str) -> pl.DataFrame:
        """Return records of an operator whose people may be given a number: sound, of the law of today, of one number.

        They are among the first of the operator's records, whatever the chunks.
        """
        if operator not in self._newcomers:
            carrier = next(one for one in self.carriers if one.name == operator)
            plan = FilePlan(Path(), "", carrier.first, carrier.records)
            frame = self.records.frame(plan, 0, min(carrier.records, _FIRST)).with_columns(
                _defect=self.defects.chosen()
            )
            latest = pl.col("_day") >= self._law_from()
            sound = ~pl.col("_defect") & pl.col("_solo") & pl.col("_individual") & pl.col("_terminated").is_null()
            card = pl.col("_paper").is_in([Paper.CCCD, Paper.CAN_CUOC]) & (pl.col("_kind") == Kind.ADULT)
            lasting = pl.col("_valid").is_null() | (pl.col("_valid") > self._law_from() + _LASTING)
            found = frame.filter(latest & sound & card & lasting & pl.col("_updated").is_null())
            self._newcomers[operator] = found.select(*self.headers, "_row", "_code", "_column", "_g")
        return self._newcomers[operator]

    def _law_from(self) -> int:
        """Return since when the law is in force that judges who is given a number."""
        given = days_of(self.campaign.when["given"]) if self.campaign else 0
        return max((start for start in self.records.law.eras if start <= given), default=0)

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


def _of_subscribers(rules_dir: Path) -> frozenset[str]:
    """Return the codes of errors that subscribers put right."""
    rules = read_rulebook(home=rules_dir).rules
    return frozenset(rule.code for rule in rules if rule.remedy == SUBSCRIBER and rule.severity == "error")


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
