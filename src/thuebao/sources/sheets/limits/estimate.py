"""The estimated size of a worksheet, and the limits that it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thuebao.base.errors import InputError
from thuebao.sources.sheets.limits.archive import column_letters

MOST_CELLS = 60_000_000  # about 2 GB: calamine takes 32 bytes for each place between the first cell and the last
MOST_TEXT = 1 << 30  # bytes


@dataclass
class Estimate:
    """The rectangle of a sheet's cells, how many of them there are, and the bytes of shared text that they show."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0

    @property
    def places(self) -> int:
        """How many places calamine takes memory for."""
        return max(self.rows * self.columns, self.cells)


def check_estimates(path: str, sheets: Sequence[Estimate]) -> None:
    """Raise InputError if the two largest sheets are too large: two are in memory while the one to read is chosen."""
    largest = max(sheets, key=lambda sheet: sheet.places)
    if sum(sorted(sheet.places for sheet in sheets)[-2:]) > MOST_CELLS:
        raise InputError("cells_too_far", path=path, column=column_letters(largest.columns), rows=largest.rows)
    if sum(sorted(sheet.text for sheet in sheets)[-2:]) > MOST_TEXT:
        raise InputError("cells_too_much_text", path=path, limit=f"{MOST_TEXT >> 20} MiB")
