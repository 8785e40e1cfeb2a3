"""What a mapping file says of values: codes, several headers for one column, joins, dates that are month first."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, people, person
from thuebao.sources.headers.mapping import read_mapping

DAY = date.fromisoformat(AS_OF)
STATUSES = {"Đang hoạt động": "3", "Tạm dừng 2 chiều": "K2", "Thanh lý": "-1", "Khóa một chiều": "9"}
KINDS = {"CCCD": "11", "CMND": "12", "Hộ chiếu": "Loại 13", "Giấy phép kinh doanh": "14"}
PAYMENTS = {"Trả trước": "P", "Trả sau": "S"}
MEANT = {
    "status": {"3": "active", "K2": "two_way", "-1": "terminated", "9": "one_way"},
    "id_type": {"11": "cccd", "12": "cmnd", "Loại 13": "passport", "14": "legal"},
    "payment_type": {"P": "prepaid", "S": "postpaid"},
}
CODES = {"status": STATUSES, "id_type": KINDS, "payment_type": PAYMENTS}


def varied(count: int) -> list[dict[str, str]]:
    """Return records of every status, kind of document and payment, with faults that depend on them."""
    found = []
    for n, record in enumerate(people(count)):
        record |= {
            "status": list(STATUSES)[n % 4],
            "id_type": list(KINDS)[n // 4 % 4],
            "payment_type": list(PAYMENTS)[n // 3 % 2],
            "terminated_at": "01/10/2026" if n % 8 == 0 else "",
            "contract_number": "",
            "subscriber_kind": "Cá nhân",
        }
        found.append(record)
    return found


def coded(records: list[dict[str, str]]) -> list[dict[str, str]]:
    return [record | {column: codes[record[column]] for column, codes in CODES.items()} for record in records]


def findings(name: str, **options: object) -> list[tuple[int, str, str]]:
    result = thuebao.audit(name, operator="VinaPhone", as_of=DAY, reveal=True, **options)
    assert not result.unreadable
    return result.findings.select("record", "code", "field").collect().rows()


def test_codes_of_a_carrier_with_the_filled_in_mapping_find_what_words_find(desk: Desk, cli: Command) -> None:
    records = varied(48)
    desk.write("words.csv", table(records))
    desk.write("codes.csv", table(coded(records)))
    before = findings("words.csv")
    assert {"ID103", "ID142"} <= {code for _, code, _ in before}
    assert findings("codes.csv") != before
    done = cli("columns", "codes.csv", "--operator", "VinaPhone", "--save", "m.toml", COLUMNS=200)
    assert done.code == 0
    assert "K2 (12)" in done.said
    proposed = (desk.path / "m.toml").read_text("utf-8")
    assert read_mapping(Path("m.toml")).values == {"status": {}, "id_type": {}, "payment_type": {}}
    column, filled = None, []
    for line in proposed.splitlines():
        if section := re.fullmatch(r"\[values\.(\w+)\]", line):
            column = section[1]
        blank = re.match(r'# "(.*)" = ""', line) if column else None
        filled.append(f'"{blank[1]}" = "{MEANT[column][blank[1]]}"' if blank else line)
    desk.write("m.toml", "\n".join(filled))
    assert read_mapping(Path("m.toml")).values == {
        column: {value: meant[value] for value in read_mapping(Path("m.toml")).values[column]}
        for column, meant in MEANT.items()
    }
    assert findings("codes.csv", mappings=["m.toml"]) == before
    again = cli("columns", "codes.csv", "--mapping", "m.toml", "--save", "again.toml", COLUMNS=200)
    assert "K2" not in again.out
    assert findings("codes.csv", mappings=["again.toml"]) == before


def test_values_are_compared_folded(desk: Desk) -> None:
    records = [person(n) | {"status": text} for n, text in enumerate(["ĐÓNG  hẳn", "dong han", "3.0", "3", "đóng"])]
    desk.write("vina.csv", table(records))
    desk.write("m.toml", '[values.status]\n"Đóng hẳn" = "terminated"\n3 = "two_way"\n')
    counted = thuebao.audit("vina.csv", mappings=["m.toml"], as_of=DAY, by=["status"]).breakdown
    assert dict(counted.records.select("status", "records").rows()) == {"terminated": 2, "two_way": 2, "đóng": 1}


@pytest.mark.parametrize(
    ("text", "key", "parts"),
    [
        ('[values.status]\n"3" = "twoway"\n', "mapping_code_unknown", ('"3"', "twoway", "two_way", "status")),
        ('[values.status]\n"3" = ""\n', "mapping_code_unknown", ('"3"', "two_way")),
        ('[values.status]\n"3" = 2\n', "mapping_code_unknown", ('"3"', "two_way")),
        ('[values.status]\n"Hủy" = "active"\n"hủy" = "active"\n', "mapping_value_twice", ("hủy", "status")),
        ('[values.status]\n"3" = "active"\n"3" = "one_way"\n', "mapping_value_twice", ('"3"', "status")),
        ('[values.adress]\n"3" = "x"\n', "mapping_values_column", ("adress", "status", "id_type")),
        ('[values.address]\n"3" = "x"\n', "mapping_values_column", ("address", "payment_type")),
        ('[values]\nstatus = "3"\n', "mapping_values_form", ("values.status",)),
        ('[values.status]\n"" = "active"\n', "mapping_value_empty", ("status",)),
        ('[dates]\norder = "mdy"\n', "mapping_dates", ("order", "month first", "day first")),
        ('[dates]\nstatus = "month first"\n', "mapping_dates_column", ("status", "registered_at")),
    ],
)
def test_what_a_mapping_of_values_cannot_say(desk: Desk, cli: Command, text: str, key: str, parts: tuple) -> None:
    desk.export("vina.csv")
    desk.write("m.toml", text)
    for command in ("audit", "columns"):
        done = cli(command, "vina.csv", "--mapping", "m.toml")
        assert done.code == 2
        one_message(done, "m.toml", *parts)


def test_the_first_filled_of_several_columns_counts(desk: Desk, cli: Command) -> None:
    records = people(4)
    for n, record in enumerate(records):
        number = record.pop("id_number")
        record["Số CCCD"] = number if n == 0 else "-"
        record["Số CMND"] = number if n == 1 else ""
        record["Số hộ chiếu"] = number if n == 2 else ""
    desk.write("vina.csv", table(records))
    desk.write("m.toml", '[columns]\nid_number = ["Số CCCD", "Số CMND", "Thẻ khác", "Số hộ chiếu"]\n')
    refused = cli("audit", "vina.csv")
    assert refused.code == 3
    result = thuebao.audit("vina.csv", mappings=["m.toml"], as_of=DAY, select=["ID101", "EXP104"])
    [read] = result.inputs
    assert read.columns["id_number"] == "Số CCCD | Số CMND | Số hộ chiếu"
    assert result.findings.collect()["record"].to_list() == [4]
    assert not [f for f in result.export_findings if f.code == "EXP104"]


def test_a_join_of_columns(desk: Desk, cli: Command) -> None:
    records = people(3)
    for record in records:
        family, middle, *given = record.pop("full_name").split()
        record |= {"Họ": family, "Tên đệm": middle, "Tên": " ".join(given)}
    records[1] |= {"Tên đệm": ""}
    records[2] |= {"Họ": "", "Tên đệm": " ", "Tên": ""}
    desk.write("vina.csv", table(records))
    desk.write("m.toml", '[columns]\nfull_name = { join = ["Họ", "Tên đệm", "Tên"] }\n')
    [read] = thuebao.audit("vina.csv", mappings=["m.toml"], as_of=DAY).inputs
    assert read.columns["full_name"] == "Họ + Tên đệm + Tên"
    done = cli("audit", "vina.csv", "--mapping", "m.toml", "--select", "PER1", "--findings", "f.csv", "--reveal")
    assert done.code == 1
    assert [(r["record"], r["code"]) for r in desk.rows("f.csv") if r["code"] in ("PER101", "PER104")] == [
        ("3", "PER101")
    ]
    saved = cli("columns", "vina.csv", "--mapping", "m.toml", "--save", "n.toml")
    assert saved.code == 0
    assert read_mapping(Path("n.toml")).columns["full_name"] == read_mapping(Path("m.toml")).columns["full_name"]
    desk.write("absent.toml", '[columns]\nfull_name = { join = ["Họ", "Đệm", "Tên"] }\n')
    done = cli("audit", "vina.csv", "--mapping", "absent.toml")
    assert done.code == 3
    one_message(done, "vina.csv", "absent.toml", "'Đệm'", "full_name")


DATES = ("date_of_birth", "id_issue_date")
TIMES = ("portrait_taken_at", "registered_at", "service_started_at")


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%-m-%-d-%Y", "%m%d%Y", "%-m%d%Y"])
@pytest.mark.parametrize("said", ['order = "month first"', None])
def test_dates_that_are_month_first(desk: Desk, form: str, said: str | None) -> None:
    records = people(6)
    for record in records:
        for column in DATES:
            record[column] = datetime.strptime(record[column], "%d/%m/%Y").strftime(form)
        for column in TIMES:
            record[column] = datetime.strptime(record[column], "%d/%m/%Y %H:%M").strftime(f"{form} %H:%M")
    if "/" not in form and "-" not in form.replace("%-", ""):
        for n, record in enumerate(people(6)):
            records[n] |= {column: record[column] for column in TIMES}
    of_times = [f'{column} = "month first"' for column in (TIMES if "%d%Y" not in form else ())]
    lines = [said] if said and "%d%Y" not in form else [f'{column} = "month first"' for column in DATES] + of_times
    desk.write("vina.csv", table(records))
    desk.write("m.toml", "[dates]\n" + "\n".join(lines))
    assert findings("vina.csv", mappings=["m.toml"], select=["PER", "ID", "REG"]) == []


def test_dates_that_cannot_be_month_first_are_refused(desk: Desk, cli: Command) -> None:
    records = people(3)
    records[2]["registered_at"] = "25/06/2025 09:10"
    desk.write("vina.csv", table(records))
    desk.write("m.toml", '[dates]\nregistered_at = "month first"\n')
    done = cli("audit", "vina.csv", "--mapping", "m.toml")
    assert done.code == 3
    one_message(done, "vina.csv", "m.toml", "'registered_at'")
    assert "25/06" not in done.err


def test_today_s_mappings_say_what_they_said(desk: Desk) -> None:
    records = [{"Số A" if name == "msisdn" else name: value for name, value in p.items()} for p in people(3)]
    desk.write("x.csv", table(records))
    desk.write("m.toml", 'files = "x*"\noperator = "VinaPhone"\n[columns]\nmsisdn = "Số A"\nsex = ""\n')
    [read] = thuebao.audit("x.csv", mappings=["m.toml"], as_of=DAY).inputs
    assert read.columns["msisdn"] == "Số A"
    assert "sex" in read.absent
    assert read.operator_from == "mapping"
