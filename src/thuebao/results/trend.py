"""Several results of audits in the order of their days: by operator, rule and province. What one lacks is a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from thuebao.base.errors import InputError, UsageError
from thuebao.results.compare.document import Counted, Operator, Recorded, parsed, place_of, result_in
from thuebao.results.compare.results import Notice, side_by_side
from thuebao.results.result import EVALUATED, PARTLY

SCHEMA = "thuebao-trend/1"
PROVINCES = ("province_now", "province")
"""Columns of a breakdown that name a province; the first that a result has counts."""

Key = TypeVar("Key")
Value = TypeVar("Value", bound=Struct)


@dataclass(frozen=True)
class Series(Generic[Key, Value]):
    """What was counted of one operator, rule or province, result by result; None is a gap."""

    key: Key
    points: tuple[Value | None, ...]


@dataclass(frozen=True)
class Step:
    """A change from one result to the next: of what is in violation, of what it is among, and of its share."""

    part: int
    whole: int
    share: float | None


@dataclass(frozen=True)
class Trend:
    """Results by their days, oldest first, and what was counted in each.

    rules: over all operators; notices: of a result, by its day, and the one before it; province: the column that
    provinces are counted by.
    """

    results: tuple[Recorded, ...]
    days: tuple[date, ...]
    total: Series[None, Operator]
    operators: tuple[Series[str, Operator], ...]
    rules: tuple[Series[str, Counted], ...]
    operator_rules: tuple[Series[tuple[str, str], Counted], ...]
    province: str | None
    provinces: tuple[Series[str | None, Operator], ...]
    notices: tuple[tuple[date, Notice], ...]

    def severity(self, code: str) -> str:
        """Return the severity of a rule in the latest result that has it."""
        return str(next(r.rules[code]["severity"] for r in reversed(self.results) if code in r.rules))


class _Row(Operator, frozen=True, kw_only=True):
    values: dict[str, str | None]


class _Breakdown(Struct):
    by: list[str]
    rows: list[_Row]
    left_out: dict[str, int] | None = None


class _Document(Struct):
    as_of: date
    breakdown: _Breakdown | None = None


def part_and_whole(value: Struct) -> tuple[int, int]:
    """Return how many are in violation, among how many."""
    if isinstance(value, Operator):
        return value.records_with_errors, value.records
    assert isinstance(value, Counted)
    return value.violations, value.evaluated


def share_of(value: Struct) -> float | None:
    """Return the share that is in violation, for reading; None of nothing."""
    part, whole = part_and_whole(value)
    return round(part / whole, 6) if whole else None


def steps(points: Sequence[Value | None]) -> Iterator[Step | None]:
    """Yield the change from each result to the next, None first and where either is a gap."""
    yield None
    for before, after in pairwise(points):
        if before is None or after is None:
            yield None
            continue
        (part, whole), (new_part, new_whole) = part_and_whole(before), part_and_whole(after)
        share, new_share = share_of(before), share_of(after)
        known = share is not None and new_share is not None
        yield Step(new_part - part, new_whole - whole, round(new_share - share, 6) if known else None)  # type: ignore[operator]


def read_trend(paths: Sequence[Path], least: int = 2) -> Trend:
    """Return the results in files, which may come in any order.

    Raises UsageError where there are fewer than `least`, or two of one day; InputError where a file holds none.
    """
    if len(paths) < least:
        raise UsageError("trend_too_few", count=len(paths), least=least)
    read = sorted((_read(path) for path in paths), key=lambda one: one.day)
    for one, other in pairwise(read):
        if one.day == other.day:
            raise UsageError("trend_same_day", day=one.day, path=one.result.path, other=other.result.path)
    return _trend(read)


@dataclass(frozen=True)
class _Read:
    day: date
    result: Recorded
    province: str | None
    provinces: Mapping[str | None, Operator] | None


def _read(path: Path) -> _Read:
    document = parsed(path)
    result = result_in(document, path)
    try:
        found = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise InputError("compare_shape", path=path, place=place_of(error)) from None
    by = found.breakdown.by if found.breakdown else []
    column = next((name for name in PROVINCES if name in by), None)
    if not column or not found.breakdown or found.breakdown.left_out:  # a sum of some rows is no province's
        return _Read(found.as_of, result, None, None)
    if any(column not in row.values for row in found.breakdown.rows):
        raise InputError("compare_shape", path=path, place=f"breakdown.rows[].values.{column}")
    provinces: dict[str | None, Operator] = {}
    for row in found.breakdown.rows:
        name = row.values[column]
        provinces[name] = _added([provinces[name], row]) if name in provinces else _added([row])
    return _Read(found.as_of, result, column, provinces)


def _added(counts: Iterable[Operator]) -> Operator:
    some = list(counts)
    return Operator(
        sum(c.records for c in some),
        sum(c.records_with_errors for c in some),
        sum(c.records_with_findings for c in some),
    )


def _trend(read: Sequence[_Read]) -> Trend:
    results = tuple(one.result for one in read)
    # Provinces of today and former ones are not told apart by their names: of several ways to count, the latest.
    column = next((one.province for one in reversed(read) if one.province), None)
    provinces = [one.provinces if one.provinces is not None and one.province == column else {} for one in read]
    codes = list(dict.fromkeys(code for result in reversed(results) for code in result.rules))
    pairs = sorted({pair for r in results for pair in r.counts}, key=lambda pair: (pair[0], codes.index(pair[1])))
    return Trend(
        results=results,
        days=tuple(one.day for one in read),
        total=Series(None, tuple(_added(r.operators.values()) for r in results)),
        operators=_series(sorted({name for r in results for name in r.operators}), [r.operators.get for r in results]),
        rules=_series(codes, [_rules_of(r).get for r in results]),
        operator_rules=_series(pairs, [r.counts.get for r in results]),
        province=column,
        provinces=_series(
            sorted({name for some in provinces for name in some}, key=lambda name: (name is None, name or "")),
            [some.get for some in provinces],
        ),
        notices=tuple(_notices(read)),
    )


def _series(keys: Iterable[Any], getters: Sequence[Callable[[Any], Any]]) -> tuple[Series[Any, Any], ...]:
    return tuple(Series(key, tuple(get(key) for get in getters)) for key in keys)


def _rules_of(result: Recorded) -> dict[str, Counted]:
    """Return the counts of rules over all operators, of those that were evaluated at all."""
    sums = {code: (0, 0) for code, status in result.status.items() if status in (EVALUATED, PARTLY)}
    for (_, code), counted in result.counts.items():
        evaluated, violations = sums.get(code, (0, 0))
        sums[code] = evaluated + counted.evaluated, violations + counted.violations
    return {code: Counted(*both) for code, both in sums.items()}


def _notices(read: Sequence[_Read]) -> Iterator[tuple[date, Notice]]:
    """Yield what makes a result less comparable with the one before it; what one lacks is said once."""
    said = set()
    for old, new in pairwise(read):
        for notice in side_by_side(old.result, new.result).notices:
            seen = (notice.kind, tuple(notice.values.items()))
            if notice.kind == "as_of_differs" or (notice.kind == "incomplete" and seen in said):
                continue
            said.add(seen)
            yield new.day, notice
