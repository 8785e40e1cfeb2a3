"""Which law judges a record, and what a finding cites: by registration, update or as-of day, stock, and events."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao

AS_OF = date(2026, 11, 23)
TRANSITION = "49/2017/NĐ-CP, Khoản 2 Điều 4"

Record = dict[str, str]


def findings(folder: Path, records: list[Record], *rules: str, as_of: date = AS_OF, law: str = "auto") -> pl.DataFrame:
    path, found = folder / "export.csv", folder / "findings.parquet"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(c for record in records for c in record)), restval="")
        writer.writeheader()
        writer.writerows(records)
    thuebao.audit(path, operator="Viettel", select=rules, as_of=as_of, law=law, findings=found, force=True, reveal=True)
    return pl.read_parquet(found)


def hit(folder: Path, records: list[Record], rule: str, as_of: date = AS_OF, law: str = "auto") -> list[bool]:
    numbers = set(findings(folder, records, rule, as_of=as_of, law=law)["record"])
    return [number in numbers for number in range(1, len(records) + 1)]


def owing(registered: str, **others: str) -> Record:
    columns = dict.fromkeys(("status", "terminated_at", "info_updated_at", "payment_type"), "")
    return columns | {"msisdn": "0981234567", "registered_at": registered} | others


STOCK = [
    (owing("23/04/2017"), True),
    (owing("24/04/2017"), True),
    (owing("01/01/2010", status="Đang hoạt động"), True),
    (owing("01/01/2010", status="Đang hoạt động", terminated_at="23/04/2018"), True),  # the status is believed
    (owing("01/01/2010", status="Khóa", terminated_at="23/04/2018"), True),  # not recognised: not taken for an end
    (owing("01/01/2010", status="Chấm dứt", terminated_at="24/04/2018"), True),
    (owing("01/01/2010", status="Chấm dứt", terminated_at="23/04/2018"), False),
    (owing("01/01/2010", status="Chấm dứt"), False),
    (owing("01/01/2010", status="Chấm dứt", terminated_at="31/02/2020"), False),
    (owing("01/01/2010", terminated_at="23/04/2018"), False),
    (owing("01/01/2010", terminated_at="31/12/2009"), True),  # before the registration: not this subscriber's end
]


def test_stock_still_in_use_owes_the_list_of_decree_49(tmp_path: Path) -> None:
    records = [record for record, _ in STOCK]
    # Two years after an end nothing is judged any more.
    assert hit(tmp_path, records, "REG101", date(2020, 4, 24)) == [owes for _, owes in STOCK]
    judged = [record for record in records if record["registered_at"] != "24/04/2017"]
    assert hit(tmp_path, judged, "REG101", date(2018, 4, 23)) == [False] * len(judged)


@pytest.mark.parametrize(
    ("registered", "updated", "judged"),
    [
        ("24/04/2017", "", True),
        ("23/12/2024", "01/05/2026", True),
        ("24/12/2024", "01/05/2019", False),
        ("", "01/05/2019", True),
        ("31/02/2019", "01/05/2019 08:00", True),
        ("", "01/05/2025", False),
        ("", "", False),
        ("", "31/02/2019", False),
    ],
)
def test_without_a_registration_day_the_update_says_which_law_judges(
    tmp_path: Path, registered: str, updated: str, judged: bool
) -> None:
    assert hit(tmp_path, [owing(registered, info_updated_at=updated)], "REG101") == [judged]


def test_one_law_for_every_record(tmp_path: Path) -> None:
    records = [owing("24/12/2024"), owing("")]
    assert hit(tmp_path, records, "REG101", law="decree-49-2017") == [True, True]
    assert hit(tmp_path, [owing("15/06/2019")], "REG101", law="decree-163-2024") == [False]


def test_a_finding_cites_the_law_of_its_era(tmp_path: Path) -> None:
    days = ["23/04/2017", "24/04/2017", "24/12/2024", "15/04/2026"]
    records = [{"msisdn": "0981234567", "registered_at": day, "portrait_ref": ""} for day in days]
    stock, d49, d163, c08 = findings(tmp_path, records, "REG111")["basis"]
    assert stock.startswith(TRANSITION) and "điểm đ khoản 5 Điều 15" in stock
    assert d49.startswith("49/2017/NĐ-CP, Điểm đ khoản 5 Điều 15") and d49 not in stock
    assert d163 == c08 == "163/2024/NĐ-CP, Điểm c khoản 4 Điều 19"


def test_the_timetable_cites_the_law_of_the_first_notice(tmp_path: Path) -> None:
    notices = ["24/04/2017", "23/12/2024", "24/12/2024", "01/05/2026"]
    records = [
        {
            "msisdn": "0981234567",
            "registered_at": "15/06/2015",
            "first_notice_at": day,
            "info_updated_at": "",
            "status": "Đang hoạt động",
        }
        for day in notices
    ]
    old, last, new, newest = findings(tmp_path, records, "REM101")["basis"]
    assert old == last and old.startswith("49/2017/NĐ-CP, Điểm e khoản 8 Điều 15")
    assert new == newest == "163/2024/NĐ-CP, Khoản 1 Điều 25"


def test_a_change_of_device_cites_the_circular(tmp_path: Path) -> None:
    record = {
        "msisdn": "0981234567",
        "registered_at": "15/06/2015",
        "outgoing_suspended_at": "",
        "reauthenticated_at": "",
    }
    [basis] = findings(tmp_path, [record | {"device_changed_at": "20/06/2026 10:00"}], "DEV101")["basis"]
    assert basis == "08/2026/TT-BKHCN, Điều 8"


def test_of_several_columns_the_first_at_fault_is_named(tmp_path: Path) -> None:
    good = dict.fromkeys(["id_expiry_date", "info_updated_at", "service_started_at", "stay_until"], "")
    good |= {"msisdn": "0981234567", "registered_at": "05/05/2025"}
    records = [
        good | {"stay_until": "31/02/2025", "info_updated_at": "05/05/25"},
        good,
        good | {"stay_until": "31/02/2025"},
        good | {"id_expiry_date": "x", "stay_until": "31/02/2025"},
    ]
    found = findings(tmp_path, records, "REG149").select("record", "field", "value").rows()
    assert found == [
        (1, "info_updated_at", "05/05/25"),
        (3, "stay_until", "31/02/2025"),
        (4, "id_expiry_date", "x"),
    ]


def test_a_broken_list_of_cases_is_refused(tmp_path: Path) -> None:
    rule = '[[rule]]\ncode = "XX001"\nname = "x"\nseverity = "info"\n'
    for text in (
        'field = "status"\nviolation = [{ field = "status", when = "status IS NULL" }]\n',
        'violation = [{ field = "nothing", when = "status IS NULL" }]\n',
        'violation = [{ when = "status IS NULL" }]\n',
        'violation = "status IS NULL"\nlaw_day = "status"\n',
        'violation = "status IS NULL"\nlaw_day = "nothing"\n',
    ):
        (tmp_path / "own.toml").write_text(rule + text, "utf-8")
        (tmp_path / "x.csv").write_text("msisdn,status\n0981234567,\n", "utf-8")
        with pytest.raises(thuebao.RuleError, match="XX001"):
            thuebao.audit(tmp_path / "x.csv", rules=[tmp_path], select="XX001", operator="Viettel")
