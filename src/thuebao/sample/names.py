"""Names of people, Vietnamese and foreign."""

from __future__ import annotations

import polars as pl

from thuebao.sample.population import Kind
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.words import names, rows

_CAPITALS, _ETHNIC, _FOUR_WORDS = 0.3, 0.004, 0.2
_FOREIGN_NAMES = 8  # names of each part and nation in data/foreign_names.csv


def vietnamese_name(key: pl.Expr, male: pl.Expr, streams: Streams) -> pl.Expr:
    """Return a Vietnamese name of two to four words; some are written in capitals throughout."""
    parts = names()
    capitals = streams.chance("capitals", key, _CAPITALS)

    def pick(name: str, words: pl.Series) -> pl.Expr:
        # The second half of a list is its first half in capitals.
        half = len(words) // 2
        return at(words, streams.below(name, key, half) + pl.when(capitals).then(half).otherwise(0))

    def by_sex(name: str, words: dict[str, pl.Series]) -> pl.Expr:
        return pl.when(male).then(pick(name, words["male"])).otherwise(pick(name, words["female"]))

    more = by_sex("second middle name", parts.second)
    ethnic = pl.when(male).then(streams.pick("ethnic name", key, parts.ethnic["male"]))
    return (
        pl.when(streams.chance("ethnic", key, _ETHNIC))
        .then(ethnic.otherwise(streams.pick("ethnic name", key, parts.ethnic["female"])))
        .otherwise(
            pl.concat_str(
                pick("family name", parts.family),
                pl.lit(" "),
                by_sex("middle name", parts.middle),
                pl.when(streams.chance("four words", key, _FOUR_WORDS)).then(more).otherwise(pl.lit("")),
                by_sex("given name", parts.given),
            )
        )
    )


def foreign_name(key: pl.Expr, nation: pl.Expr, male: pl.Expr, streams: Streams) -> pl.Expr:
    """Return a name as passports of the nation (its place in data/nationalities.csv) have it."""

    def pick(part: str) -> pl.Expr:
        words = pl.Series([row["name"] for row in rows("foreign_names") if row["part"] == part])
        draw = streams.below(f"foreign {part}", key, _FOREIGN_NAMES)
        return at(words, nation.cast(pl.UInt64) * number(_FOREIGN_NAMES) + draw)

    given = pl.when(male).then(pick("male")).otherwise(pick("female"))
    return pl.concat_str(pick("family"), pl.lit(" "), given)


def full_name(streams: Streams) -> pl.Expr:
    """Return the name of each record's person; for DUP121 one with another middle name."""
    person, male = pl.col("_person"), pl.col("_male")
    foreign = pl.col("_kind") == Kind.FOREIGNER
    found = vietnamese_name(person, male, streams)
    # One more word is another name for certain, which another draw from the lists is not.
    other = found.str.replace(" ", pl.when(male).then(pl.lit(" Quang ")).otherwise(pl.lit(" Mỹ ")))
    return (
        pl.when(foreign)
        .then(foreign_name(person, pl.col("_nation"), male, streams))
        .when("_other_name")
        .then(other)
        .otherwise(found)
    )
