"""Look first, work only on what needs it.

A kernel is a function of a whole Series, in Polars throughout; wrapped by `elementwise` it is an expression.
Most values of an export are already in their plain form, so a kernel finds the few that are not and pays for
those alone. Results never depend on which values happen to share a batch.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

Kernel = Callable[[pl.Series], pl.Series]

_PROBE = 100
_FEW = 100
_COMPARED = 4
_MOST_REMEMBERED = 10_000


def elementwise(expr: pl.Expr, kernel: Kernel, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """Return `kernel` applied to `expr`: one value in, one value of `dtype` out."""
    of_nothing: list[pl.Series] = []

    def unless_empty(values: pl.Series) -> pl.Series:
        if len(values) > 1 and values.null_count() == len(values):
            # Once for all batches: patterns are compiled anew when there are more than Polars remembers.
            if not of_nothing:
                of_nothing.append(kernel(values.head(1)))
            return of_nothing[0].new_from_index(0, len(values))
        return kernel(values)

    return expr.map_batches(unless_empty, return_dtype=dtype, is_elementwise=True)


def replace_where(values: pl.Series, mask: pl.Series, kernel: Kernel) -> pl.Series:
    """Return `values` with those under `mask` replaced by what `kernel` makes of them."""
    return refine(values, values, mask.fill_null(value=False), kernel)


class OverDistinct:
    """A kernel worked out once per distinct value, for columns that have few of them.

    What it found is remembered from batch to batch: an export repeats the same offices, kinds and places.
    """

    def __init__(self, kernel: Kernel, dtype: pl.DataType | type[pl.DataType], few: int = 0) -> None:
        """Take the kernel; `few`: so many values are told apart without asking first whether they repeat."""
        self._kernel = kernel
        self._dtype = dtype
        self._few = few
        self._known: dict[str | None, object] = {}
        self._usual: pl.Series | None = None

    def __call__(self, values: pl.Series) -> pl.Series:
        """Return the kernel's result for each value."""
        if not len(values):
            return pl.Series(values.name, [], self._dtype)
        if (results := self._by_comparing(values)) is not None:
            return results
        if len(values) > self._few and values.head(10 * _PROBE).n_unique() > _FEW:
            return self._kernel(values)
        distinct = values.unique()
        self._usual = distinct if len(distinct) <= _COMPARED else None
        results = self._results(distinct)
        if len(distinct) == 1:
            return results.new_from_index(0, len(values))
        return values.replace_strict(distinct, results, return_dtype=self._dtype)

    def _by_comparing(self, values: pl.Series) -> pl.Series | None:
        """Return the results if the values are the few of the batch before: comparing is cheaper than hashing."""
        usual = self._usual
        if usual is None:
            return None
        positions = pl.repeat(0, len(values), dtype=pl.UInt32, eager=True)
        covered = 0
        for position, value in enumerate(usual):
            same = values.eq_missing(value)
            covered += same.sum()
            if position:
                positions += same.cast(pl.UInt32) * position
        return self._results(usual).gather(positions) if covered == len(values) else None

    def _results(self, distinct: pl.Series) -> pl.Series:
        if len(distinct) > _MOST_REMEMBERED:
            return self._kernel(distinct)
        known, texts = self._known, distinct.to_list()
        new = [text for text in texts if text not in known]
        if new:
            known = known if len(known) < _MOST_REMEMBERED else {}
            new = new if known else texts
            known = known | dict(zip(new, self._kernel(pl.Series(new, dtype=pl.String)).to_list(), strict=True))
            self._known = known  # a new dict: other threads keep reading theirs
        return pl.Series([known[text] for text in texts], dtype=self._dtype)


def refine(results: pl.Series, values: pl.Series, mask: pl.Series, kernel: Kernel) -> pl.Series:
    """Return `results`, those under `mask` replaced by what `kernel` makes of the values there."""
    return fill_where(results, mask, kernel(values.filter(mask))) if mask.any() else results


def fill_where(results: pl.Series, mask: pl.Series, part: pl.Series) -> pl.Series:
    """Return `results` with those under `mask` replaced by `part`, which has one value for each."""
    return part if len(part) == len(results) else results.clone().scatter(mask.arg_true(), part)


def only_where(values: pl.Series, mask: pl.Series, kernel: Kernel, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return what `kernel` makes of the values under `mask`, NULL for the others."""
    return refine(pl.repeat(None, len(values), dtype=dtype, eager=True), values, mask, kernel)
