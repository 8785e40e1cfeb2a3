"""Counts, clause by clause, the numbers and points of sale of errors that point to an act which the law fines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import ROW
from thuebao.base.spill import Spill
from thuebao.engine.distinct import Distinct
from thuebao.results.exposure import Exposure, Exposures, Sign
from thuebao.results.result import AuditResult, ExportFinding
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.fines import (
    ACT,
    DAYS,
    ENTERPRISE,
    POINT,
    Condition,
    Fine,
    Fines,
    Ladder,
    Pointer,
    conditions_of,
)
from thuebao.rulebook.read_fines import read_fines

_NUMBER, _POINT = "subscriber_number", "registration_point"
"""The facts by which numbers and points of sale are told apart; NULL where there is none that could be."""
_NOW, _BEFORE, _UNDATED = "now", "before", "undated"
_PERIODS = (_NOW, _BEFORE, _UNDATED)
_WHO, _KNOWN = "_who", "_known"


@dataclass(frozen=True)
class _Measured:
    """One ladder of a clause, and the rules whose errors it counts; `name` makes its marks."""

    name: str
    fine: Fine
    ladder: Ladder
    pointers: tuple[Pointer, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(f"{self.name}_{period}" for period in _PERIODS)


@dataclass(frozen=True)
class _Counted:
    """The counts of an Exposure."""

    count: int
    unidentified: int
    files: int
    before: int
    undated: int


@dataclass(frozen=True)
class ExposurePlan:
    """What is counted of records with errors, on an audit of the day `as_of`."""

    fines: Fines
    measured: tuple[_Measured, ...]
    as_of: date

    @classmethod
    def of(cls, rulebook: Rulebook, as_of: date) -> ExposurePlan:
        """Return what the rules of a run point to. Raises RuleError where what the law provides for cannot be read."""
        fines = read_fines(rulebook.reference, rulebook.by_code)
        measured = []
        for fine in fines.of_carriers:
            errors = tuple(p for p in fine.pointers if rulebook.by_code[p.code].severity == "error")
            measured += [_Measured(f"{fine.id}_{n}", fine, ladder, errors) for n, ladder in enumerate(fine.ladders)]
        return cls(fines, tuple(m for m in measured if m.pointers), as_of)

    def count(self, folder: Path) -> ExposureCount:
        """Return a count that has not begun. folder: for what has to lie on disk."""
        return ExposureCount(self, folder)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that are wanted of records with findings."""
        days = {DAYS[m.fine.day] for m in self.measured} - {None}
        conditions = (condition.fact for condition in conditions_of([m.fine for m in self.measured]))
        return frozenset({_NUMBER, _POINT, *(day for day in days if day), *conditions})

    @property
    def marks(self) -> list[str]:
        """The columns that say of a record what it counts for."""
        return [mark for m in self.measured for mark in m.marks]

    def marked(self, records: pl.DataFrame, codes: Collection[str]) -> pl.DataFrame:
        """Return those of records, with a Boolean column for each of `codes`, that count, and for which clauses."""
        columns = [column for m in self.measured for column in self._marks(m, codes)]
        marked = records.select(ROW, "operator", _NUMBER, _POINT, *columns)
        return marked.filter(pl.any_horizontal(self.marks))

    def _marks(self, measured: _Measured, codes: Collection[str]) -> Iterator[pl.Expr]:
        pointing = [_asked(pl.col(p.code), p.condition) for p in measured.pointers if p.code in codes]
        if not pointing:
            yield from (pl.lit(value=False).alias(mark) for mark in measured.marks)
            return
        points = _asked(pl.any_horizontal(pointing), measured.ladder.condition)
        for period, mark in zip(_PERIODS, measured.marks, strict=True):
            yield (points & self._in_period(measured.fine, period)).fill_null(value=False).alias(mark)

    def _in_period(self, fine: Fine, period: str) -> pl.Expr:
        fact = DAYS[fine.day]
        if fact is None:
            return pl.lit(period == (_NOW if self.as_of >= self.fines.since else _BEFORE))
        day, since = pl.col(fact), self.fines.since
        # What is said to have happened after the audit has no day that can be believed.
        return {
            _NOW: day.is_between(since, self.as_of),
            _BEFORE: (day < since) & (day <= self.as_of),
            _UNDATED: day.is_null() | (day > self.as_of),
        }[period]


def _asked(holds: pl.Expr, condition: Condition | None) -> pl.Expr:
    if condition is None:
        return holds
    code = pl.col(condition.fact).cast(pl.String)
    return holds & (code.ne_missing(condition.code) if condition.is_not else code.eq_missing(condition.code))


