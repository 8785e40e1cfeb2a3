"""The keys of a chunk of records: its operator, its person, which of the person's numbers it is.

Columns that start with `_` are facts about a record that no file shows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.sample.plan import BLOCK, Carrier, FilePlan, of_operator
from thuebao.sample.streams import Streams, at, number, step

SINGLES = 26
"""Persons 0 to 25 of a block have one number."""

_SHARED_AT_LARGEST = 26  # who has two numbers at the largest operator …
_SHARED_AT_OTHER = 5  # … and one at another

# What a planted violation can set; null leaves a record as it is.
PLANTED = {
    "_person": pl.UInt64,  # the person of the record
    "_k": pl.Int32,  # which of the person's numbers, from 0
    "_c": pl.Int32,  # how many numbers the person has
    "_gap": pl.Int32,  # days between two of them
    "_not_before": pl.Int32,  # day
    "_day": pl.Int32,  # day
    "_minute": pl.Int32,  # minute of the day
    "_number_of": pl.UInt64,  # record whose number it shows
    "_sim_of": pl.UInt64,  # record whose SIM serial it shows
    "_sim_place": pl.Int32,  # place of its SIM among neighbours
    "_portrait_of": pl.UInt64,  # record whose portrait it shows
    "_other_name": pl.Boolean,
    "_other_birth": pl.Boolean,
    "_twin": pl.Boolean,  # one digit of the document number is another
    "_prepaid": pl.Boolean,
    "_contract": pl.Boolean,
    "_online": pl.Boolean,
    "_pos": pl.Int32,  # which of the points of sale of its operator and province
    "_province": pl.Int32,  # place in the list of provinces
    "_clerk": pl.Int32,
    "_code": pl.String,
    "_column": pl.String,
}


class Keys:
    """Computes the keys of any records of a plan; `planted` has a row per record kept for violations."""

    def __init__(self, carriers: Sequence[Carrier], streams: Streams, planted: pl.DataFrame) -> None:
        self.carriers = carriers
        self.streams = streams
        self.planted = planted
        self.largest_blocks = (carriers[0].records - carriers[0].planted) // BLOCK
        layout = _layout()
        self.place, self.which, self.many = (layout[name] for name in ("place", "k", "c"))

    def operator(self, record: pl.Expr) -> pl.Expr:
        """Return the place in the list of operators of a record's number."""
        firsts = [carrier.first for carrier in self.carriers[1:]]
        if not firsts:
            return record.cast(pl.UInt32) * 0
        return pl.sum_horizontal([(record >= number(first)).cast(pl.UInt32) for first in firsts])

    def frame(self, file: FilePlan, start: int, stop: int) -> pl.DataFrame:
        """Return the keys of rows `start` to `stop` − 1 of a file, in the file's order."""
        row = pl.int_range(start, stop, dtype=pl.UInt64, eager=True).alias("_row")
        # Rows are shuffled, or the numbers of one person would stand next to each other.
        place = (pl.col("_row") * number(step(file.records)) + number(file.records // 3)) % number(file.records)
        base = (
            row.to_frame()
            .with_columns(_g=place + number(file.first))
            .with_columns(_op=self.operator(pl.col("_g")))
            .with_columns(_i=pl.col("_g") - of_operator(self.carriers, "first", pl.col("_op")))
        )
        records, planted = (of_operator(self.carriers, value, pl.col("_op")) for value in ("records", "planted"))
        kept = records - planted
        base = base.with_columns(_kept=kept, _is_planted=pl.col("_i") >= kept, _block=pl.col("_i") // number(BLOCK))
        return self._persons(self._with_planted(base))

    def _with_planted(self, base: pl.DataFrame) -> pl.DataFrame:
        if self.planted.is_empty():
            return base.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in PLANTED.items())
        before = [0]
        for carrier in self.carriers:
            before.append(before[-1] + carrier.planted)
        offset = at(pl.Series(before, dtype=pl.UInt64), pl.col("_op"))
        index = pl.when("_is_planted").then(offset + pl.col("_i") - pl.col("_kept"))
        return base.with_columns(at(self.planted[name], index).alias(name) for name in PLANTED)

    def _persons(self, base: pl.DataFrame) -> pl.DataFrame:
        block = pl.col("_block") + of_operator(self.carriers, "blocks", pl.col("_op"))
        slot = (pl.col("_block") % number(8)) * number(BLOCK) + pl.col("_i") % number(BLOCK)
        place = pl.when("_is_planted").then(pl.col("_i") % number(BLOCK)).otherwise(at(self.place, slot))
        base = base.with_columns(_place=place.cast(pl.UInt64), _slot=slot)
        own = block * number(BLOCK) + pl.col("_place")
        # Some people have numbers at two operators. Each block of the largest one lends at most one person.
        second = self.carriers[1].blocks if len(self.carriers) > 1 else 0
        lender = block - number(second)
        shared = (
            (pl.col("_op") > 0)
            & ~pl.col("_is_planted")
            & (pl.col("_place") == _SHARED_AT_OTHER)
            & (lender < number(self.largest_blocks))
        )
        person = pl.when(shared).then(lender * number(BLOCK) + number(_SHARED_AT_LARGEST)).otherwise(own)
        alone = pl.col("_is_planted")
        return base.with_columns(
            _shared=shared,
            _person=pl.coalesce("_person", person),
            _k=pl.coalesce("_k", pl.when(alone).then(0).otherwise(at(self.which, pl.col("_slot")))),
            _c=pl.coalesce("_c", pl.when(alone).then(1).otherwise(at(self.many, pl.col("_slot")))),
        ).with_columns(
            # Alone: whatever happens to the record, no other record is of the same person.
            _solo=(pl.col("_c") == 1) & ~pl.col("_is_planted") & ~pl.col("_shared"),
            _number_of=pl.coalesce("_number_of", "_g"),
            _sim_of=pl.coalesce("_sim_of", "_g"),
            _portrait_of=pl.coalesce("_portrait_of", "_g"),
        )


def _layout() -> dict[str, pl.Series]:
    """Return place of the person, which number (k) and how many (c) for the records of 8 kinds of blocks."""
    usual = [1] * SINGLES + [2] * 4 + [3] * 2
    with_four = [1] * SINGLES + [2] * 2 + [4] + [0] + [3] * 2
    records = [
        (place, k, many)
        for block in range(8)
        for place, many in enumerate(with_four if block == 7 else usual)
        for k in range(many)
    ]
    place, k, many = zip(*records, strict=True)
    return {
        "place": pl.Series(place, dtype=pl.UInt32),
        "k": pl.Series(k, dtype=pl.Int32),
        "c": pl.Series(many, dtype=pl.Int32),
    }
