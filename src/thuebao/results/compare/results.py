"""Two results of audits beside each other: what rose, what fell, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from thuebao.base.errors import InputError, UsageError
from thuebao.base.scratch import private_folder
from thuebao.results.compare.document import Counted, Recorded, read_result
from thuebao.results.compare.match import AT_ONCE, NUMBER, check_key, matched, refuse_unlike, scan_findings, store_keys

FailOn = Literal["worse", "any", "never"]


@dataclass(frozen=True)
class Matched:
    """Findings of one operator and rule by their keys: in the new result only, in the old one only, in both."""

    new: int
    fixed: int
    unchanged: int


@dataclass(frozen=True)
class Row:
    """One operator and rule; old or new is None where that result has no count of it."""

    operator: str
    code: str
    old: Counted | None
    new: Counted | None
    matched: Matched | None = None

    @property
    def difference(self) -> int | None:
        """How many violations more there are; None where they cannot be compared."""
        return self.new.violations - self.old.violations if self.old and self.new else None

    @property
    def worse(self) -> bool:
        """Whether there are more violations than before; where nothing was counted before, any are more."""
        return self.new is not None and self.new.violations > (self.old.violations if self.old else 0)

    @property
    def changed(self) -> bool:
        """Whether violations differ, stand on one side only, or are those of other records."""
        others = self.matched is not None and bool(self.matched.new or self.matched.fixed)
        return self.difference != 0 or others


@dataclass(frozen=True)
class Notice:
    """Something to know before two results are compared; its text is compare.`kind`."""

    kind: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Comparison:
    """Two results beside each other; rows by operator, in the order of rules. key: None without findings."""

    old: Recorded
    new: Recorded
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...]
    key: str | None = None

    @cached_property
    def changes(self) -> tuple[Row, ...]:
        """The rows that are not as they were."""
        return tuple(row for row in self.rows if row.changed)

    @property
    def worse(self) -> bool:
        """Whether any rule's violations of any operator are more than they were."""
        return any(row.worse for row in self.rows)

    @property
    def risen(self) -> dict[str, int]:
        """How many violations more there are, by operator; what other rules of it have fewer is not set off."""
        more: dict[str, int] = {}
        for row in self.rows:
            if row.new and row.worse:
                before = row.old.violations if row.old else 0
                more[row.operator] = more.get(row.operator, 0) + row.new.violations - before
        return more

    def exit_code(self, fail_on: FailOn = "worse") -> int:
        """Return 1 when something got worse (or changed at all, for `any`), else 0."""
        return int({"worse": self.worse, "any": bool(self.changes), "never": False}[fail_on])


def compare(
    old: Path,
    new: Path,
    *,
    old_findings: Path | None = None,
    new_findings: Path | None = None,
    key: str = NUMBER,
    at_once: int = AT_ONCE,
    temp_dir: Path | None = None,
) -> Comparison:
    """Compare two results: JSON documents of `thuebao audit`, or manifests.

    With the findings files of both, every finding is looked for in the other one by `key` (match.KEYS),
    about `at_once` of them at a time, with temporary files in `temp_dir`.

    Raises UsageError on what cannot be asked for, InputError on files that cannot be read, findings that are masked
    where numbers are the key, and findings that are not those of their result.
    """
    check_key(key)
    if (old_findings is None) != (new_findings is None):
        raise UsageError("compare_one_findings")
    before, after = read_result(old), read_result(new)
    found = side_by_side(before, after)
    if not old_findings or not new_findings:
        return found
    with private_folder(temp_dir) as folder:
        counted = _matched(before, after, (old_findings, new_findings), key, folder, at_once)
    none = Matched(0, 0, 0)
    rows = tuple(replace(row, matched=counted.get((row.operator, row.code), none)) for row in found.rows)
    return replace(found, rows=rows, key=key)


def side_by_side(old: Recorded, new: Recorded) -> Comparison:
    """Return two results beside each other, by their counts."""
    return Comparison(old, new, tuple(_rows(old, new)), tuple(_notices(old, new)))


def _rows(old: Recorded, new: Recorded) -> Iterator[Row]:
    codes = {code: n for n, code in enumerate(dict.fromkeys([*new.rules, *old.rules]))}
    pairs = {*old.counts, *new.counts}
    for operator, code in sorted(pairs, key=lambda pair: (pair[0], codes[pair[1]])):
        yield Row(operator, code, old.counts.get((operator, code)), new.counts.get((operator, code)))


def _matched(
    old: Recorded, new: Recorded, findings: tuple[Path, Path], key: str, folder: Path, at_once: int
) -> dict[tuple[str, str], Matched]:
    scans = [scan_findings(path) for path in findings]
    for scan, path in zip(scans, findings, strict=True):
        refuse_unlike(scan, path, key)
    pairs = enumerate(zip(scans, findings, strict=True))
    before, after = (store_keys(scan, path, key, folder, str(n)) for n, (scan, path) in pairs)
    found = matched(before, after, at_once)
    for name, result, path in zip(("old", "new"), (old, new), findings, strict=True):
        _check_belong(found.select("operator", "code", name), result, path)
    return {
        (row["operator"], row["code"]): Matched(row["added"], row["fixed"], row["unchanged"])
        for row in found.iter_rows(named=True)
    }


def _check_belong(found: pl.DataFrame, result: Recorded, path: Path) -> None:
    """Raise InputError unless there are as many findings as the result counted violations."""
    listed = {(operator, code): count for operator, code, count in found.iter_rows() if count}
    counted = {pair: count.violations for pair, count in result.counts.items() if count.violations}
    for operator, code in sorted({*listed, *counted}):
        there, said = listed.get((operator, code), 0), counted.get((operator, code), 0)
        if there != said:
            raise InputError(
                "findings_of_another",
                path=path,
                result=result.path,
                operator=operator,
                code=code,
                findings=there,
                violations=said,
            )


def _notices(old: Recorded, new: Recorded) -> Iterator[Notice]:
    for result in (old, new):
        if result.unreadable:
            yield Notice("incomplete", {"path": str(result.path), "count": result.unreadable})
    for kind, before, after in (
        ("law_differs", old.law, new.law),
        ("as_of_differs", old.as_of, new.as_of),
        ("where_differs", old.where or "–", new.where or "–"),
        ("version_differs", old.version, new.version),
    ):
        if before != after:
            yield Notice(kind, {"old": before, "new": after})
    yield from _only_in(old, new)
    yield from _only_in(new, old)
    both = [code for code in new.rules if code in old.rules]
    if differing := [code for code in both if old.rules[code] != new.rules[code]]:
        yield Notice("settings_differ", {"codes": ", ".join(differing)})
    if differing := [code for code in both if old.status[code] != new.status[code]]:
        yield Notice("status_differs", {"codes": ", ".join(differing)})


def _only_in(one: Recorded, other: Recorded) -> Iterator[Notice]:
    for kind, names, others in (
        ("operators_only", one.operators, other.operators),
        ("rules_only", one.rules, other.rules),
    ):
        if only := [name for name in names if name not in others]:
            yield Notice(kind, {"path": str(one.path), "names": ", ".join(only)})
