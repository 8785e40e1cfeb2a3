"""What is worked out for the records of a file: which rules, over which facts, in which order.

A plan depends only on the rulebook, the options and the columns that a file has, so files of one layout share it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import polars as pl

from thuebao.base.errors import RuleError
from thuebao.base.helper_columns import ERA, ERROR, HIT, INSIDE, ROW
from thuebao.engine.groups.search import Search, compile_search
from thuebao.engine.groups.staging import Staging
from thuebao.engine.observe import Watch
from thuebao.engine.steps import Conditions, Step, any_of, steps_of
from thuebao.facts import (
    Facts,
    all_facts,
    given_columns,
    layers,
    needed_columns,
    raw_columns,
    resting_on,
    with_constants,
    without_second_looks,
)
from thuebao.facts.registration import ended_before, past_retention
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.columns import columns, given, raw
from thuebao.rulebook.law import Law
from thuebao.rulebook.rule import ABSENT, Needs, Rule
from thuebao.rulebook.sql import FAILURES, blaming, compile_rule

_COMPILED_KEPT = 8
"""Compiled rulebooks that are kept: of one process, which may audit under several laws or days."""


def lacking(needs: Needs, present: Collection[str]) -> list[str]:
    """Return the columns that a rule lacks in a file with the columns `present`, or that it must not have (NOT)."""

    def met(column: str) -> bool:
        if column.startswith(ABSENT):
            return column.removeprefix(ABSENT) not in present
        # The operator is always known: from its column, the user, or the file's name.
        return column in present or column == "operator"

    return [" | ".join(group) for group in needs if not any(map(met, group))]


@dataclass(frozen=True)
class CompiledRule:
    """A rule ready to run: its two predicates, those of its cases, and the columns without which it says nothing."""

    rule: Rule
    applies: pl.Expr
    violation: pl.Expr
    needs: Needs
    cases: tuple[pl.Expr, ...] = ()

    @property
    def case_columns(self) -> tuple[str, ...]:
        """The columns that say of each case whether it holds."""
        return tuple(f"_{self.rule.code}_{n}" for n in range(len(self.cases)))

    @property
    def era_column(self) -> str:
        """The column of the era whose law a finding rests on."""
        return era_of(self.rule.law_day) if self.rule.law_day else ERA


def era_of(day: str) -> str:
    """Return the name of the fact that has the era of another fact, a day."""
    return f"_era_of_{day}"


@dataclass(frozen=True)
class Compilation:
    """Every rule of a run, compiled, and the facts they rest on, with their types."""

    rules: tuple[CompiledRule, ...]
    searches: tuple[Search, ...]
    facts: Facts
    schema: Mapping[str, pl.DataType]
    watch: Watch

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """By code, the columns without which a rule says nothing."""
        return {c.rule.code: c.needs for c in self.rules} | {s.code: s.needs for s in self.searches}


@lru_cache(_COMPILED_KEPT)
def compile_rules(rulebook: Rulebook, as_of: date, law: str) -> Compilation:
    """Return the compiled rules of `rulebook`. Raises RuleError on a predicate that cannot be used."""
    facts = all_facts(rulebook.reference, as_of, rulebook.law.day_of(law))
    facts["era"] = _era_name(rulebook.law)
    facts["_era_by_day"] = rulebook.law.era_index(pl.col("_era_day"))
    facts[ERA] = rulebook.law.with_stock(pl.col("_era_by_day"), as_of, ended_before)
    for era in rulebook.law.era_ids:
        facts[f"in_era_{era.lower().replace('+', '_stock')}"] = rulebook.law.in_eras([era], pl.col(ERA))
    facts["is_past_retention"] = past_retention(as_of, rulebook.law.retention_years)
    schema, of_law = _schema(facts), rulebook.law
    for day in {rule.law_day for rule in rulebook.rules if rule.law_day}:
        if schema.get(day) == pl.Date:
            facts[era_of(day)] = of_law.era_index(pl.col(day))
    rules = tuple(_compile(rule, facts, schema, of_law) for rule in rulebook.rules if not rule.grouping)
    searches = tuple(compile_search(r, r.grouping, facts, schema, of_law) for r in rulebook.rules if r.grouping)
    return Compilation(rules, searches, facts, schema, Watch.of(rulebook.reference, facts, schema))


def _era_name(law: Law) -> pl.Expr:
    return pl.col(ERA).cat.to(pl.Enum(law.era_ids))


def _schema(facts: Facts) -> Mapping[str, pl.DataType]:
    batch: dict[str, pl.DataType] = {raw(name): pl.String() for name in columns()}
    batch |= {given(name): pl.Boolean() for name in given_columns(facts, facts)}
    frame = pl.LazyFrame(schema=batch)
    for layer in layers(facts, facts):
        frame = frame.with_columns(layer.values())
    return frame.collect_schema()


def _compile(rule: Rule, facts: Facts, schema: Mapping[str, pl.DataType], law: Law) -> CompiledRule:
    violation = compile_rule(rule, rule.violation or "FALSE", schema)
    applies = law.in_eras(rule.eras, pl.col(ERA)) & ~pl.col("is_past_retention")
    if rule.applies:
        applies &= compile_rule(rule, rule.applies, schema)
    needs = rule.needs
    if needs is None:
        needs = tuple((c,) for c in needed_columns(facts, violation.meta.root_names()))
    cases = tuple(compile_rule(rule, case.when, schema) for case in rule.cases)
    if rule.law_day and schema.get(rule.law_day) != pl.Date:
        reason = str(RuleError("rule_law_day", name=rule.law_day))
        raise RuleError("rule_predicate", path=rule.source, code=rule.code, reason=reason)
    return CompiledRule(rule, applies, violation, needs, cases)


@dataclass(frozen=True)
class Wanted:
    """What an audit wants of every record besides its findings: what is shown, and what is staged.

    selected: codes; shown: facts; where: which records are judged (None: all); staging: for rules across records;
    keys: those of the facts that records are counted by; seen: facts that somebody looks at in every record.
    """

    selected: frozenset[str]
    shown: frozenset[str]
    where: pl.Expr | None
    staging: Staging
    keys: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()

    @property
    def of_findings(self) -> frozenset[str]:
        """The facts that are wanted of records with findings alone: which these are is known before others read on."""
        return self.shown - self.keys - self.seen if not self.staging.searches else frozenset()

    @property
    def staged(self) -> list[str]:
        """The columns that are staged of every record."""
        staging, inside = self.staging, [INSIDE] if self.where is not None else []
        columns = {*self.shown, *staging.facts, *staging.part_columns, *inside}
        return [ROW, ERA, HIT, ERROR, *sorted(columns)]


@dataclass(frozen=True, eq=False)
class Plan:
    """How the batches of one kind of file are worked out."""

    active: tuple[CompiledRule, ...]
    codes: tuple[str, ...]  # of the active rules, those across records after the others
    scopes: tuple[str, ...]  # for each of them, the column that says which records it applies to
    judged: tuple[str, ...]  # the columns that counts and findings are made of, without what is only staged
    wanted: frozenset[str]  # the canonical columns to read
    watched: tuple[str, ...]  # the columns that findings about the file rest on
    _shown: frozenset[str]  # what says something of a finding, whichever rule's it is, and what that rests on
    _absent: tuple[str, ...]
    _given: tuple[pl.Expr, ...]
    _names_operator: pl.Expr
    _steps: tuple[Step, ...]
    _predicates: tuple[tuple[Rule | None, pl.Expr], ...]  # of rules, and (None) of --where
    _of_findings: tuple[Facts, ...]  # what is worked out for records with findings alone

    def evaluate(
        self, batch: pl.DataFrame, operator: str | None, first_row: int = 0, places: pl.Series | None = None
    ) -> pl.DataFrame:
        """Return what is shown and staged, the scopes, a Boolean column per active rule (its code), HIT and ERROR.

        `batch` holds raw columns; `operator` is that of the records which do not name their own;
        `first_row` is the number of the batch's first record, from which ROW counts; `places` says for each record
        where it stands after that, if not all stand in a row.
        """
        known = {raw("operator"): operator}
        absent = (pl.lit(known.get(c), dtype=pl.String).alias(c) for c in self._absent)
        frame = batch.with_columns(*self._given, *absent)
        if operator is not None and raw("operator") in batch.columns:
            frame = frame.with_columns(pl.when(self._names_operator).then(raw("operator")).otherwise(pl.lit(operator)))
        for step in self._steps:
            try:
                frame = step.of(frame)
            except FAILURES:
                self._blame(frame)
                raise
        hitting = self._hitting(frame)
        errors = any_of(frame, (c.rule.code for c in hitting if c.rule.severity == "error"))
        others = any_of(frame, (c.rule.code for c in hitting if c.rule.severity != "error"))
        frame = frame.hstack([(errors | others).alias(HIT), errors.alias(ERROR)])
        if places is None:
            return frame.with_row_index(ROW, offset=first_row)
        return frame.insert_column(0, (places + first_row).cast(pl.UInt32).alias(ROW))

    def _blame(self, frame: pl.DataFrame) -> None:
        """Raise the error of the rule, or of --where, whose predicate cannot be worked out for these records."""
        for rule, predicate in self._predicates:
            if set(predicate.meta.root_names()) <= set(frame.columns):
                with blaming(rule):
                    frame.select(predicate)

    def with_findings(self, judged: pl.DataFrame) -> tuple[pl.DataFrame, list[CompiledRule]]:
        """Return the records with findings, with what is shown of a finding, and the rules that found them.

        Of the rules that found nothing, most of them, nothing is looked at.
        """
        hitting = self._hitting(judged)
        used = {name for c in hitting for name in (c.rule.code, *c.case_columns, c.era_column)}
        used |= {raw(field) for c in hitting for field in c.rule.fields if field}
        used |= self._shown
        hits = judged[:, [name for name in self.judged if name in used]].filter(judged[HIT])
        for layer in self._of_findings:
            hits = hits.with_columns(**layer)
        return hits, hitting

    def _hitting(self, frame: pl.DataFrame) -> list[CompiledRule]:
        """Return the rules that found something among these records."""
        found = frame[:, [c.rule.code for c in self.active]].get_columns()
        return [c for c, hits in zip(self.active, found, strict=True) if hits.any()]


@dataclass(frozen=True)
class Columns:
    """What a plan for a file depends on: the canonical columns present, and the codes of rules that say nothing."""

    present: frozenset[str]
    silent: frozenset[str] = frozenset()


def plan_for(compilation: Compilation, wanted: Wanted, columns_of: Columns) -> Plan:
    """Return the plan for a file with some columns."""
    present, silenced = columns_of.present, columns_of.silent
    staging, selected = wanted.staging, wanted.selected - silenced
    active = tuple(c for c in compilation.rules if c.rule.code in selected and not lacking(c.needs, present))
    silent = {s.code for s in staging.searches if s.code in silenced or lacking(s.needs, present)}
    searches = [s for s in compilation.searches if s.code in selected - silent]
    conditions = Conditions()
    scopes = [conditions.name(c.applies) for c in active]
    scopes += [conditions.name(s.part & s.judged) for s in searches]
    parts = {
        part: pl.lit(value=False) if code in silent else pl.col(conditions.name(staging.part_columns[part]))
        for code, part in staging.parts.items()
    }
    inside = {INSIDE: wanted.where.fill_null(value=False)} if wanted.where is not None else {}
    hits = {c.rule.code: (pl.col(s) & c.violation).fill_null(value=False) for s, c in zip(scopes, active, strict=False)}
    cases = {
        column: (pl.col(s) & case).fill_null(value=False)
        for s, c in zip(scopes, active, strict=False)
        for column, case in zip(c.case_columns, c.cases, strict=True)
    }
    shown = {"operator", ERA, *wanted.shown, *wanted.seen, *(c.era_column for c in active)}
    shown |= {raw(field) for c in active for field in c.rule.fields if field and field in present}
    own = {root for e in (*(c.violation for c in active), *conditions.columns.values()) for root in e.meta.root_names()}
    watch = compilation.watch.columns(raw_columns(compilation.facts, own | shown | staging.facts), present)
    shown -= wanted.of_findings
    first = conditions.columns | staging.key_columns | inside | watch
    roots = own | shown | staging.facts | {root for e in first.values() for root in e.meta.root_names()}
    everything = roots | wanted.of_findings
    facts = with_constants(without_second_looks(compilation.facts, roots), everything, present)
    of_findings = layers(facts, wanted.of_findings, resting_on(facts, roots))
    for_findings = {
        *wanted.of_findings,
        *(root for f in of_findings for e in f.values() for root in e.meta.root_names()),
    }
    for_findings -= {name for layer in of_findings for name in layer}
    for_counts = {*shown, *for_findings, *scopes, *hits, *cases, *inside}
    kept = for_counts | staging.facts | staging.key_columns.keys() | parts.keys() | watch.keys()
    stages = [*layers(facts, roots), first, hits | cases | parts]
    read = raw_columns(facts, everything)
    return Plan(
        active=active,
        codes=(*hits, *(s.code for s in searches)),
        scopes=tuple(scopes),
        judged=(ROW, HIT, ERROR, *sorted(for_counts)),
        wanted=frozenset(read & set(present)),
        watched=tuple(watch),
        _shown=frozenset({ROW, "operator", *wanted.shown, *for_findings}),
        _absent=tuple(raw(c) for c in columns() if c in read and c not in present),
        _names_operator=compilation.facts["has_operator"],
        _given=tuple(pl.lit(c in present).alias(given(c)) for c in sorted(given_columns(facts, everything))),
        _steps=tuple(steps_of(stages, kept)),
        _predicates=(
            *((c.rule, predicate) for c in active for predicate in (c.applies, c.violation)),
            *((s.rule, s.part & s.judged) for s in searches),
            *((None, where) for where in inside.values()),
        ),
        _of_findings=tuple(of_findings),
    )
