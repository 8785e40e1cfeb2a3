"""SQL predicates of rules → Polars expressions over facts, checked for the columns and types they speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches

import polars as pl

from thuebao.errors import RuleError
from thuebao.record import columns
from thuebao.rulebook import Rule

# Quoted text is left alone; a canonical column followed by IS [NOT] NULL asks for presence only.
_PRESENCE = re.compile(r"('(?:[^']|'')*')|\b([a-z_]+)\s+IS\s+(NOT\s+)?NULL\b", re.IGNORECASE)


def compile_sql(sql: str) -> pl.Expr:
    """Return the expression of a SQL predicate. Raises what Polars raises on SQL that it does not know."""

    def presence(match: re.Match[str]) -> str:
        quoted, name, negated = match.groups()
        if quoted or name.lower() not in columns():
            return match.group()
        # Whether a value is there is cheaper to know than its cleaned text.
        return f"(has_{name.lower()})" if negated else f"(NOT has_{name.lower()})"

    return pl.sql_expr(_PRESENCE.sub(presence, sql))


def compile_rule(rule: Rule, sql: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the expression of one of a rule's predicates; `schema` has the types of canonical columns and facts.

    Raises RuleError when the SQL cannot be read, names an unknown column, or is no condition.
    """
    try:
        expr = compile_sql(sql)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _broken(rule, "predicate_syntax", sql=sql, reason=str(error).splitlines()[0]) from None
    for name in expr.meta.root_names():
        if name not in schema:
            near = get_close_matches(name, [known for known in schema if not known.startswith("_")], n=1)
            raise _broken(rule, "predicate_column", sql=sql, column=name, near=near[0] if near else "-")
    try:
        found = _tried(expr, schema)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _broken(rule, "predicate_syntax", sql=sql, reason=str(error).splitlines()[0]) from None
    if found.dtype != pl.Boolean:
        raise _broken(rule, "predicate_no_condition", sql=sql, type=found.dtype)
    if expr.meta.root_names() and found.to_list() != _tried(expr, schema, copies=1).to_list() * _COPIES:
        raise _broken(rule, "predicate_across_records", sql=sql)
    return expr


_COPIES = 3
_VALUES: dict[type[pl.DataType], object] = {
    pl.String: "x", pl.Boolean: True, pl.Date: date(2020, 1, 1), pl.Datetime: datetime(2020, 1, 1), pl.Struct: None,
}  # fmt: skip


def _tried(expr: pl.Expr, schema: Mapping[str, pl.DataType], copies: int = _COPIES) -> pl.Series:
    """Return the expression worked out on a few equal records: what fails on data must fail before data is read."""
    values = {}
    for name in expr.meta.root_names():
        kind = schema[name]
        value = kind.categories[0] if isinstance(kind, pl.Enum) else _VALUES.get(kind.base_type(), 1)
        values[name] = pl.Series([value] * copies, dtype=kind)
    return pl.DataFrame(values).select(expr.alias("violates")).to_series()


def _broken(rule: Rule, key: str, /, **values: object) -> RuleError:
    return RuleError("rule_predicate", path=rule.source, code=rule.code, reason=str(RuleError(key, **values)))
