"""Makes one file of the sheets of a workbook, each of which was audited by a header of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.results.result import ExportFinding, Input
from thuebao.rulebook.columns import columns
from thuebao.sources.notice import Notice
from thuebao.sources.sheets.table import OF_WORKBOOKS

_ABOUT_HEADERS = ("statutory-column-absent", "text-converted", "column-unknown", "column-of-49-absent")
"""The rules on files that say the same of every sheet with the same header: they need be said only once."""


def of_sheets(parts: Sequence[Input]) -> Input:
    """Return what is said of a file whose sheets were read one by one."""
    first = parts[0]
    if len(parts) == 1:
        return first
    present: dict[str, str] = {}
    for part in reversed(parts):
        present |= part.columns
    return replace(
        first,
        records=sum(part.records for part in parts),
        rejected=sum(part.rejected for part in parts),
        columns={column: present[column] for column in columns() if column in present},
        absent=[column for column in first.absent if column not in present],
        passed_over={kind: sum(part.passed_over[kind] for part in parts) for kind in first.passed_over},
        notices=tuple(notice for part in parts for notice in _notices(part)),
        ignored=sorted({column for part in parts for column in part.ignored}),
        sheets=tuple(sheet for part in parts for sheet in part.sheets),
        operators=tuple(sorted({name for part in parts for name in part.operators})),
    )


def _notices(part: Input) -> Iterator[Notice]:
    [sheet] = part.sheets
    for notice in part.notices:
        if notice.code in OF_WORKBOOKS:
            yield notice
        else:
            yield replace(notice, text=text("notice.of_sheet", sheet=sheet.name, said=notice.text))


def findings_of_sheets(found: Sequence[tuple[str, list[ExportFinding]]], names: dict[str, str]) -> list[ExportFinding]:
    """Return the findings about a file from those about its sheets, each with the sheet's name.

    What holds of all of them is said once. names: of rules by code.
    """
    if len(found) == 1:
        return found[0][1]
    every = [findings for _, findings in found]
    common = [
        one for one in every[0] if names[one.code] in _ABOUT_HEADERS and all(one in findings for findings in every)
    ]
    own = [
        replace(one, detail=text("export_finding.of_sheet", detail=one.detail, sheet=harmless(sheet)))
        for sheet, findings in found
        for one in findings
        if one not in common
    ]
    order = list(names)
    return sorted([*common, *own], key=lambda one: order.index(one.code))
