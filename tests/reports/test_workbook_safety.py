"""Nothing in a workbook does anything by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import polars as pl
import pytest

from helpers.workbooks import ABOUT, HEADER, everything, read, written
from thuebao.base.foreign_text import harmless
from thuebao.reports.excel import sheets as workbook
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    '=HYPERLINK("http://x")',
    "http://example.com",
    "mailto:a@b.vn",
    "<script>alert(1)</script>",
    "<r><t>x</t></r>",
    '</t></is></c><c r="A9"><f>1+1</f></c>',
    "&amp;",
    "_x0041_",
    "1E5",
    "007",
    "TRUE",
    "{=1}",
    "internal:'Summary'!A1",
]
UNSEEN = ["\x1b[31mred", "a\u202eb", "a\u061cb", "a\u2066b", "nul\x00", "line\nbreak", "tab\t", "a\u200bb", "\ufeffa"]
LONG = "9" * 40_000


def finding(value: str) -> dict[str, Any]:
    return {
        "path": value,
        "record": 1,
        "operator": value,
        "msisdn": value,
        "code": "PER101",
        "name": "name-missing",
        "severity": "error",
        "field": "full_name",
        "value": value,
        "basis": value,
        "group": None,
        "sheet": value,
    }


def test_hostile_contents_stay_text(two: AuditResult) -> None:
    hostile = [*HOSTILE, *UNSEEN, LONG, "🙂" * 40_000]
    content = written(two, pl.LazyFrame([finding(value) for value in hostile], schema=SCHEMA))
    sheet = read(content)["Findings"]
    for value, row in zip(hostile, sheet.iter_rows(min_row=HEADER + 1), strict=True):
        for cell in (row[0], row[3], row[4], row[5], row[10], row[11]):
            assert (cell.data_type, cell.hyperlink) == ("s", None)
            assert cell.quotePrefix
            if value in UNSEEN:
                assert cell.value == re.sub("[^\x20-\x7e]", "\ufffd", value)
            elif len(value) >= 40_000:
                assert cell.value.startswith(value[:1000])
                assert cell.value.endswith("…")
                assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
            elif value != "_x0041_":  # which openpyxl does not read back as it was
                assert cell.value.rstrip() == value
    parts = everything(content)
    assert "<f>" not in parts
    assert "<hyperlink" not in parts
    assert "_x005F_x0041_" in parts


def test_hostile_names_stay_text_everywhere(two: AuditResult) -> None:
    for value in [*HOSTILE, *UNSEEN, LONG]:
        result = replace(
            two,
            rules=two.rules[:10],
            inputs=tuple(replace(i, path=value, encoding=value) for i in two.inputs),
            operators=two.operators.with_columns(operator=pl.lit(value)),
            counts=two.counts.with_columns(operator=pl.lit(value)),
            offenders=two.offenders.with_columns(operator=pl.lit(value), name=pl.lit(value)),
            identities={None: {"4-9": 0}, value: {"4-9": 1}},
            where=value,
            notices=(value,),
        )
        about = replace(ABOUT, made_by=value, options={value: value}, versions={value: value})
        file = BytesIO()
        workbook.write_workbook(file, result, two.findings, about, full=value)
        parts = everything(file.getvalue())
        assert "<f>" not in parts
        assert "<hyperlink" not in parts
        for sheet in read(file.getvalue()):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n", "d")
                    assert not re.search("[\x00-\x1f\u202e\u061c\u2066\u200b\ufeff]", str(cell.value))


@pytest.mark.parametrize("value", [*UNSEEN, "soft\u00adhyphen", "tag\U000e0041", "\udcff"])
def test_harmless_shows_what_is_not_seen(value: str) -> None:
    assert harmless(value) == re.sub("[^\x20-\x7e]", "\ufffd", value)


def test_harmless_leaves_vietnamese_as_it_is() -> None:
    name = "Nguyễn Thị Ngọc Ánh, Đắk Lắk"
    assert harmless(name) == name
