"""What is worked out for the records of a file: which rules, over which facts, in which order.

A plan depends only on the rulebook, the options and the columns that a file has, so files of one layout share it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from thuebao.facts import Facts, all_facts, layers, raw_columns
from thuebao.law import Law
from thuebao.predicate import compile_rule
from thuebao.record import CONTEXT, columns, raw
from thuebao.rulebook import Rule, Rulebook

RECORD = "_record"
"""The number of a record in its file."""
HIT, ERROR = "_hit", "_error"
"""Whether a record has a finding, and one of severity error."""
ERA = "_era"


@dataclass(frozen=True)
class CompiledRule:
    """A rule ready to run: its two predicates, and the columns without which it says nothing."""

    rule: Rule
    applies: pl.Expr
    violation: pl.Expr
    needs: tuple[tuple[str, ...], ...]

    def missing(self, present: Collection[str]) -> list[str]:
        """Return the columns that the rule lacks in a file with the columns `present`."""
        # The operator is always known: from its column, the user, or the file's name.
        return [" | ".join(group) for group in self.needs if not any(c in present or c == "operator" for c in group)]


@dataclass(frozen=True)
class Compilation:
    """Every rule of a run, compiled, and the facts they rest on."""

    rules: tuple[CompiledRule, ...]
    facts: Facts
    law: Law


def compile_rules(rulebook: Rulebook, as_of: date, law: str) -> Compilation:
    """Return the compiled rules of `rulebook`. Raises RuleError on a predicate that cannot be used."""
    facts = all_facts(rulebook.reference, as_of, rulebook.law.day_of(law))
    facts["era"] = _era_name(rulebook.law)
    facts[ERA] = rulebook.law.era_index(pl.col("_era_day"))
    schema = _schema(facts)
    compiled = tuple(_compile(rule, facts, schema, rulebook.law) for rule in rulebook.rules)
    return Compilation(compiled, facts, rulebook.law)


def _era_name(law: Law) -> pl.Expr:
    return pl.col(ERA).cat.to(pl.Enum(law.era_ids))


def _schema(facts: Facts) -> Mapping[str, pl.DataType]:
    frame = pl.LazyFrame(schema={raw(name): pl.String for name in columns()})
    for layer in layers(facts, facts):
        frame = frame.with_columns(layer.values())
    return frame.collect_schema()


def _compile(rule: Rule, facts: Facts, schema: Mapping[str, pl.DataType], law: Law) -> CompiledRule:
    violation = compile_rule(rule, rule.violation or "FALSE", schema)
    applies = law.in_eras(rule.eras, pl.col("_era_day"))
    if rule.applies:
        applies &= compile_rule(rule, rule.applies, schema)
    needs = rule.needs
    if needs is None:
        read = raw_columns(facts, violation.meta.root_names())
        needs = tuple((c,) for c in columns() if c in read and c not in CONTEXT)
    return CompiledRule(rule, applies, violation, needs)


@dataclass(frozen=True, eq=False)
class Plan:
    """How the batches of one kind of file are worked out."""

    active: tuple[CompiledRule, ...]
    scopes: tuple[str, ...]  # for each active rule, the column that says which records it applies to
    wanted: frozenset[str]  # the canonical columns to read
    _absent: tuple[str, ...]
    _steps: tuple[tuple[pl.Expr, ...], ...]

    def evaluate(self, batch: pl.DataFrame, operator: str | None, first_record: int = 1) -> pl.DataFrame:
        """Return what findings show, the scopes, one Boolean column per active rule (its code), HIT and ERROR.

        `batch` holds raw columns; `operator` is that of every record where the file has no such column;
        `first_record` is the number of the batch's first record, from which RECORD counts.
        """
        given = {raw("operator"): operator}
        frame = batch.with_columns(pl.lit(given.get(c), dtype=pl.String).alias(c) for c in self._absent)
        for step in self._steps:
            frame = frame.select(step)
        return frame.with_row_index(RECORD, offset=first_record)


def _any_of(names: list[str]) -> pl.Expr:
    return pl.any_horizontal(names) if names else pl.lit(value=False)


def plan_for(compilation: Compilation, selected: Collection[str], present: Collection[str]) -> Plan:
    """Return the plan for a file with the canonical columns `present`."""
    active = tuple(c for c in compilation.rules if c.rule.code in selected and not c.missing(present))
    scopes: dict[str, str] = {}
    names, scope_columns = [], {}
    for compiled in active:
        key = str(compiled.applies.meta.serialize(format="binary"))
        if key not in scopes:
            scopes[key] = f"_scope{len(scopes)}"
            scope_columns[scopes[key]] = compiled.applies.fill_null(value=False)
        names.append(scopes[key])
    shown = {"operator", ERA} | {raw(c.rule.field) for c in active if c.rule.field and c.rule.field in present}
    if "msisdn" in present:
        shown |= {"msisdn", "msisdn_current"}
    hits = {c.rule.code: (pl.col(s) & c.violation).fill_null(value=False) for s, c in zip(names, active, strict=True)}
    errors = [c.rule.code for c in active if c.rule.severity == "error"]
    judged = {HIT: _any_of(list(hits)), ERROR: _any_of(errors)}
    roots = {root for e in (*(c.violation for c in active), *scope_columns.values()) for root in e.meta.root_names()}
    stages = [*layers(compilation.facts, roots | shown), scope_columns, hits, judged]
    read = raw_columns(compilation.facts, roots | shown)
    return Plan(
        active=active,
        scopes=tuple(names),
        wanted=frozenset(read & set(present)),
        _absent=tuple(raw(c) for c in columns() if c in read and c not in present),
        _steps=tuple(_steps(stages, shown | set(scope_columns) | set(hits) | set(judged))),
    )


def _steps(stages: Sequence[Facts], kept: Collection[str]) -> list[tuple[pl.Expr, ...]]:
    """Return what each stage selects: its own columns, and of the earlier ones those that are still needed."""
    needed = set(kept)
    steps = []
    for stage in reversed(stages):
        carried = sorted(needed - set(stage))
        steps.append((*map(pl.col, carried), *(expr.alias(name) for name, expr in stage.items())))
        needed = set(carried).union(*(expr.meta.root_names() for expr in stage.values()))
    return steps[::-1]
