"""SQL predicates of rules → Polars expressions over facts, checked for the columns and types they speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial

import polars as pl

from thuebao.base.errors import RuleError, ThuebaoError, UsageError
from thuebao.rulebook.columns import columns
from thuebao.rulebook.predicates import PredicateError, checked, nearest, tokens_of
from thuebao.rulebook.rule import LARGEST_PARAMETER, Rule
from thuebao.rulebook.tokens import Kind, Token, replaced

FAILURES = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises on a predicate that it cannot work out."""
_SHOWN = 300
"""Characters of a predicate that a message shows."""

Broken = Callable[..., ThuebaoError]
"""Makes the error of a predicate that cannot be used, from the key of a reason and its values."""


def compile_rule(rule: Rule, sql: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the expression of one of a rule's predicates; `schema` has the types of canonical columns and facts.

    Raises RuleError when the SQL cannot be read, says what no predicate may, or is no condition.
    """
    return _compile(rule.filled(sql), schema, partial(_broken, rule))


def compile_where(sql: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the expression of the user's own predicate. Raises UsageError where compile_rule raises RuleError."""
    return _compile(sql, schema, _broken_where)


@contextmanager
def blaming(rule: Rule | None) -> Iterator[None]:
    """Raise an error about a rule's predicate, or without one the user's own, where it fails on some record's values.

    What Polars says of that holds the values, and is dropped.
    """
    try:
        yield
    except FAILURES:
        raise (_broken(rule, "predicate_on_data") if rule else _broken_where("predicate_on_data")) from None


def _compile(sql: str, schema: Mapping[str, pl.DataType], broken: Broken) -> pl.Expr:
    try:
        words = checked(tokens_of(sql), schema)
    except PredicateError as reason:
        raise broken(reason.key, sql=sql, **reason.values) from None
    return _compiled(words, sql, schema, broken)


def _compiled(words: Sequence[str], sql: str, schema: Mapping[str, pl.DataType], broken: Broken) -> pl.Expr:
    """Return the expression of a predicate of which every word is checked; `sql` is how it was written."""
    try:
        expr = pl.sql_expr(" ".join(replaced(words, _presence)))
        kind = _tried(expr, schema)
    except (*FAILURES, ValueError, KeyError) as error:
        raise broken("predicate_syntax", sql=sql, reason=_shortened(str(error).splitlines()[0])) from None
    if kind != pl.Boolean:
        raise broken("predicate_no_condition", sql=sql, type=kind)
    return expr


def _presence(words: Sequence[str]) -> tuple[int, str] | None:
    """Ask `IS [NOT] NULL` of a canonical column by whether it has a value: cheaper to know than its cleaned text."""
    name = words[0]
    if name not in columns():
        return None
    if words[1:3] == ["IS", "NULL"]:
        return 3, f"(NOT has_{name})"
    return (4, f"(has_{name})") if words[1:4] == ["IS", "NOT", "NULL"] else None


_OF_HAVING = frozenset({"predicate_column", "predicate_word", "predicate_function", "predicate_across_records"})

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

    def count(tokens: Sequence[Token]) -> tuple[int, Token] | None:
        words = [token.text.upper() for token in tokens[:5]]
        if words[:4] == ["COUNT", "(", "*", ")"]:
            return 4, Token(RECORDS, Kind.WORD)
        if len(words) > 4 and words[:3] == ["COUNT", "(", "DISTINCT"] and words[4] == ")":
            column = words[3].lower()
            counted[column] = None
            return 5, Token(distinct(column), Kind.WORD)
        return None

    def broken(key: str, /, **values: object) -> ThuebaoError:
        # The condition as it was written, not as it is worked out; of its own names there are none to choose from.
        key = "having_column" if key in _OF_HAVING else key
        return _broken(rule, key, **(values | {"sql": sql}))

    try:
        tokens = replaced(tokens_of(rule.filled(sql)), count)
        for column in counted:
            if column not in schema:
                raise _broken(rule, "predicate_column", sql=sql, column=column, near=nearest(column, schema))
        names = [RECORDS, *(distinct(column) for column in counted)]
        words = checked(tokens, names)
    except PredicateError as reason:
        raise broken(reason.key, **reason.values) from None
    numbers = dict.fromkeys(names, pl.Int64())
    condition = _compiled(words, sql, numbers, broken)
    single = pl.DataFrame([{RECORDS: 1} | dict.fromkeys(names[1:], n) for n in (0, 1)], schema=numbers)
    if single.select(condition.alias("holds")).to_series().any():
        raise _broken(rule, "having_single", sql=sql)
    bounds = _lower_bounds(" ".join(words))
    if not bounds:
        return Having(condition, tuple(counted), least=2, grows=False)
    # The least that fulfils it is one of the bounds, or one more.
    tried = sorted({2, *(n for bound in bounds for n in (bound, bound + 1) if n > 1)})
    held = pl.DataFrame(dict.fromkeys(names, tried), schema=numbers).filter(condition)[RECORDS]
    return Having(condition, tuple(counted), least=held[0], grows=True)


_REACHED, _JOINED = re.compile(r"_\w+\s*>=?\s*([0-9]+)"), re.compile(r"\s+(?:AND|OR)\s+")


def _lower_bounds(condition: str) -> list[int]:
    """Return the numbers that counts must reach, if a condition asks for nothing else; else none."""
    simple = [_REACHED.fullmatch(part) for part in _JOINED.split(condition)]
    numbers = [int(found[1]) for found in simple if found]
    if len(numbers) == len(simple):
        return [min(number, LARGEST_PARAMETER) for number in numbers]
    from sqlglot import exp, parse_one  # long to load, and nearly all conditions are simple

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


_VALUES: dict[type[pl.DataType], object] = {
    pl.String: "x",
    pl.Boolean: True,
    pl.Date: date(2020, 1, 1),
    pl.Datetime: datetime(2020, 1, 1),
    pl.Struct: None,
}


def _tried(expr: pl.Expr, schema: Mapping[str, pl.DataType]) -> pl.DataType:
    """Return the type of an expression worked out on one record: what fails on any data must fail before it is read."""
    values = {name: _one(schema[name]) for name in expr.meta.root_names()}  # KeyError: IN may stand for a value
    return pl.DataFrame(values).select(expr.alias("violates")).to_series().dtype


@cache
def _one(kind: pl.DataType) -> pl.Series:
    value = kind.categories[0] if isinstance(kind, pl.Enum) else _VALUES.get(kind.base_type(), 1)
    return pl.Series([value], dtype=kind)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _reason(key: str, values: dict[str, object]) -> str:
    shown = {"sql": _shortened(str(values["sql"]))} if "sql" in values else {}
    return str(RuleError(key, **(values | shown)))


def _broken(rule: Rule, key: str, /, **values: object) -> RuleError:
    return RuleError("rule_predicate", path=rule.source, code=rule.code, reason=_reason(key, values))


def _broken_where(key: str, /, **values: object) -> UsageError:
    return UsageError("where_predicate", reason=_reason(key, values))
