"""Four records, what is found on them, and the texts that are read of a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

import thuebao
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, person
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import ReadAs, open_export, stored_at
from thuebao.sources.headers.mapping import Mapping

AS_NAMED = ReadAs(mappings=[Mapping("", {})])
"""How a table is read that its user says is an export, though a column alone be known in it."""
RECORDS = [GOOD, ERROR, WARNING, INFO, person(4) | NAMELESS | {"msisdn": "0961234567", "address": "-"}]
FINDINGS = [
    (2, "PER101", None),
    (3, "NUM104", "0952345678"),
    (4, "PER104", "An"),
    (5, "NUM105", "0961234567"),
    (5, "PER101", None),
    (5, "PER131", "-"),
]
VIETNAMESE_HEADERS = dict(
    zip(
        GOOD,
        [
            "Số thuê bao",
            "Họ và tên",
            "Ngày sinh",
            "Quốc tịch",
            "Giới tính",
            "Loại giấy tờ",
            "Số giấy tờ",
            "Ngày cấp",
            "Nơi cấp",
            "Địa chỉ",
            "Loại thuê bao",
            "Bản xác nhận",
            "Bản số hóa giấy tờ",
            "Ảnh chân dung",
            "Thời gian chụp ảnh",
            "Thời gian đăng ký",
            "Ngày bắt đầu sử dụng",
            "Trạng thái",
            "Giao dịch viên",
            "Địa chỉ điểm cung cấp dịch vụ",
            "Điện thoại điểm cung cấp dịch vụ",
        ],
        strict=True,
    )
)


def found(*paths: str | Path) -> list[tuple[int, str, str | None]]:
    """Return record, code and value of what an audit finds; nothing may be unreadable."""
    result = thuebao.audit(paths, as_of=date.fromisoformat(AS_OF), reveal=True)
    assert result.unreadable == ()
    rows = result.findings.select("record", "code", "value").collect().rows()
    return [(record, code, value or None) for record, code, value in rows]


def read(path: str | Path) -> list[dict[str, str | None]]:
    """Return the records of a file as they go into the audit: canonical columns, text as the file has it."""
    [stored] = stored_at(str(path)).stored
    export = open_export(stored, "Viettel", shipped_reference(), AS_NAMED)
    batches = [batch.records for batch in export.batches(set(export.header.mapped))]
    return [
        {column: row[raw(column)] for column in export.header.mapped}
        for batch in batches
        for row in batch.iter_rows(named=True)
    ]


def parquet(desk: Desk, **values: Sequence[Any] | pl.Series) -> list[dict[str, str | None]]:
    pl.DataFrame(values).write_parquet(desk.path / "vina.parquet")
    return read("vina.parquet")


def inputs(cli: Command, *paths: str) -> list[str]:
    done = cli("audit", *paths, "--operator", "Viettel", "--format", "json")
    assert done.code in (0, 1), done.err
    return [given["path"] for given in done.document["inputs"]]
