"""What is known of a sheet beyond the values of its cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class About:
    """What a sheet says beyond values; rows and columns count from 0.

    hidden_rows: how many rows with cells a person does not see; hidden_columns: first and last of each stretch of such
    columns. formulas: column → cells whose formula's result is not in the file. gaps: (row, rows left out before it),
    where nothing stands for very long. zeros: row → column → digits that a number is shown with, where zeros in front
    come from its format. merged: (first row, last row, first column) of cells that reach down.
    """

    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: Counter[int] = field(default_factory=Counter)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    zeros: dict[int, dict[int, int]] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    def row_in_file(self, row: int) -> int:
        """Return where a row stands in the file."""
        return row + sum(left for at, left in self.gaps if at <= row)


def column_number(letters: str) -> int:
    """Return the number of a column from 0 by its letters: "AB" is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
