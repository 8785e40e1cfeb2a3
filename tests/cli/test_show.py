"""`show`: a record as it stands and is understood, all findings on it, and what cannot be shown."""

from __future__ import annotations

import re
import zipfile

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, GOOD, INFO, people, person

PERSONAL = ("msisdn", "full_name", "id_number", "address", "date_of_birth", "clerk_name", "registered_at", "pos_phone")


def values(out: str) -> dict[str, str]:
    """Return, by header, how a value is understood."""
    cells = [re.split(r"  +", line.rstrip()) for line in out.splitlines()]
    return {row[0]: row[3] for row in cells if len(row) == 4}


def test_values_are_masked_unless_revealed(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", table([GOOD | {"Ghi chú": "gọi 0988777666"}]))
    masked = cli("show", "vina.csv", 1, COLUMNS=200)
    assert (masked.code, masked.err) == (0, "")
    for column in PERSONAL:
        assert GOOD[column] not in masked.out
    assert "0988777666" not in masked.out
    revealed = cli("show", "vina.csv", 1, "--reveal", COLUMNS=200)
    for column in PERSONAL:
        assert GOOD[column] in revealed.out
    assert "gọi 0988777666" in revealed.out


def test_each_value_is_shown_as_it_is_understood(desk: Desk, cli: Command) -> None:
    record = person(1) | {
        "msisdn": "+84 91 234 5679",
        "full_name": " NGUYỄN văn An",
        "date_of_birth": "31/02/1990",
        "id_number": "001.090.012.356",
        "id_type": "giấy gì đó",
        "sex": "N/A",
        "nationality": "VN",
        "payment_type": "trả trước",
        "status": "nghỉ hưu",
        "Ghi chú": "x",
        "pos_phone": "",
    }
    desk.export("vina.csv", record)
    done = cli("show", "vina.csv", 1, "--reveal", "--as-of", AS_OF, COLUMNS=200)
    found = values(done.out)
    assert found["msisdn"] == "0912345679"
    assert found["full_name"] == "NGUYỄN văn An"
    assert found["date_of_birth"] == "not understood"
    assert found["id_type"] == "not understood"
    assert found["status"] == "not understood"
    assert found["id_number"] == "001090012356"
    assert found["sex"] == "no value"
    assert (found["nationality"], found["payment_type"]) == ("VN", "prepaid")
    assert found["registered_at"] == "2025-06-01 09:11:00"
    assert found["id_issue_date"] == "2021-05-10"
    assert re.search(r"Ghi chú +– +x +maps to no column", done.out)
    assert "Nothing stands in: pos_phone" in done.out
    assert "Operator: VinaPhone" in done.out
    assert "Judged under: Decree 163/2024" in done.out


def test_all_findings_with_law_and_what_to_do(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD, ERROR | {"id_type": "xyz", "date_of_birth": "31/02/1990"}, INFO)
    cli("audit", "vina.csv", "--as-of", AS_OF, "--findings", "f.csv", "--reveal")
    expected = [row["code"] for row in desk.rows("f.csv") if row["record"] == "2"]
    assert len(expected) >= 3
    out = cli("show", "vina.csv", 2, "--as-of", AS_OF, COLUMNS=200).out
    assert re.findall(r"^([A-Z]{3}\d{3}|ID\d{3})  (?:error|warning|info)", out, re.MULTILINE) == expected
    assert out.count("What to do: ") == out.count("  Law: ") == len(expected)
    assert f"Findings: {len(expected)}" in out
    assert "No rule finds anything" in cli("show", "vina.csv", 1, "--as-of", AS_OF).out


def test_records_of_other_files_are_compared_if_asked_for(desk: Desk, cli: Command) -> None:
    desk.export("a/vina.csv", *people(2), person(7))
    desk.export("a/viettel.csv", *people(2, 20), person(7) | {"msisdn": "0971234567"})
    portrait = {"portrait_hash": "7cf1781bbea8a8e2"}
    desk.export("a/vina.csv", *[one | portrait for one in people(1)], person(7) | portrait)
    desk.export("a/viettel.csv", person(20) | {"msisdn": "0971234567"} | portrait)
    cli("audit", "a", "--as-of", AS_OF, "--findings", "f.csv")
    expected = {(row["code"], row["record"]) for row in desk.rows("f.csv") if row["path"] == "a/vina.csv"}
    assert any(code.startswith("DUP") for code, _ in expected)
    done = cli("show", "a/vina.csv", 1, "--among", "a", "--as-of", AS_OF, COLUMNS=400)
    assert (done.code, done.err) == (0, "")
    codes = {code for code, record in expected if record == "1"}
    assert set(re.findall(r"^((?:DUP|ID|PER|NUM|REG)\d{3})  ", done.out, re.MULTILINE)) == codes
    assert "Found together with" in done.out
    assert "a/viettel.csv, record 1, line 2" in done.out
    alone = cli("show", "a/vina.csv", 1, "--as-of", AS_OF, COLUMNS=400).out
    assert "viettel.csv" not in alone


def test_a_rejected_line_is_said_to_be_one(desk: Desk, cli: Command) -> None:
    text = table(people(3)).splitlines()
    text.insert(2, "0912345678,Nguyễn Văn Ba,x")
    desk.write("vina.csv", "\n".join(text))
    done = cli("show", "vina.csv", 2, 3, "--max-rejected", "50%", COLUMNS=200)
    assert done.code == 0
    assert "vina.csv, record 2, line 3" in done.out
    assert "rejected line: 3 fields" in done.out
    assert "Nguyễn Văn Ba" not in done.out
    assert "vina.csv, record 3, line 4" in done.out
    assert "0912345678,Nguyễn Văn Ba,x" in cli("show", "vina.csv", 2, "--max-rejected", "50%", "--reveal").out


@pytest.mark.parametrize("number", ["4", "1000000"])
def test_a_record_that_is_not_there(desk: Desk, cli: Command, number) -> None:
    desk.export("vina.csv", *people(3))
    done = cli("show", "vina.csv", 1, number)
    assert (done.code, done.out) == (2, "")
    one_message(done, "vina.csv", f"no record {number}.", "1 to 3", "`record`")


@pytest.mark.parametrize("number", ["0", "three", "1.5"])
def test_what_is_no_number_of_a_record(desk: Desk, cli: Command, number) -> None:
    desk.export("vina.csv")
    done = cli("show", "vina.csv", number)
    assert (done.code, done.out) == (2, "")
    one_message(done, "RECORD", "1")


def test_what_cannot_be_read(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", "")
    desk.export("vinaphone.csv")
    for arguments in (
        ("nowhere.csv", 1),
        ("vina.csv", 1),
        ("-", 1),
        (".", 1),
        ("vinaphone.csv", 1, "--among", "no.csv"),
    ):
        done = cli("show", *arguments)
        assert (done.code, done.out) == (3, "")
        one_message(done)


def test_one_of_several_in_an_archive_has_to_be_named(desk: Desk, cli: Command) -> None:
    with zipfile.ZipFile(desk.path / "all.zip", "w") as archive:
        archive.writestr("vina.csv", table(people(1)))
        archive.writestr("viettel.csv", table([person(2) | {"msisdn": "0971234567"}]))
    done = cli("show", "all.zip", 1)
    assert done.code == 2
    one_message(done, "all.zip/viettel.csv, all.zip/vina.csv")
    assert "all.zip/vina.csv, record 1, line 2" in cli("show", "all.zip/vina.csv", 1).out


def test_settings_say_how_it_is_read_and_nothing_is_written(desk: Desk, cli: Command) -> None:
    renamed = [{{"msisdn": "KH_SoTB"}.get(c, c): v for c, v in one.items()} for one in people(2)]
    desk.export("data.csv", *renamed)
    desk.write("m.toml", '[columns]\nmsisdn = "KH_SoTB"\n')
    desk.write(
        "thuebao.toml",
        'mappings = ["m.toml"]\nlanguage = "vi"\n[operators]\n"data*" = "VinaPhone"\n[outputs]\nfindings = "f.csv"\n',
    )
    done = cli("show", "data.csv", 2, COLUMNS=200)
    assert done.code == 0
    assert "data.csv, bản ghi 2, dòng 3" in done.out
    assert re.search(r"KH_SoTB +msisdn", done.out)
    assert "f.csv" not in desk.files()


def test_a_column_that_counts_as_absent_is_said_to(desk: Desk, cli: Command) -> None:
    records = [one | {"date_of_birth": f"{1 + n % 12:02}/{13 + n % 15}/1990"} for n, one in enumerate(people(60))]
    desk.export("vina.csv", *records)
    out = cli("show", "vina.csv", 1, "--as-of", AS_OF, COLUMNS=200).out
    assert values(out)["date_of_birth"] == "counts as absent"


def test_a_format_without_lines(desk: Desk, cli: Command) -> None:
    pl.DataFrame(people(3)).write_parquet(desk.path / "vina.parquet")
    assert cli("show", "vina.parquet", 2).out.splitlines()[0] == "vina.parquet, record 2"


def test_foreign_text_does_not_speak_to_the_terminal(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD | {"full_name": "\x1b[31mNguyễn [bold]An", "x\x1b[0m": "1"})
    out = cli("show", "vina.csv", 1, "--reveal", COLUMNS=200).out
    assert "\x1b" not in out
    assert "[bold]An" in out
