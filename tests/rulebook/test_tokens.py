"""Tokens of predicates: as a parser of SQL cuts them, wherever something is replaced."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import columns
from thuebao.rulebook.sql import _lower_bounds, compile_sql
from thuebao.rulebook.tokens import Token, replaced


def presence(tokens: Sequence[Token]) -> tuple[int, str] | None:
    words = [token.text.upper() for token in tokens[1:4]]
    if tokens[0].is_text or tokens[0].text.lower() not in columns():
        return None
    return (3, "GONE") if words[:2] == ["IS", "NULL"] else (4, "THERE") if words == ["IS", "NOT", "NULL"] else None


def by_a_parser(sql: str) -> str:
    """Replace the same by the tokens of a whole parser."""
    try:
        tokens = sqlglot.Tokenizer().tokenize(sql)
    except sqlglot.errors.TokenError:
        return sql
    kinds = sqlglot.TokenType
    pieces, at, end = [], 0, 0
    while at < len(tokens):
        found = [token.token_type for token in tokens[at + 1 : at + 4]]
        of_column = tokens[at].token_type != kinds.STRING and tokens[at].text.lower() in columns()
        absent = found[:2] == [kinds.IS, kinds.NULL]
        count = (3 if absent else 4) if absent or found == [kinds.IS, kinds.NOT, kinds.NULL] else 0
        if of_column and count:
            pieces += [sql[end : tokens[at].start], "GONE" if absent else "THERE"]
            at, end = at + count, tokens[at + count - 1].end + 1
        else:
            at += 1
    return "".join([*pieces, sql[end:]])


SHIPPED = [
    sql
    for rule in read_rulebook().rules
    for sql in (
        rule.violation,
        rule.applies,
        rule.grouping and rule.grouping.where,
        *(case.when for case in rule.cases),
    )
    if sql
]


def test_rules_are_cut_as_a_parser_cuts_them() -> None:
    assert sum(replaced(sql, presence) != sql for sql in SHIPPED) > 10
    assert [replaced(sql, presence) for sql in SHIPPED] == list(map(by_a_parser, SHIPPED))


PIECES = [
    "msisdn",
    "MSISDN",
    '"msisdn"',
    "'msisdn'",
    "age_at_registration",
    " IS NULL",
    " is not null",
    "\nIS\tNOT\n NULL",
    " IS",
    " NOT",
    " NULL",
    " AND ",
    "(",
    ")",
    "'it''s'",
    "'Lê IS NULL'",
    '"a""b"',
    "''",
    "'",
    '"',
    "-- msisdn IS NULL\n",
    "/* msisdn\nIS NULL */",
    " = 1.5",
    "<>",
    ", ",
    " ",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_written_is_cut_as_a_parser_cuts_it(sql: str) -> None:
    assert replaced(sql, presence) == by_a_parser(sql)


@pytest.mark.parametrize("sql", ["msisdn IS NULL", '"msisdn" IS NULL', "MSISDN is /* now */ null"])
def test_presence_is_asked_of_what_is_cheaper(sql: str) -> None:
    assert compile_sql(sql).meta.root_names() == ["has_msisdn"]


def bounds(condition: exp.Expr) -> list[int]:
    match condition:
        case exp.And() | exp.Or():
            both = bounds(condition.left), bounds(condition.right)
            return both[0] + both[1] if all(both) else []
        case exp.Paren():
            return bounds(condition.this)
        case exp.GT() | exp.GTE() if isinstance(condition.left, exp.Column) and condition.right.is_int:
            return [int(condition.right.name)]
    return []


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "_records >= 2",
                "_distinct_x>1",
                "_records > 3",
                "_records <= 3",
                "2 < _records",
                "NOT _a > 1",
                "(_a > 1)",
            ]
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from([" AND ", " or ", "\nAND  "]), min_size=3, max_size=3),
)
def test_the_least_of_a_group_is_what_a_parser_says(parts: list[str], signs: list[str]) -> None:
    condition = "".join(part + sign for part, sign in zip(parts, [*signs[: len(parts) - 1], ""], strict=True))
    assert sorted(_lower_bounds(condition)) == sorted(bounds(sqlglot.parse_one(condition)))
