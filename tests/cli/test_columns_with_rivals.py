"""The command `columns` where a header names a column twice, and what it says of values without a code."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import people
from thuebao.sources.headers.mapping import read_mapping


def test_two_headers_for_one_column_are_shown_and_proposed(desk: Desk, cli: Command) -> None:
    records = []
    for record in people(6):
        number = record.pop("id_number")
        records.append({"Số CCCD": number, "Số hộ chiếu": "", **record})
    desk.write("vina.csv", table(records))
    audited = cli("audit", "vina.csv")
    assert audited.code == 3
    assert "'Số CCCD'" in audited.err
    done = cli("columns", "vina.csv", "--save", "m.toml", COLUMNS=200)
    assert done.code == 0
    assert "id_number: 'Số CCCD', 'Số hộ chiếu'" in done.said
    assert "id_number" not in read_mapping(Path("m.toml")).columns
    text = (desk.path / "m.toml").read_text("utf-8")
    proposed = 'id_number = ["Số CCCD", "Số hộ chiếu"]'
    assert f"# {proposed}" in text
    assert '# id_number = "Số hộ chiếu"' in text
    desk.write("m.toml", text.replace(f"# {proposed}", proposed))
    assert cli("audit", "vina.csv", "--mapping", "m.toml", "--fail-on", "never").code == 0
    again = cli("columns", "vina.csv", "--mapping", "m.toml", COLUMNS=200)
    assert "Several headers" not in again.out


def test_a_header_that_stands_twice_is_shown(desk: Desk, cli: Command) -> None:
    head, *rest = table(people(3)).splitlines()
    desk.write("vina.csv", "\n".join([f"{head},sex", *(f"{line},Nam" for line in rest)]))
    assert cli("audit", "vina.csv").code == 3
    done = cli("columns", "vina.csv", "--save", "m.toml")
    assert done.code == 0
    assert "sex: 'sex', 'sex'" in done.said
    assert "sex" not in read_mapping(Path("m.toml")).columns


def test_the_plainer_of_two_headers_is_taken_and_the_other_said(desk: Desk, cli: Command) -> None:
    records = []
    for n, record in enumerate(people(3)):
        number = record.pop("msisdn")
        records.append({"Số điện thoại": f"02438{n}00000", "Số thuê bao": number, **record})
    desk.write("vina.csv", table(records))
    [read] = thuebao.audit("vina.csv").inputs
    assert read.columns["msisdn"] == "Số thuê bao"
    assert [notice.code for notice in read.notices] == ["header_left_unknown"]
    done = cli("audit", "vina.csv", "--fail-on", "never")
    assert "vina.csv: the header 'Số điện thoại' was left unknown" in done.said
    shown = cli("columns", "vina.csv", COLUMNS=200)
    assert shown.code == 0
    assert "msisdn ?" not in shown.out


def test_values_without_a_code_are_counted(desk: Desk, cli: Command) -> None:
    records = [
        record | {"status": text}
        for record, text in zip(people(6), ["7", "7", "0912345678", "", "Đang hoạt động", "x"], strict=True)
    ]
    desk.write("vina.csv", table(records))
    done = cli("columns", "vina.csv", COLUMNS=200)
    assert done.code == 0
    assert "status ('status'): 7 (2), 091*****78 (1), x (1)" in done.said
    assert "0912345678" not in done.out.split("Values without a code")[1]
    records = people(6)
    desk.write("good vina.csv", table(records))
    assert "Values without a code" not in cli("columns", "good vina.csv").out


def test_a_coded_column_without_any_value(desk: Desk, cli: Command) -> None:
    frame = pl.DataFrame([record | {"status": None} for record in people(3)], schema_overrides={"status": pl.String})
    frame.write_parquet(desk.path / "vina.parquet")
    done = cli("columns", "vina.parquet")
    assert (done.code, done.err) == (0, "")
