"""The findings about a file: what it lacks, what its columns' values speak against, what was not judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.base.foreign_text import harmless, mask_text
from thuebao.base.messages import decimal, text
from thuebao.engine.file_audit import FileAudit, month_first
from thuebao.facts.codes import CODED
from thuebao.facts.text import Cleaning
from thuebao.results.own import is_ours
from thuebao.results.result import ExportFinding
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.columns import columns, raw
from thuebao.rulebook.reference import Reference
from thuebao.rulebook.rule import Rule
from thuebao.sources import PassedOver
from thuebao.sources.passed_over import OWN

_SHOWN = 3
"""Most frequent values that are named."""
_MOST_DISTINCT = 100_000
"""Distinct values of a column that are told apart while the most frequent are counted."""
_FORM_SHARE = 0.5
"""Share of a column's values from which their form is named."""


@dataclass(frozen=True)
class Unlike:
    """A column whose values are hardly ever what its kind allows.

    count: values that are not; most: the most frequent of them; form: a name of rules/reference/file_findings.toml.
    """

    count: int
    most: tuple[str, ...]
    form: str | None


@dataclass(frozen=True)
class Doubts:
    """Columns of a file that were misread, or whose values need a mapping.

    month_first: date columns; swapped: those whose days a workbook took for months; unlike: by column; valueless: those
    whose values are not in the file. ignored: those that count as absent.
    """

    month_first: frozenset[str]
    unlike: Mapping[str, Unlike]
    valueless: frozenset[str] = frozenset()
    swapped: frozenset[str] = frozenset()

    @property
    def ignored(self) -> frozenset[str]:
        """The columns that count as absent."""
        return self.month_first | self.swapped | self.valueless | (self.unlike.keys() & set(CODED))


def doubts_of(audit: FileAudit, rulebook: Rulebook) -> Doubts:
    """Return what speaks against the columns of a file that was read; it is read again where the answer needs it.

    Raises InputError where it cannot be.
    """
    by_name = {rule.name: dict(rule.parameters) for rule in rulebook.export_rules}
    least = by_name["dates-month-first"]["values"]
    first = month_first(audit.export, audit.observed.suspected_dates(least), audit.observed)
    unlike = audit.observed.unlike(**by_name["values-unlike-column"])
    valueless = audit.export.valueless(audit.records)
    swapped = audit.observed.swapped_dates(**rulebook.reference.document("file_findings")["month_first"]["imported"])
    swapped -= first | valueless
    counts = {name: count for name, count in unlike.items() if name not in first | swapped | valueless}
    return Doubts(
        frozenset(first), _looked_up(audit, counts, rulebook.reference), frozenset(valueless), frozenset(swapped)
    )


