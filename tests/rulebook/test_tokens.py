"""Tokens of predicates: as a parser of SQL cuts them, wherever something is replaced."""

from __future__ import annotations

import polars as pl
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.sql import _lower_bounds, compile_where
from thuebao.rulebook.tokens import Kind, Token, cut

_KINDS = {sqlglot.TokenType.STRING: Kind.TEXT, sqlglot.TokenType.IDENTIFIER: Kind.NAME}


def by_a_parser(sql: str) -> list[tuple[str, Kind | None]] | None:
    """Return the tokens of a whole parser, None where it cannot cut or where there is a comment."""
    try:
        tokens = sqlglot.Tokenizer().tokenize(sql)
    except sqlglot.errors.TokenError:
        return None
    if any(token.comments for token in tokens) or (sql.strip() and not tokens):
        return None
    return [(token.text, _KINDS.get(token.token_type)) for token in tokens]


def by_ours(sql: str) -> list[tuple[str, Kind | None]] | None:
    tokens = cut(sql)
    if any(token.kind == Kind.COMMENT or token in _UNCLOSED for token in tokens):
        return None
    return [(token.text, token.kind if token.kind in (Kind.TEXT, Kind.NAME) else None) for token in tokens]


_UNCLOSED = (Token("'", Kind.SIGN), Token('"', Kind.SIGN))


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
    assert len(SHIPPED) > 100
    assert [by_ours(sql) for sql in SHIPPED] == [by_a_parser(sql) for sql in SHIPPED]


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
    " = 1.5 ",
    "<>",
    ", ",
    " ",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_written_is_cut_as_a_parser_cuts_it(sql: str) -> None:
    assert by_ours(sql) == by_a_parser(sql)


@pytest.mark.parametrize("sql", ["msisdn IS NULL", '"msisdn" IS NULL', "MSISDN is\nnull"])
def test_presence_is_asked_of_what_is_cheaper(sql: str) -> None:
    schema = {"msisdn": pl.String(), "has_msisdn": pl.Boolean()}
    assert compile_where(sql, schema).meta.root_names() == ["has_msisdn"]


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
    st.lists(st.sampled_from([" AND ", " OR ", " AND "]), min_size=3, max_size=3),
)
def test_the_least_of_a_group_is_what_a_parser_says(parts: list[str], signs: list[str]) -> None:
    condition = "".join(part + sign for part, sign in zip(parts, [*signs[: len(parts) - 1], ""], strict=True))
    assert sorted(_lower_bounds(condition)) == sorted(bounds(sqlglot.parse_one(condition)))
