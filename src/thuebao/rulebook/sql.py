"""SQL predicates of rules → Polars expressions over facts, checked for the columns and types they speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache, partial

import polars as pl

from thuebao.base.errors import RuleError, ThuebaoError, UsageError
from thuebao.rulebook.columns import columns
from thuebao.rulebook.rule import LARGEST_PARAMETER, Rule
from thuebao.rulebook.tokens import Token, replaced


def compile_sql(sql: str) -> pl.Expr:
    """Return the expression of a SQL predicate. Raises what Polars raises on SQL that it does not know."""
    return pl.sql_expr(replaced(sql, _presence))


def _presence(tokens: Sequence[Token]) -> tuple[int, str] | None:
    """Ask `IS [NOT] NULL` of a canonical column by whether it has a value: cheaper to know than its cleaned text."""
    name, words = tokens[0].text.lower(), [token.text.upper() for token in tokens[1:4]]
    if tokens[0].is_text or name not in columns():
        return None
    if words[:2] == ["IS", "NULL"]:
        return 3, f"(NOT has_{name})"
    return (4, f"(has_{name})") if words == ["IS", "NOT", "NULL"] else None


Broken = Callable[..., ThuebaoError]
"""Makes the error of a predicate that cannot be used, from the key of a reason and its values."""


def compile_rule(rule: Rule, sql: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the expression of one of a rule's predicates; `schema` has the types of canonical columns and facts.

    Raises RuleError when the SQL cannot be read, names an unknown column, or is no condition.
    """
    return _compile(rule.filled(sql), schema, partial(_broken, rule))