def _looked_up(audit: FileAudit, unlike: Mapping[str, int], reference: Reference) -> dict[str, Unlike]:
    """Return the most frequent values of columns, and their form where most have one."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in unlike}
    present = Cleaning(reference).present
    for batch in audit.export.again.batches(set(unlike)) if unlike else ():
        for name, counter in seen.items():
            counted = batch.records[raw(name)].drop_nulls().str.strip_chars().value_counts()
            counter.update(dict(counted.filter(present(counted.to_series())).iter_rows()))
            if len(counter) > _MOST_DISTINCT:
                seen[name] = Counter(dict(counter.most_common(_MOST_DISTINCT // 2)))
    return {
        name: Unlike(unlike[name], tuple(v for v, _ in counter.most_common(_SHOWN)), _form(counter, reference))
        for name, counter in seen.items()
    }


def _form(values: Counter[str], reference: Reference) -> str | None:
    frame = pl.DataFrame({"value": list(values), "count": list(values.values())})
    most = int(int(frame["count"].sum()) * _FORM_SHARE)
    forms: dict[str, str] = reference.document("file_findings")["forms"]
    for name, pattern in forms.items():
        if int(frame.filter(pl.col("value").str.contains(pattern))["count"].sum()) > most:
            return name
    return None


def silenced(ignored: frozenset[str], rulebook: Rulebook) -> set[str]:
    """Return the codes of rules that say nothing about a file in which these columns count as absent."""
    prefixes = rulebook.reference.document("file_findings")["silences"]
    some = tuple(prefix for column in ignored for prefix in prefixes.get(column, ()))
    return {rule.code for rule in rulebook.rules if some and rule.code.startswith(some)}


def file_findings(
    audit: FileAudit, doubts: Doubts, rulebook: Rulebook, selected: frozenset[str]
) -> Iterator[ExportFinding]:
    """Yield the findings about a file, in the order of the rules."""
    for rule in rulebook.export_rules:
        if rule.code in selected and rule.name in _FINDERS:
            yield from _FINDERS[rule.name](_Finder(audit, doubts, rulebook, rule))


@dataclass(frozen=True)
class _Finder:
    """Finds what one rule about files says of one file."""

    audit: FileAudit
    doubts: Doubts
    rulebook: Rulebook
    rule: Rule

    def _finding(
        self, detail: str, column: str | None = None, rule: str | None = None, count: int | None = None
    ) -> ExportFinding:
        return ExportFinding(self.rule.code, self.audit.export.path, self.rule.severity, detail, column, rule, count)

    def _header(self, column: str) -> str:
        return harmless(self.audit.export.header.mapped[column])

    def absent(self) -> Iterator[ExportFinding]:
        for group in self.rule.needs or ():
            if self.audit.export.header.mapped.keys().isdisjoint(group):
                yield self._finding(" | ".join(group), column=group[0])

    def rejected(self) -> Iterator[ExportFinding]:
        if count := self.audit.rejections.count:
            yield self._finding(self.audit.rejections.described(), count=count)

    def converted(self) -> Iterator[ExportFinding]:
        if names := self.audit.export.converted_from:
            yield self._finding("; ".join(text(f"encoding.{name}") for name in names))

    def unknown(self) -> Iterator[ExportFinding]:
        names = ", ".join(self._unknown)
        if names:
            yield self._finding(names, column=names, count=len(self._unknown))

    @property
    def _unknown(self) -> list[str]:
        return [name.strip() for name in self.audit.export.header.unknown]

    def breaks_most(self) -> Iterator[ExportFinding]:
        limits = dict(self.rule.parameters)
        without = self.rulebook.reference.document("file_findings")["breaks_most"]["without"]
        counts = self.audit.tally.counts().rules.group_by("code").agg(pl.col("evaluated", "violations").sum())
        row_rules = {rule.code: rule for rule in self.rulebook.rules if not rule.grouping and rule.code not in without}
        for code, evaluated, violations in counts.sort("code").iter_rows():
            broken = violations * 100 > limits["percent"] * evaluated
            if code in row_rules and evaluated >= limits["records"] and broken:
                detail = text(
                    "export_finding.breaks_most",
                    code=code,
                    name=row_rules[code].name,
                    share=decimal(100 * violations / evaluated, 1),
                    evaluated=evaluated,
                    unknown=", ".join(self._unknown) or "–",
                )
                yield self._finding(detail, rule=code, count=violations)

    def past_retention(self) -> Iterator[ExportFinding]:
        if count := self.audit.observed.past_retention:
            years = self.rulebook.law.retention_years
            yield self._finding(text("export_finding.past_retention", count=count, years=years), count=count)

    def month_first(self) -> Iterator[ExportFinding]:
        for column in sorted(self.doubts.month_first):
            said = text("export_finding.month_first", header=self._header(column), column=column)
            yield self._finding(said, column=column)
        for column in sorted(self.doubts.swapped):
            said = text("export_finding.month_swapped", header=self._header(column), column=column)
            yield self._finding(said, column=column)

    def unlike(self) -> Iterator[ExportFinding]:
        for column, found in sorted(self.doubts.unlike.items()):
            values = map(mask_text, found.most) if columns()[column].personal else found.most
            said = text(
                "export_finding.unlike",
                header=self._header(column),
                column=column,
                count=found.count,
                values=", ".join(map(harmless, values)),
            )
            form = text(f"value_form.{found.form}") if found.form else ""
            ignored = text("export_finding.counts_as_absent") if column in self.doubts.ignored else ""
            yield self._finding(" ".join(filter(None, (said, form, ignored))), column=column, count=found.count)

    def column_of_49(self) -> Iterator[ExportFinding]:
        for column in self.audit.observed.lacking():
            if column not in self.audit.export.header.mapped:
                yield self._finding(text(f"export_finding.lacks_{column}", column=column), column=column)


_FINDERS: dict[str, Callable[[_Finder], Iterator[ExportFinding]]] = {
    "statutory-column-absent": _Finder.absent,
    "records-rejected": _Finder.rejected,
    "text-converted": _Finder.converted,
    "column-unknown": _Finder.unknown,
    "rule-breaks-most-records": _Finder.breaks_most,
    "records-past-retention": _Finder.past_retention,
    "dates-month-first": _Finder.month_first,
    "values-unlike-column": _Finder.unlike,
    "column-of-49-absent": _Finder.column_of_49,
}
"""What finds the findings of each rule about files, by its name."""


def recognised(passed: PassedOver) -> PassedOver:
    """Return a file that was passed over by its name, as our own if it is what an audit writes."""
    return passed._replace(reason=OWN) if passed.reason != OWN and is_ours(Path(passed.path)) else passed


def passed_over_findings(
    passed_over: Iterable[PassedOver], rulebook: Rulebook, selected: frozenset[str]
) -> Iterator[ExportFinding]:
    """Yield a finding for each large file that was passed over and is not our own."""
    for rule in rulebook.export_rules:
        if rule.name == "files-passed-over" and rule.code in selected:
            for path, reason, size in passed_over:
                if reason != OWN and size is not None and size >= dict(rule.parameters)["bytes"]:
                    because = text(f"passed_over_because.{reason}")
                    said = text("export_finding.passed_over", bytes=size, because=because)
                    yield ExportFinding(rule.code, path, rule.severity, said)
