"""The word lists of data/: names, places, organisations, and how often each occurs in Viet Nam."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from thuebao.base.shipped_toml import parse_shipped
from thuebao.sample.streams import repeated


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of data/`name`.csv."""
    text = files("thuebao.sample").joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def document(name: str) -> dict[str, Any]:
    """Return data/`name`.toml."""
    return parse_shipped(files("thuebao.sample").joinpath(f"data/{name}.toml").read_text("utf-8"))


def column(name: str, of: str, **where: str) -> pl.Series:
    """Return column `of` of data/`name`.csv, of the rows that have the values of `where`."""
    return pl.Series([row[of] for row in rows(name) if all(row[k] == v for k, v in where.items())])


@dataclass(frozen=True)
class Names:
    """Parts of Vietnamese names, weighted; each list once as written and then once in capitals."""

    family: pl.Series
    middle: dict[str, pl.Series]
    second: dict[str, pl.Series]
    given: dict[str, pl.Series]
    ethnic: dict[str, pl.Series]


@cache
def names() -> Names:
    """Return the parts of Vietnamese names; middle names end in a space, first middle names may be empty."""

    def weighted(part: str, sex: str) -> pl.Series:
        found = [row for row in rows("given_names") if (row["part"], row["sex"]) == (part, sex)]
        return repeated([row["name"] for row in found], [int(row["weight"]) for row in found])

    def middle(sex: str) -> pl.Series:
        found = weighted("middle", sex)
        none = pl.Series([""] * (len(found) // 16))
        return with_capitals(pl.concat([found + " ", none]))

    def second(sex: str) -> pl.Series:
        # Văn and Thị stand right after the family name.
        found = weighted("middle", sex)
        return with_capitals(found.filter(~found.is_in(["Văn", "Thị"])) + " ")

    family = rows("family_names")
    return Names(
        family=with_capitals(repeated([r["name"] for r in family], [int(r["weight"]) for r in family])),
        middle={sex: middle(sex) for sex in ("male", "female")},
        second={sex: second(sex) for sex in ("male", "female")},
        given={sex: with_capitals(weighted("given", sex)) for sex in ("male", "female")},
        ethnic={sex: column("ethnic_names", "name", sex=sex) for sex in ("male", "female")},
    )


def with_capitals(words: pl.Series) -> pl.Series:
    """Return the words followed by the same words in capitals."""
    return pl.concat([words, words.str.to_uppercase()])
