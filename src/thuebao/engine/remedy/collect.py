"""What is set aside of an audit so that lists can be made of it: facts of every record, and who puts what right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import INSIDE, ROW
from thuebao.base.parts import Part
from thuebao.base.spill import Spill
from thuebao.engine.prepare import Prepared
from thuebao.facts.steps_ahead import NEEDED
from thuebao.results.findings import Files
from thuebao.results.number_key import NUMBER
from thuebao.rulebook.rule import CARRIER, SUBSCRIBER

SEEN = ("operator", "shown_number", NUMBER, "contract_number", "is_terminated", *NEEDED)
"""The facts of every record that the lists are made of."""
CODE = "_code"
"""The position of a rule among `Collected.codes`."""
_NOTHING = pl.Series(dtype=pl.UInt32)
_NO_FILES = Files(*[pl.Series(dtype=pl.String)] * 2, *[_NOTHING] * 4)
_USUAL = {"shown_number": pl.col(NUMBER)}


class Collected:
    """The records of an audit (ROW, SEEN), and the errors found on them (ROW, CODE) by who puts them right.

    In the order of the records, on disk.
    """

    def __init__(self, folder: Path, prepared: Prepared) -> None:
        self._columns = [ROW, *SEEN, *([INSIDE] if prepared.wanted.where is not None else [])]
        self.records = Spill(folder, "listed", _USUAL)
        self.subscribers, self.carriers = Spill(folder, "subscribers"), Spill(folder, "carriers")
        self.files = _NO_FILES
        self.codes = sorted(prepared.texts.first)
        by_code, frame = prepared.rulebook.by_code, prepared.texts.frame
        place = {code: n for n, code in enumerate(self.codes)}
        self._place = pl.Series([place[code] for code in frame["code"]], dtype=pl.UInt16)
        self._by = {
            remedy: frame.select(
                (pl.col("severity") == "error")
                & pl.col("code").is_in([code for code in self.codes if by_code[code].remedy == remedy])
            ).to_series()
            for remedy in (SUBSCRIBER, CARRIER)
        }

    def see(self, evaluated: pl.DataFrame, codes: Sequence[str]) -> None:
        """Set aside what is needed of a batch."""
        del codes
        self.records.add(evaluated.select(self._columns))

    def take_back(self, row: int) -> None:
        """Drop the records from `row` on."""
        self.records.take_back(row)

    def tell(self, kinds: pl.DataFrame, files: Files) -> None:
        """Set aside the errors among findings (KINDS)."""
        self.files = files
        for remedy, spill in ((SUBSCRIBER, self.subscribers), (CARRIER, self.carriers)):
            some = kinds.filter(self._by[remedy].gather(kinds["kind"]))
            spill.add(some.select(ROW, self._place.gather(some["kind"]).alias(CODE)))

    def finish(self) -> None:
        """Nothing is added any more."""
        for spill in (self.records, self.subscribers, self.carriers):
            spill.finish()

    @property
    def total(self) -> int:
        """One more than the number of the last record."""
        return self.records.parts[-1].last + 1 if self.records.parts else 0

    @property
    def limited(self) -> bool:
        """Whether some records are INSIDE only."""
        return INSIDE in self._columns

    def found(self, spill: Spill, part: Part) -> pl.DataFrame:
        """Return the errors on the records of a part, each of a record once: parts are asked for in order."""
        some = spill.between(part.first, part.last)
        empty = pl.DataFrame(schema={ROW: pl.UInt32, CODE: pl.UInt16})
        # A record that stands in two groups of a rule has one error.
        return empty if some is None else some.unique([ROW, CODE], maintain_order=True)
