"""A rule across records, ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from thuebao.base.errors import RuleError
from thuebao.base.helper_columns import ERA
from thuebao.facts import Facts, needed_columns
from thuebao.facts.groups import LATE
from thuebao.rulebook.law import Law
from thuebao.rulebook.rule import Grouping, Needs, Rule
from thuebao.rulebook.sql import Having, compile_having, compile_rule

AFTER_FIRST, EARLIEST, HAS_ONE_CHARACTER_APART = "is_after_first", "earliest", "has_one_character_apart"
"""What `order` and `one_character_apart` tell of a record."""


@dataclass(frozen=True)
class Search:
    """What is looked for: groups `across` columns, of the records for which `part` holds, that fulfil `having`.

    violation: which records of a qualifying group are reported, of those that the rule is about (`judged`: by its eras
    and `applies`; the others are counted in their groups all the same); None: groups are only counted.
    of, by, first: the distinct `of` of a group, in the order of their earliest `by`, and how many of them come first.
    one_character_apart: a text of which another in the group may differ in one character.
    rule: whose search it is; None: nobody's, and nothing of it is written by a user.
    """

    code: str
    across: tuple[str, ...]
    part: pl.Expr
    having: Having
    violation: pl.Expr | None
    judged: pl.Expr
    needs: Needs
    of: str | None = None
    by: str | None = None
    first: int = 0
    one_character_apart: str | None = None
    rule: Rule | None = None

    @property
    def values(self) -> set[str]:
        """The facts that deciding takes."""
        derived = {AFTER_FIRST, EARLIEST, HAS_ONE_CHARACTER_APART}
        named = {name for name in (self.of, self.by, self.one_character_apart) if name}
        deciding = [] if self.violation is None else [self.violation, self.judged]
        spoken_of = {name for expr in deciding for name in expr.meta.root_names()}
        return {*self.across, *self.having.counted, *spoken_of, *named} - derived - {ERA}


def compile_search(rule: Rule, grouping: Grouping, facts: Facts, schema: Mapping[str, pl.DataType], law: Law) -> Search:
    """Return a rule across records ready to run. Raises RuleError on one that cannot be used."""
    order, apart = grouping.order, grouping.one_character_apart
    known = dict(schema)
    for name in (*grouping.across, *((order.of, order.by) if order else ()), *((apart,) if apart else ())):
        if name not in schema:
            raise RuleError("rule_group_column", path=rule.source, code=rule.code, column=name)
    if apart and schema[apart] != pl.String:
        kind = schema[apart]
        raise RuleError("rule_one_character_apart", path=rule.source, code=rule.code, column=apart, type=kind)
    if order:
        known |= {AFTER_FIRST: pl.Boolean(), EARLIEST: schema[order.by]}
    if apart:
        known |= {HAS_ONE_CHARACTER_APART: pl.Boolean()}
    part = pl.all_horizontal(pl.col(_cheap(name, facts)).is_not_null() for name in grouping.across)
    if grouping.where:
        part &= compile_rule(rule, grouping.where, schema).fill_null(value=False)
    violation = compile_rule(rule, rule.violation, known).fill_null(value=False) if rule.violation else None
    judged = law.in_eras(rule.eras, pl.col(ERA))
    if rule.applies:
        judged &= compile_rule(rule, rule.applies, schema).fill_null(value=False)
    search = Search(
        code=rule.code,
        across=grouping.across,
        part=part,
        having=compile_having(rule, grouping.having, schema),
        violation=violation,
        judged=judged,
        needs=rule.needs or (),
        of=order.of if order else None,
        by=order.by if order else None,
        first=_whole(rule, order.first) if order else 0,
        one_character_apart=apart,
        rule=rule,
    )
    if rule.needs is not None:
        return search
    needed = needed_columns(facts, {*search.values, *part.meta.root_names()})
    return replace(search, needs=tuple((c,) for c in needed))


def _cheap(name: str, facts: Facts) -> str:
    """Return the fact itself, or for a late one the fact that it rests on: both are there or neither is."""
    return facts[name].meta.root_names()[0] if name in LATE else name


def _whole(rule: Rule, text: str) -> int:
    filled = rule.filled(text)
    if not filled.isdecimal():
        raise RuleError("rule_order_first", path=rule.source, code=rule.code, first=text)
    return int(filled)
