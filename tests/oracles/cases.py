"""Worked cases: a few registrations that differ in what is said of them, and what the oracle finds on them."""

from __future__ import annotations

import datetime as dt

from oracles.duplicates import check
from oracles.spelling import Record
from oracles.worlds import AS_OF, COLUMNS

PERSON: Record = {
    "operator": "Viettel",
    "full_name": "Nguyễn Văn An",
    "date_of_birth": "15/08/1990",
    "nationality": "Việt Nam",
    "id_type": "CCCD",
    "id_number": "001090012345",
    "id_issue_date": "20/05/2021",
    "id_issue_place": "Bộ Công an",
    "payment_type": "Trả trước",
    "registered_at": "10/03/2025 09:30:00",
    "pos_kind": "Cửa hàng",
    "status": "Đang hoạt động",
}
TAX_CODE = "0100109106"
COMPANY: Record = {"subscriber_kind": "Tổ chức", "organisation_name": "VNPT", "organisation_tax_code": TAX_CODE}
MORNING = "10/03/2025 09:30"
SAME_NUMBER: Record = {"msisdn": "0901234567"}


def records_of(*changes: Record) -> list[Record]:
    """Otherwise one and the same registration of different numbers."""
    blank = dict.fromkeys(COLUMNS) | PERSON
    return [blank | {"msisdn": f"09000000{n:02}"} | change for n, change in enumerate(changes)]


def codes_of(
    *changes: Record, as_of: dt.date = AS_OF, operator: str | None = None, law: str = "auto"
) -> list[set[str]]:
    """What fires on each of the records."""
    records = records_of(*changes)
    fires = check(records, as_of, operator=operator, law=law).fires
    return [{code for at, code in fires if at == index} for index in range(len(records))]


def counted(code: str, *changes: Record, law: str = "auto") -> list[bool]:
    """Which of the records the rule is about."""
    evaluated = check(records_of(*changes), AS_OF, law=law).evaluated
    return [(index, code) in evaluated for index in range(len(changes))]


def both(code: str) -> list[set[str]]:
    return [{code}, {code}]


ALL_THREE = {"DUP111", "DUP112", "DUP113"}
SILENT: list[set[str]] = [set(), set()]


def days(*texts: str | None, **change: str | None) -> list[Record]:
    return [{"registered_at": text, "pos_kind": "Đại lý"} | change for text in texts]
