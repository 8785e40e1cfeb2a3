"""One export of many records, and which of some rules each of them violates: how the tests of facts ask."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao

AS_OF = date(2026, 11, 23)

GOOD = {
    "full_name": "Nguyễn Văn An",
    "date_of_birth": "20/05/1990",
    "nationality": "Việt Nam",
    "sex": "Nam",
    "id_type": "CCCD",
    "id_number": "001090012345",
    "id_issue_date": "15/08/2021",
    "id_issue_place": "Cục Cảnh sát QLHC về TTXH",
    "address": "12 Trần Phú, Hà Nội",
    "registered_at": "05/05/2025 09:10",
}

Violated = Callable[..., list[set[str]]]


@pytest.fixture
def violated(tmp_path: Path) -> Violated:
    """Return a function: records (what differs from a good one), rules → the rules that each record violates."""

    def violated(records: Sequence[dict[str, str]], *rules: str, without: Sequence[str] = ()) -> list[set[str]]:
        path, findings = tmp_path / "export.csv", tmp_path / "findings.parquet"
        columns = dict.fromkeys(["msisdn", *GOOD, *(column for record in records for column in record)])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c for c in columns if c not in without], restval="", extrasaction="ignore")
            writer.writeheader()
            for n, record in enumerate(records):
                writer.writerow(GOOD | {"msisdn": f"0{912345678 + n}"} | record)
        result = thuebao.audit(path, operator="VinaPhone", select=rules, as_of=AS_OF, findings=findings, force=True)
        assert result.operators["records"].sum() == len(records)
        found: list[set[str]] = [set() for _ in records]
        for number, code in pl.read_parquet(findings).select("record", "code").iter_rows():
            found[number - 1].add(code)
        return found

    return violated
