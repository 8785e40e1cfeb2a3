"""The records of one sheet of a workbook, and what is said of the workbook around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from thuebao.base.messages import text
from thuebao.sources.notice import Notice
from thuebao.sources.sheets.limits.archive import column_letters
from thuebao.sources.sheets.merged import Merged
from thuebao.sources.sheets.table import Numbered, SheetTable
from thuebao.sources.sheets.workbook import Sheet

_ONE_IN = 100  # cells of a column, of which formulas without a result are too many for it to be judged


class WorkbookTable(SheetTable):
    """The records of a sheet of a workbook."""

    def valueless(self, records: int) -> set[str]:
        """Return the columns of which too many cells of so many records hold a formula without a result."""
        return {column for column, count in self._formulas.items() if count * _ONE_IN >= records}

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the sheet has been read; of the workbook only with its first sheet."""
        sheet = self._sheet
        if sheet.name == sheet.read[0]:
            yield from _of_workbook(sheet)
        yield from self._of_hidden()
        if self._formulas:
            count = sum(self._formulas.values())
            headers = ", ".join(self.header.mapped[column].strip() for column in self._formulas)
            said = text("notice.formulas_without_value", count=count, headers=headers)
            yield Notice("formulas_without_value", said, count)
        yield from super().notices()

    def numbers_of(self, position: int) -> int:
        """Return how many cells of a column are numbers, the result that is not there aside."""
        formulas = self._sheet.about.formulas[position + self._sheet.first_column]
        return max(super().numbers_of(position) - formulas, 0)

    def numbered(self) -> Iterator[Numbered]:
        """Yield rows with their numbers in the file; cells that reach down hold their value in each of their rows."""
        sheet = self._sheet
        merged = Merged.below(sheet.merged(), self.position.row)
        rows: Iterable[tuple[str | None, ...]] = merged.filled(sheet.rows()) if merged else sheet.rows()
        about = sheet.about
        return ((about.row_in_file(row) + 1 if about.gaps else row + 1, cells) for row, cells in enumerate(rows))

    @property
    def _sheet(self) -> Sheet:
        assert isinstance(self.of_workbook, Sheet)
        return self.of_workbook

    @cached_property
    def _formulas(self) -> dict[str, int]:
        """Return the canonical columns with formulas whose result is not in the file, and how many they have."""
        found: dict[str, int] = {}
        for position, count in sorted(self._sheet.about.formulas.items()):
            if column := self.header.column_at(position - self._sheet.first_column):
                found[column] = found.get(column, 0) + count
        return found

    def _of_hidden(self) -> Iterator[Notice]:
        about, first = self._sheet.about, self._sheet.first_column
        if about.hidden_rows:
            yield Notice("rows_hidden", text("notice.rows_hidden", count=about.hidden_rows), about.hidden_rows)
        width = range(first, first + len(self.header.names))
        hidden = [n for n in width if any(one <= n <= last for one, last in about.hidden_columns)]
        if hidden:
            names = (self.header.names[n - first].strip() or column_letters(n + 1) for n in hidden)
            said = text("notice.columns_hidden", count=len(hidden), headers=", ".join(names))
            yield Notice("columns_hidden", said, len(hidden))


def _of_workbook(sheet: Sheet) -> Iterator[Notice]:
    hidden = [name for name in sheet.read if sheet.is_hidden(name)]
    read = ", ".join(sheet.read)
    if len(sheet.read) > 1:
        yield Notice("sheets_read", text("notice.sheets_read", count=len(sheet.read), read=read), len(sheet.read))
    if hidden:
        said = text("notice.sheets_hidden", count=len(hidden), hidden=", ".join(hidden))
        yield Notice("sheets_hidden", said, len(hidden))
    if sheet.others:
        names = (text("notice.hidden_sheet", name=n) if sheet.is_hidden(n) else n for n in sheet.others)
        left = ", ".join(names)
        one = text("notice.sheets_left", read=read, left=left)
        said = one if len(sheet.read) == 1 else text("notice.sheets_left_of_many", left=left)
        yield Notice("sheets_left", said, len(sheet.others))
