"""The records of one sheet of a workbook, and what is said of the workbook around it."""

from __future__ import annotations

from collections.abc import Iterator

from thuebao.base.messages import text
from thuebao.sources.notice import Notice
from thuebao.sources.sheets.table import SheetTable
from thuebao.sources.sheets.workbook import Sheet

OF_WORKBOOKS = ("sheets_read", "sheets_hidden", "sheets_left")
"""The codes of notices that are about a workbook, not about one of its sheets."""


class WorkbookTable(SheetTable):
    """The records of a sheet of a workbook."""

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the sheet has been read; of the workbook only with its first sheet."""
        sheet = self.of_workbook
        if isinstance(sheet, Sheet) and sheet.name == sheet.read[0]:
            yield from _of_workbook(sheet)
        yield from super().notices()


def _of_workbook(sheet: Sheet) -> Iterator[Notice]:
    hidden = [name for name in sheet.read if sheet.is_hidden(name)]
    if len(sheet.read) > 1:
        said = text("notice.sheets_read", count=len(sheet.read), read=", ".join(sheet.read))
        yield Notice("sheets_read", said, len(sheet.read))
    if hidden:
        said = text("notice.sheets_hidden", count=len(hidden), hidden=", ".join(hidden))
        yield Notice("sheets_hidden", said, len(hidden))
    if sheet.others:
        left = ", ".join(
            text("notice.hidden_sheet", name=name) if sheet.is_hidden(name) else name for name in sheet.others
        )
        yield Notice(
            "sheets_left", text("notice.sheets_left", read=", ".join(sheet.read), left=left), len(sheet.others)
        )