class ExposureCount:
    """The count of one audit, while files are read and then while groups are merged."""

    def __init__(self, plan: ExposurePlan, folder: Path) -> None:
        self._plan, self._folder = plan, folder
        self.rows = Spill(folder, "exposure")
        self._counts: dict[bool, Distinct] = {}

    def add(self, hits: pl.DataFrame, codes: Collection[str]) -> None:
        """Add the records of a batch that have findings, with a Boolean column for each of `codes`."""
        if hits.height:
            self.rows.add(self._plan.marked(hits, codes))

    def settle(self, held: int) -> None:
        """Begin to count, when all files are read; held: how many records may be held in memory."""
        self.rows.finish()
        for of_points in (False, True):
            marks = [mark for m in self._plan.measured if _is_of_points(m) == of_points for mark in m.marks]
            if marks:
                name = "points" if of_points else "numbers"
                keys = ("operator", _KNOWN)
                self._counts[of_points] = Distinct(self._folder, f"distinct-{name}", keys, _WHO, marks, held // 2)
        for part in self.rows.parts:
            self._count(part.read())

    def add_found(self, records: pl.DataFrame, found: Mapping[str, pl.Series]) -> None:
        """Add records that rules across records found: by code, the numbers (ROW) of those that it did."""
        holds = [records[ROW].is_in(rows.implode()).alias(code) for code, rows in found.items()]
        self._count(self._plan.marked(records.with_columns(holds), found))

    def _count(self, marked: pl.DataFrame) -> None:
        for of_points, distinct in self._counts.items():
            value = pl.col(_POINT if of_points else _NUMBER)
            known = value.is_not_null()
            who = pl.coalesce(value, pl.col(ROW).cast(pl.String))  # one without a name is told apart by its record
            distinct.add(marked.with_columns(who.alias(_WHO), known.cast(pl.String).alias(_KNOWN)))

    def result(self, result: AuditResult) -> Exposures:
        """Return what the law provides for; `result`: what the audit found."""
        counted: dict[tuple[str, str, bool], int] = {}
        for distinct in self._counts.values():
            for row in distinct.counts().iter_rows(named=True):
                operator, known = row.pop("operator"), row.pop(_KNOWN) == "true"
                counted |= {(operator, mark, known): count for mark, count in row.items()}
        fines = self._plan.fines
        operators = result.operators["operator"].to_list()
        rows = [row for operator in operators for row in self._of_operator(operator, counted, result)]
        signs = [sign for operator in operators for sign in _signs(operator, fines, result)]
        return Exposures(fines.currency, fines.since, fines.not_computable, fines.caveats, tuple(rows), tuple(signs))

    def _of_operator(
        self, operator: str, counted: Mapping[tuple[str, str, bool], int], result: AuditResult
    ) -> Iterator[Exposure]:
        for m in self._plan.measured:
            now, before, undated = (
                [counted.get((operator, mark, known), 0) for known in (True, False)] for mark in m.marks
            )
            files, is_now = _files(operator, m.pointers, result), self._plan.as_of >= self._plan.fines.since
            of_files = (files, 0) if is_now else (0, files)
            counts = _Counted(now[0], now[1], of_files[0], sum(before) + of_files[1], sum(undated))
            row = self._exposure(operator, m, counts, result)
            if row.count or row.unidentified or row.files or row.before or row.undated:
                yield row

    def _exposure(self, operator: str, m: _Measured, counted: _Counted, result: AuditResult) -> Exposure:
        # An enterprise is fined whatever the count, an act by itself; else what has no name is in no bracket.
        whole = m.ladder.measure in (ENTERPRISE, ACT)
        applied = int(bool(counted.count or counted.unidentified or counted.files)) if whole else counted.count
        bracket = m.ladder.bracket(applied)
        least, most = bracket.amounts(applied) if bracket else (None, None)
        return Exposure(
            operator=operator,
            fine=m.fine.id,
            clause=m.fine.clause,
            short=m.fine.short,
            instrument=m.fine.regime.provision,
            act=m.fine.act,
            measure=m.ladder.measure,
            codes=tuple(_found(operator, (p.code for p in m.pointers), result)),
            **vars(counted),
            bracket=bracket,
            least=least,
            most=most,
            sanctions=m.ladder.sanctions_at(applied) if bracket else (),
            trust=m.fine.trust,
            mapping_trust=m.fine.mapping_trust,
            caveats=self._plan.fines.caveats,
        )


def _is_of_points(measured: _Measured) -> bool:
    return measured.ladder.measure == POINT


def _about(operator: str, codes: Collection[str], result: AuditResult) -> list[ExportFinding]:
    """Return the errors about files with an operator's records."""
    own = {read.path for read in result.inputs if operator in read.operators}
    return [f for f in result.export_findings if f.code in codes and f.path in own and f.severity == "error"]


def _files(operator: str, pointers: Sequence[Pointer], result: AuditResult) -> int:
    return len({finding.path for finding in _about(operator, {p.code for p in pointers}, result)})


def _found(operator: str, codes: Iterator[str], result: AuditResult) -> Iterator[str]:
    """Yield those of some codes that have findings on an operator's records or files."""
    asked = list(dict.fromkeys(codes))
    hit = _violations(operator, result)
    about = {finding.code for finding in _about(operator, asked, result)}
    yield from (code for code in asked if code in about or hit.get(code))


def _violations(operator: str, result: AuditResult) -> dict[str, int]:
    own = result.counts.filter(pl.col("operator") == operator)
    return dict(own.select("code", "violations").iter_rows())


def _signs(operator: str, fines: Fines, result: AuditResult) -> Iterator[Sign]:
    """Yield what is named: signs of an act, and rules that are no errors in this audit."""
    hit = _violations(operator, result)
    for fine in fines.of_carriers:
        severities = {code: result.rulebook.by_code[code].severity for code in (*fine.signs, *_codes(fine))}
        for code, severity in severities.items():
            if hit.get(code) and (code in fine.signs or severity != "error"):
                yield Sign(operator, fine.id, fine.clause, fine.regime.provision, fine.act, code, severity, hit[code])


def _codes(fine: Fine) -> Iterator[str]:
    yield from (pointer.code for pointer in fine.pointers)
