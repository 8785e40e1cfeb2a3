"""What a predicate may say: columns, facts, values, operators and a list of functions, and nothing else.

Polars' SQL can do more than judge a record: open files and sockets, fill memory, look at other records. So every word
and sign of a predicate is checked before Polars is given them, each written anew from what was understood.
docs/conditions.md lists what there is; a test holds that both are the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from thuebao.rulebook.tokens import Kind, Token, cut

MOST_CHARACTERS, MOST_OPERATORS, MOST_LEVELS = 20_000, 200, 20
"""Of a predicate: Polars takes the cube of the time for twice the terms, and runs out of stack in deep brackets."""
_LONGEST_TEXT, _MOST_REPETITIONS = 1_000, 1_000

KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IS", "NULL", "TRUE", "FALSE", "IN", "BETWEEN", "LIKE", "ILIKE"}
    | {"CASE", "WHEN", "THEN", "ELSE", "END"}
)
_VALUES = frozenset({"NULL", "TRUE", "FALSE", "END"})
"""Keywords after which a value is complete."""
SIGNS = frozenset({"(", ")", ",", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||"})
TYPES = frozenset({"BIGINT", "DATE", "DOUBLE", "INT", "INTEGER", "TEXT", "VARCHAR"})
_PARTS = frozenset(
    {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "ISODOW", "DOY", "HOUR", "MINUTE", "SECOND"}  # of EXTRACT
)
_QUOTED = {
    "DATE": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "TIMESTAMP": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "INTERVAL": re.compile(r"[0-9]{1,3} (year|month|week|day|hour|minute|second)s?"),
}
"""What stands in quotes after these words."""
_NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Function:
    """How a function is written: its form, how many values it takes, and which of them must be written out."""

    form: str
    least: int
    most: int
    written_out: tuple[int, ...] = ()


_MANY = 50
FUNCTIONS: Mapping[str, Function] = {
    "LENGTH": Function("LENGTH(text)", 1, 1),
    "LOWER": Function("LOWER(text)", 1, 1),
    "UPPER": Function("UPPER(text)", 1, 1),
    "TRIM": Function("TRIM(text)", 1, 1),
    "LTRIM": Function("LTRIM(text)", 1, 1),
    "RTRIM": Function("RTRIM(text)", 1, 1),
    "LEFT": Function("LEFT(text, 3)", 2, 2),
    "RIGHT": Function("RIGHT(text, 3)", 2, 2),
    "SUBSTR": Function("SUBSTR(text, 1, 3)", 2, 3),
    "SUBSTRING": Function("SUBSTRING(text, 1, 3)", 2, 3),
    "STRPOS": Function("STRPOS(text, 'a')", 2, 2),
    "STARTS_WITH": Function("STARTS_WITH(text, 'a')", 2, 2),
    "ENDS_WITH": Function("ENDS_WITH(text, 'a')", 2, 2),
    "REPLACE": Function("REPLACE(text, '-', '')", 3, 3, (1, 2)),
    "CONCAT": Function("CONCAT(text, text)", 1, _MANY),
    "REGEXP_LIKE": Function("REGEXP_LIKE(text, '^[0-9]+$')", 2, 2, (1,)),
    "COALESCE": Function("COALESCE(value, value)", 1, _MANY),
    "IFNULL": Function("IFNULL(value, value)", 2, 2),
    "NULLIF": Function("NULLIF(value, value)", 2, 2),
    "GREATEST": Function("GREATEST(value, value)", 1, _MANY),
    "LEAST": Function("LEAST(value, value)", 1, _MANY),
    "ABS": Function("ABS(number)", 1, 1),
    "ROUND": Function("ROUND(number)", 1, 1),
    "FLOOR": Function("FLOOR(number)", 1, 1),
    "CEIL": Function("CEIL(number)", 1, 1),
    "MOD": Function("MOD(number, 2)", 2, 2),
    "YEAR": Function("YEAR(day)", 1, 1),
    "MONTH": Function("MONTH(day)", 1, 1),
    "DAY": Function("DAY(day)", 1, 1),
    "DATE_PART": Function("DATE_PART('year', day)", 2, 2, (0,)),
    "EXTRACT": Function("EXTRACT(YEAR FROM day)", 1, 1),
    "CAST": Function("CAST(value AS INTEGER)", 1, 1),
    "TRY_CAST": Function("TRY_CAST(text AS INTEGER)", 1, 1),
}


class PredicateError(Exception):
    """A predicate says what none may: the key of the reason, and its values."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


