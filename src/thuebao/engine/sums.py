"""For how many records conditions hold, by a key: bits of few values are counted faster than groups are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.facts.kernel import holds

_FEW = 16
"""Values that are counted one by one."""
RECORDS = "records"
"""What is counted beside conditions."""


class Sums:
    """Counts batches by the column `key`, which has few values in most files."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._usual = pl.Series(dtype=pl.String)  # the values of the batch before

    def of(self, records: pl.DataFrame, conditions: Sequence[str]) -> pl.DataFrame:
        """Return key, what (RECORDS and each condition, a Boolean column) and count: of how many records it holds."""
        key = records[self._key]
        for values in self._may_be(key) if records.height else ():
            usual = values.head(_FEW)
            masks = _bits([key.is_null() if value is None else key == value for value in usual], records.height)
            if np.bitwise_count(masks).sum() == records.height:
                there = np.flatnonzero(masks.max(axis=1))
                self._usual = usual.gather(there)
                return self._by_bits(records, conditions, masks[there])
        counts = pl.len().alias(RECORDS), pl.col(conditions).sum()
        wide = records.group_by(self._key).agg(each.cast(pl.Int64) for each in counts)
        return wide.unpivot(index=self._key, variable_name="what", value_name="count")

    def _may_be(self, key: pl.Series) -> Iterator[pl.Series]:
        """Yield what all values of a batch's key may be: as in the batch before, else as they are."""
        if len(self._usual):
            yield self._usual
        yield key.unique()

    def _by_bits(self, records: pl.DataFrame, conditions: Sequence[str], masks: npt.NDArray[np.uint64]) -> pl.DataFrame:
        bits = _bits([records[name] for name in conditions], records.height)
        counts = [
            np.bitwise_count(each).sum(axis=1, dtype=np.int64) for mask in masks for each in (mask[None], bits & mask)
        ]
        what, key = pl.Series("what", [RECORDS, *conditions]), self._usual.alias(self._key)
        places = np.arange(len(key) * len(what))
        keys = key.gather(places // len(what)), what.gather(places % len(what))
        return pl.DataFrame([*keys, pl.Series("count", np.concatenate(counts))])


def _bits(conditions: Sequence[pl.Series], height: int) -> npt.NDArray[np.uint64]:
    """Return a row of words for each condition: a bit for each record of which it is known to hold."""
    rows = np.zeros((len(conditions), -(-height // 64) * 8), np.uint8)
    whole, rest = divmod(height, 8)
    for row, condition in zip(rows, conditions, strict=True):
        known = holds(condition)
        array = known.rechunk().to_arrow()
        if array.offset % 8:
            packed = np.packbits(known.to_numpy(), bitorder="little")
        else:
            packed = np.frombuffer(array.buffers()[1], np.uint8)[array.offset // 8 :]
        row[:whole] = packed[:whole]
        if rest:  # what stands behind the last record means nothing
            row[whole] = packed[whole] & (1 << rest) - 1
    return rows.view(np.uint64)
