"""The other numbers of contracts of which one number is notified, where the law has them notified too.

Contracts are told apart by a hash of 128 bits of operator and number: an errant one is 16 bytes, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from thuebao.base.fold import fold_text
from thuebao.base.helper_columns import INSIDE, ROW
from thuebao.engine.groups.flags import Flags, no_flags
from thuebao.engine.remedy.collect import Collected
from thuebao.facts.steps_ahead import NEEDED
from thuebao.facts.text import fold
from thuebao.rulebook.reference import Reference

_CONTRACT = ["operator", "contract_number"]
_HASHES = (_FIRST, _SECOND) = ("first", "second")
_SEED = 1
_PER_RECORD = 30
"""Contracts that take less memory than a record does while groups are decided (engine/memory.py)."""


@dataclass(frozen=True)
class SameContract:
    """The search for the other numbers of errant contracts.

    first_notice: from which day the clock of a record runs; reaches: whether its timetable is about the whole contract;
    at_once: how many records may be held in memory.
    """

    collected: Collected
    reference: Reference
    first_notice: pl.Expr
    reaches: pl.Expr
    at_once: int

    def find(self) -> Flags:
        """Return the records of numbers in service that share a contract with an errant one, those aside or not."""
        found = Flags(no_flags(self.collected.total))
        errors = sum(part.height for part in self.collected.subscribers.parts)
        rounds = -(-errors // (self.at_once * _PER_RECORD))
        for number in range(rounds):
            errant = self._errant(number, rounds)
            if len(errant):
                self._draw(errant, found)
        return found

    def _errant(self, number: int, rounds: int) -> pl.DataFrame:
        """Return the hashes of contracts with an error, each once and in order, of one round."""
        known, waiting = pl.DataFrame(schema=dict.fromkeys(_HASHES, pl.UInt64)), []
        for some in self._with_errors():
            waiting.append(_hashes(some).filter(pl.col(_FIRST) % rounds == number))
            if sum(map(len, waiting)) > len(known):
                known, waiting = pl.concat([known, *waiting]).unique(), []
        return pl.concat([known, *waiting]).unique().sort(_HASHES)

    def _with_errors(self) -> Iterator[pl.DataFrame]:
        collected, flags = self.collected, [fold_text(word) for word in self._flags]
        for part in collected.records.parts:
            rows = collected.found(collected.subscribers, part)[ROW].unique(maintain_order=True)
            if not len(rows):
                continue
            some = part.take(rows, [*_CONTRACT, "is_terminated", *NEEDED])
            some = some.filter(~pl.col("is_terminated") & pl.col("contract_number").is_not_null())
            some = some.with_columns(first_notice=self.first_notice).filter(self.reaches).select(_CONTRACT).unique()
            # What only says that there is a contract names none.
            yield some.filter(~fold(some["contract_number"]).is_in(flags))

    @property
    def _flags(self) -> list[str]:
        return list(self.reference.document("text")["references"]["flags"])

    def _draw(self, errant: pl.DataFrame, found: Flags) -> None:
        """Add the records whose contract is among the errant ones."""
        collected, first, second = self.collected, *(errant[name].to_numpy() for name in _HASHES)
        columns = [ROW, *_CONTRACT, "is_terminated", *([INSIDE] if collected.limited else [])]
        there = ~pl.col("is_terminated") & pl.col("contract_number").is_not_null()
        for part in collected.records.parts:
            some = part.read(columns).filter(there & pl.col(INSIDE) if collected.limited else there)
            if some.is_empty():
                continue
            of_first, of_second = (_hashes(some)[name].to_numpy() for name in _HASHES)
            at = np.minimum(np.searchsorted(first, of_first), len(first) - 1)
            found.flag(some[ROW].to_numpy()[(first[at] == of_first) & (second[at] == of_second)])


def _hashes(contracts: pl.DataFrame) -> pl.DataFrame:
    """Return the hash of each contract, as two numbers."""
    return contracts.select(pl.struct(_CONTRACT).hash(seed).alias(name) for seed, name in enumerate(_HASHES, _SEED))
