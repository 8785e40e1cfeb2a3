"""Look first, work only on what needs it.

A kernel is a function of a whole Series, in Polars throughout; wrapped by `elementwise` it is an expression.
Most values of an export are already in their plain form, so a kernel finds the few that are not and pays for
those alone. Results never depend on which values happen to share a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Kernel = Callable[[pl.Series], pl.Series]

_PROBE = 100
_FEW = 100
_MOST_REMEMBERED = 10_000
_SLOT_BITS = 14
_SLOTS = 1 << _SLOT_BITS
_IN_SLOTS = 1_000  # of what is remembered: more would share their slots
_SEEDS = 8


def the_same(value: object, count: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return `count` times the same value; `pl.repeat` takes longer to be asked than most kernels to run."""
    return pl.Series([value], dtype=dtype).new_from_index(0, count)


def holds(condition: pl.Series) -> pl.Series:
    """Return whether a condition is true, and not unknown; `fill_null` takes longer to be asked than this does."""
    return condition & condition.is_not_null() if condition.null_count() else condition


def there(values: pl.Series) -> pl.Series:
    """Return which values are not NULL; where all are, `is_not_null` takes longer to be asked than this does."""
    return values.is_not_null() if values.null_count() else the_same(True, len(values), pl.Boolean)


def by_position(results: pl.Series) -> Kernel:
    """Return the kernel that takes numbers for positions among `results`; `gather` takes longer to be asked."""
    return lambda positions: results[positions.cast(pl.UInt32)]


def numbers_of(values: pl.Series) -> npt.NDArray[np.int32]:
    """Return 32-bit integers as they are stored; what stands at a NULL means nothing."""
    array = values.rechunk().to_arrow()
    return np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array)]


def at_once(values: pl.Series, steps: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Return what steps make of values; asked for one by one, each step costs as much as it takes for a thousand."""
    return values.to_frame().select_seq(steps(pl.first())).to_series()


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
    return refine(values, values, holds(mask), kernel)


class _Known:
    """Texts whose results were worked out, each once."""

    def __init__(self, texts: pl.Series, results: pl.Series) -> None:
        self.texts, self.results = texts, results
        self.at = {text: at for at, text in enumerate(texts.to_list())}
        self._slots: tuple[int, npt.NDArray[np.uint16]] | None = None  # made where many values are asked for

    def _in_slots(self) -> tuple[int, npt.NDArray[np.uint16]]:
        """Return a seed with which the hashes of the first texts differ, if any, and their positions by hash."""
        first = self.texts.head(_IN_SLOTS)
        positions = np.arange(len(first), dtype=np.uint16)
        for seed in range(_SEEDS):
            slots = np.zeros(_SLOTS, np.uint16)
            slots[_slots_of(first, seed)] = positions
            if (slots[_slots_of(first, seed)] == positions).all():
                break
        return seed, slots

    def looked_up(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return for each value the result that it has if it is known, and whether it is: hashes only nominate."""
        seed, slots = self._slots = self._slots or self._in_slots()
        positions = pl.Series(slots[_slots_of(values, seed)].astype(np.uint32))
        texts = self.texts[positions]
        known = values.eq_missing(texts) if values.null_count() or texts.null_count() else values == texts
        return self.results[positions], known

    def of_known(self, texts: list[str | None]) -> pl.Series:
        """Return the results of texts that are all known."""
        return self.results[[self.at[text] for text in texts]]


def _slots_of(values: pl.Series, seed: int) -> npt.NDArray[np.int64]:
    return (values.hash(seed).to_numpy() >> np.uint64(64 - _SLOT_BITS)).view(np.int64)


class OverDistinct:
    """A kernel worked out once per distinct value, for columns that have few of them.

    What it found is remembered from batch to batch: an export repeats the same offices, kinds and places.
    """

    def __init__(
        self, kernel: Kernel, dtype: pl.DataType | type[pl.DataType], few: int = 0, ahead: Sequence[str] = ()
    ) -> None:
        """Take the kernel; `few`: so many values are told apart without asking first whether they repeat.

        ahead: texts that are worked out together with the first, because they come one by one, a batch each.
        """
        self._kernel = kernel
        self._ahead = pl.Series(ahead, dtype=pl.String)
        self._dtype = dtype
        self._few = few
        self._known: _Known | None = None
        self._constant: tuple[str | None, pl.Series] | None = None

    def __call__(self, values: pl.Series) -> pl.Series:
        """Return the kernel's result for each value."""
        if not len(values):
            return pl.Series(values.name, [], self._dtype)
        if len(values) <= self._few:
            return self._of_few(values)
        if self._constant and values[0] == self._constant[0] and values.eq_missing(self._constant[0]).all():
            return self._constant[1].new_from_index(0, len(values))
        if self._known is None:
            return self._of_unknown(values)
        results, known = self._known.looked_up(values)
        return results if known.all() else refine(results, values, ~known, self._of_unknown)

    def _of_few(self, values: pl.Series) -> pl.Series:
        texts = values.to_list()
        known = self._known
        if known is None or not known.at.keys() >= {*texts}:
            known = self._with(values.unique())
        return known.of_known(texts)

    def _of_unknown(self, values: pl.Series) -> pl.Series:
        if len(values) > _FEW and values.head(10 * _PROBE).n_unique() > _FEW:
            return self._kernel(values)
        distinct = values.unique()
        if len(distinct) > _MOST_REMEMBERED:
            return self._kernel(values)
        results = self._with(distinct).of_known(distinct.to_list())
        if len(distinct) == 1:
            self._constant = distinct[0], results
            return results.new_from_index(0, len(values))
        return values.replace_strict(distinct, results, return_dtype=self._dtype)

    def _with(self, texts: pl.Series) -> _Known:
        """Return what is known, with these texts, which are distinct."""
        known = self._known
        if known is not None and len(known.texts) + len(texts) > _MOST_REMEMBERED:
            known = None
        if known is None:
            new = pl.concat([texts, self._ahead.filter(~self._ahead.is_in(texts.implode()))])
        else:
            new = texts.filter([text not in known.at for text in texts.to_list()])
        if known is None or len(new):
            results = self._kernel(new)
            if known is not None:
                new, results = pl.concat([known.texts, new]), pl.concat([known.results, results])
            # A new one: other threads keep reading theirs.
            self._known = known = _Known(new, results)
        return known


def refine(results: pl.Series, values: pl.Series, mask: pl.Series, kernel: Kernel) -> pl.Series:
    """Return `results`, those under `mask` replaced by what `kernel` makes of the values there."""
    return fill_where(results, mask, kernel(values.filter(mask))) if mask.any() else results


def fill_where(results: pl.Series, mask: pl.Series, part: pl.Series) -> pl.Series:
    """Return `results` with those under `mask` replaced by `part`, which has one value for each."""
    if len(part) == len(results):
        return part
    if results.dtype.is_nested():  # for which Polars has no scatter
        positions = np.arange(len(results), dtype=np.uint32)
        positions[mask.to_numpy()] = np.arange(len(results), len(results) + len(part))
        return pl.concat([results, part]).gather(positions)
    return results.clone().scatter(mask.arg_true(), part)


def only_where(values: pl.Series, mask: pl.Series, kernel: Kernel, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return what `kernel` makes of the values under `mask`, NULL for the others."""
    return refine(the_same(None, len(values), dtype), values, mask, kernel)