def tokens_of(sql: str) -> list[Token]:
    """Return a predicate cut into words and signs. Raises PredicateError if it is too long or holds a comment."""
    if len(sql) > MOST_CHARACTERS:
        raise _about_length()
    tokens = cut(sql)
    for token in tokens:
        if token.kind == Kind.COMMENT:
            raise _about_word(token.text)
    if not tokens:
        raise PredicateError("predicate_syntax", reason="-")
    return tokens


def checked(tokens: Sequence[Token], known: Collection[str]) -> list[str]:
    """Return the words and signs of a predicate as Polars is to be given them.

    known: the columns and facts that there are. Raises PredicateError on whatever else is said.
    """
    return _Check(tokens, _by_word(tuple(known))).checked()


@lru_cache(4)  # the rules all speak of the same columns and facts
def _by_word(known: Sequence[str]) -> dict[str, str]:
    return {name.lower(): name for name in known if _WORD.fullmatch(name)}


def nearest(name: str, known: Collection[str]) -> str:
    """Return the known name nearest to one that is not, `-` if none is near."""
    near = get_close_matches(name.lower(), [known for known in known if not known.startswith("_")], n=1)
    return near[0] if near else "-"


class _Check:
    """A predicate on its way through, word by word."""

    def __init__(self, tokens: Sequence[Token], known: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._known = known
        self._found: list[str] = []
        self._within: list[str] = []  # the word before each bracket that is open
        self._operators = 0
        self._is_value = False  # whether what was read last ended a value

    def checked(self) -> list[str]:
        at = 0
        while at < len(self._tokens):
            at += self._read(at)
        return self._found

    def _read(self, at: int) -> int:
        """Read what begins at a token; return of how many tokens it is."""
        token = self._tokens[at]
        word = token.text.upper()
        match token.kind:
            case Kind.TEXT:
                return self._value(_quoted(token.text))
            case Kind.NUMBER:
                if not _NUMBER.fullmatch(token.text):
                    raise _about_word(token.text)
                return self._value(token.text)
            case Kind.NAME:
                if token.text not in self._known.values():
                    raise self._about_column(token.text)
                return self._value(token.text)
        if word in SIGNS:
            return self._sign(word)
        if word in KEYWORDS:
            self._operators += word not in _VALUES
            return self._add(word, is_value=word in _VALUES)
        if self._text(at + 1) == "(":
            return self._function(at, word)
        if word in _QUOTED:
            return self._quoted_value(at, word)
        if word == "AS" and self._within and self._within[-1] in ("CAST", "TRY_CAST"):
            kind = self._text(at + 1)
            if kind not in TYPES or self._text(at + 2) != ")":
                raise _about_word(kind)
            return self._add(word) + self._add(kind, is_value=True)
        if word == "DISTINCT" and self._found[-1:] in (["IS"], ["NOT"]) and self._text(at + 1) == "FROM":
            return self._add(word) + self._add("FROM")
        if word.lower() in self._known and token.text.isascii():
            return self._value(self._known[word.lower()])
        if token.kind == Kind.WORD and token.text.isidentifier():
            raise self._about_column(token.text)
        raise _about_word(token.text)

    def _text(self, at: int) -> str:
        """Return a word or sign, empty where there is none; what stands in quotes is neither."""
        if at >= len(self._tokens) or self._tokens[at].kind in (Kind.TEXT, Kind.NAME):
            return ""
        return self._tokens[at].text.upper()

    def _add(self, text: str, *, is_value: bool = False) -> int:
        if self._operators > MOST_OPERATORS or len(self._within) > MOST_LEVELS:
            raise _about_length()
        self._found.append(text)
        self._is_value = is_value
        return 1

    def _value(self, text: str) -> int:
        return self._add(text, is_value=True)

    def _sign(self, sign: str) -> int:
        if sign == "(":
            self._within.append(self._found[-1] if self._found else "")
            return self._add(sign)
        if sign == ")":
            if not self._within:
                raise _about_word(sign)
            self._within.pop()
            return self._add(sign, is_value=True)
        if sign == "*" and not self._is_value:  # not a product, but every column
            raise _about_word(sign)
        self._operators += sign != ","
        return self._add(sign)

    def _function(self, at: int, name: str) -> int:
        if name not in FUNCTIONS:
            if _looks_across(name):
                raise PredicateError("predicate_across_records")
            raise PredicateError(
                "predicate_function",
                word=self._tokens[at].text,
                near=nearest(name, FUNCTIONS),
                known=", ".join(FUNCTIONS),
            )
        function, values = FUNCTIONS[name], _arguments(self._tokens[at + 2 :])
        if not function.least <= len(values) <= function.most or not _fits(name, function, values):
            raise PredicateError("predicate_form", form=function.form)
        self._operators += 1
        if name != "EXTRACT":
            return self._add(name)
        part, of = self._text(at + 2), self._text(at + 3)
        if part not in _PARTS or of != "FROM":
            raise PredicateError("predicate_form", form=function.form)
        return self._add(name) + self._sign("(") + self._add(part) + self._add(of)

    def _quoted_value(self, at: int, word: str) -> int:
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
        if not following or following.kind != Kind.TEXT or not _QUOTED[word].fullmatch(following.text):
            raise _about_word(word)
        self._operators += 1
        return self._add(word) + self._value(_quoted(following.text))

    def _about_column(self, name: str) -> PredicateError:
        return PredicateError("predicate_column", column=name, near=nearest(name, self._known))


def _looks_across(name: str) -> bool:
    """Return whether a function is one of many records."""
    from sqlglot.expressions import FUNCTION_BY_NAME, AggFunc  # long to load, and for a message alone

    return issubclass(FUNCTION_BY_NAME.get(name, object), AggFunc)


def _arguments(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the values between a bracket that was opened before these tokens and its end."""
    values: list[list[Token]] = [[]]
    level = 0
    for token in tokens:
        sign = token.text if token.kind == Kind.SIGN else ""
        level += (sign == "(") - (sign == ")")
        if level < 0:
            break
        if sign == "," and not level:
            values.append([])
        else:
            values[-1].append(token)
    return [value for value in values if value]


def _fits(name: str, function: Function, values: Sequence[Sequence[Token]]) -> bool:
    """Return whether the values that must be written out are, and do not make more of a text than it is."""
    texts = [values[place] for place in function.written_out]
    if not all(len(value) == 1 and value[0].kind == Kind.TEXT for value in texts):
        return False
    written = [value[0].text for value in texts]
    if name == "REPLACE":
        return len(written[0]) >= max(1, len(written[1]))
    if name == "REGEXP_LIKE":
        repetitions = 1
        for count in re.findall(r"[0-9]+", " ".join(re.findall(r"\{[^}]*\}", written[0]))):
            repetitions *= max(1, int(count[:9]))
        return repetitions <= _MOST_REPETITIONS
    return True


def _quoted(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise _about_length()
    return "'" + text.replace("'", "''") + "'"


def _about_length() -> PredicateError:
    return PredicateError("predicate_length", characters=MOST_CHARACTERS, operators=MOST_OPERATORS, levels=MOST_LEVELS)


def _about_word(word: str) -> PredicateError:
    return PredicateError("predicate_word", word=word[:30], functions=", ".join(FUNCTIONS))