def compile_where(sql: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the expression of the user's own predicate. Raises UsageError where compile_rule raises RuleError."""

    def broken(key: str, /, **values: object) -> UsageError:
        return UsageError("where_predicate", reason=str(UsageError(key, **values)))

    return _compile(sql, schema, broken)


def _compile(sql: str, schema: Mapping[str, pl.DataType], broken: Broken) -> pl.Expr:
    try:
        expr = compile_sql(sql)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise broken("predicate_syntax", sql=sql, reason=str(error).splitlines()[0]) from None
    names = expr.meta.root_names()
    for name in names:
        if name not in schema:
            raise broken("predicate_column", sql=sql, column=name, near=_nearest(name, schema))
    try:
        found = _tried(expr, schema)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise broken("predicate_syntax", sql=sql, reason=str(error).splitlines()[0]) from None
    if found.dtype != pl.Boolean:
        raise broken("predicate_no_condition", sql=sql, type=found.dtype)
    # Without a column, what is worked out is a count of records.
    worked_out = not names and "(" in sql
    may_look_across = names and _FUNCTION.search(sql)
    if worked_out or (may_look_across and found.to_list() != _tried(expr, schema, copies=1).to_list() * _COPIES):
        raise broken("predicate_across_records", sql=sql)
    return expr


_REACHED, _JOINED = re.compile(r"_\w+\s*>=?\s*([0-9]+)"), re.compile(r"\s+(?:AND|OR)\s+", re.IGNORECASE)
RECORDS = "_records"
"""How many records of a group take part."""


def distinct(column: str) -> str:
    """Return the name of the number of distinct values of a column in a group."""
    return f"_distinct_{column}"


@dataclass(frozen=True)
class Having:
    """Which groups a rule looks at: a condition on RECORDS and on `distinct` of the columns `counted`.

    least: no group of fewer records fulfils it. grows: a group that fulfils it still does with more records in it.
    """

    condition: pl.Expr
    counted: tuple[str, ...]
    least: int
    grows: bool


def compile_having(rule: Rule, sql: str, schema: Mapping[str, pl.DataType]) -> Having:
    """Return the condition of a rule on its groups.

    Raises RuleError when it speaks of more than COUNT(*) and COUNT(DISTINCT column), or holds for a single record.
    """
    counted: dict[str, None] = {}

    def count(tokens: Sequence[Token]) -> tuple[int, str] | None:
        words = [token.text.upper() for token in tokens[:5]]
        if words[:4] == ["COUNT", "(", "*", ")"]:
            return 4, RECORDS
        if len(words) > 4 and words[:3] == ["COUNT", "(", "DISTINCT"] and words[4] == ")":
            column = words[3].lower()
            counted[column] = None
            return 5, distinct(column)
        return None

    plain = replaced(rule.filled(sql), count)
    names = [RECORDS, *(distinct(column) for column in counted)]
    for column in counted:
        if column not in schema:
            raise _broken(rule, "predicate_column", sql=sql, column=column, near=_nearest(column, schema))
    numbers = dict.fromkeys(names, pl.Int64())

    def broken(key: str, /, **values: object) -> ThuebaoError:
        # The condition as it was written, not as it is worked out; of its own names there are none to choose from.
        key = "having_column" if key == "predicate_column" else key
        return _broken(rule, key, **(values | {"sql": sql}))

    condition = _compile(plain, numbers, broken)
    single = pl.DataFrame([{RECORDS: 1} | dict.fromkeys(names[1:], n) for n in (0, 1)], schema=numbers)
    if single.select(condition.alias("holds")).to_series().any():
        raise _broken(rule, "having_single", sql=sql)
    bounds = _lower_bounds(plain)
    if not bounds:
        return Having(condition, tuple(counted), least=2, grows=False)
    # The least that fulfils it is one of the bounds, or one more.
    tried = sorted({2, *(n for bound in bounds for n in (bound, bound + 1) if n > 1)})
    held = pl.DataFrame(dict.fromkeys(names, tried), schema=numbers).filter(condition)[RECORDS]
    return Having(condition, tuple(counted), least=held[0], grows=True)


def _lower_bounds(condition: str) -> list[int]:
    """Return the numbers that counts must reach, if a condition asks for nothing else; else none."""
    simple = [_REACHED.fullmatch(part) for part in _JOINED.split(condition.strip())]
    numbers = [int(found[1]) for found in simple if found]
    if len(numbers) == len(simple):
        return [min(number, LARGEST_PARAMETER) for number in numbers]
    from sqlglot import exp, parse_one

    def bounds(condition: exp.Expr) -> list[int]:
        match condition:
            case exp.And() | exp.Or():
                left, right = bounds(condition.left), bounds(condition.right)
                return left + right if left and right else []
            case exp.Paren():
                return bounds(condition.this)
            case exp.GT() | exp.GTE() if isinstance(condition.left, exp.Column) and condition.right.is_int:
                return [min(int(condition.right.name), LARGEST_PARAMETER)]
            case _:
                return []

    return bounds(parse_one(condition))


_FUNCTION = re.compile(r"\b(?!(?:AND|OR|NOT|IN|WHEN|THEN|ELSE)\b)\w+\"?\s*\(", re.IGNORECASE)
"""What may be a function, without which no predicate looks across records."""
_COPIES = 3
"""Equal records that a predicate is tried on: one that looks across them answers otherwise than on one."""
_VALUES: dict[type[pl.DataType], object] = {
    pl.String: "x",
    pl.Boolean: True,
    pl.Date: date(2020, 1, 1),
    pl.Datetime: datetime(2020, 1, 1),
    pl.Struct: None,
}


def _tried(expr: pl.Expr, schema: Mapping[str, pl.DataType], copies: int = _COPIES) -> pl.Series:
    """Return the expression worked out on a few equal records: what fails on data must fail before data is read."""
    values = {name: _copies(schema[name], copies) for name in expr.meta.root_names()}
    return pl.DataFrame(values).select(expr.alias("violates")).to_series()


@cache
def _copies(kind: pl.DataType, copies: int) -> pl.Series:
    value = kind.categories[0] if isinstance(kind, pl.Enum) else _VALUES.get(kind.base_type(), 1)
    return pl.Series([value] * copies, dtype=kind)


def _nearest(name: str, schema: Mapping[str, pl.DataType]) -> str:
    near = get_close_matches(name, [known for known in schema if not known.startswith("_")], n=1)
    return near[0] if near else "-"


def _broken(rule: Rule, key: str, /, **values: object) -> RuleError:
    return RuleError("rule_predicate", path=rule.source, code=rule.code, reason=str(RuleError(key, **values)))
