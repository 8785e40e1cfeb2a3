"""What commands say in Vietnamese and English: the right words at the right place, nothing left untranslated."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, GOOD, person


@pytest.fixture
def same_person(desk: Desk) -> Desk:
    """One identity under two names, at two carriers."""
    desk.export("vina.csv", GOOD)
    desk.export("viettel.csv", person(7) | {"id_number": GOOD["id_number"], "msisdn": "0962345678"})
    return desk


def test_a_folder_in_place_of_a_file(desk: Desk, cli: Command) -> None:
    desk.export("e/vina.csv")
    done = cli("show", "e", 1)
    one_message(done, "e: is a folder; give one file.")
    assert done.code == 3


def test_an_output_in_the_place_of_the_baseline(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    cli("audit", "vina.csv", "--findings", "base.csv", "--reveal")
    before = (desk.path / "base.csv").read_bytes()
    done = cli("audit", "vina.csv", "--baseline", "base.csv", "--findings", "base.csv", "--reveal")
    one_message(done, "base.csv: is read as the baseline.")
    assert (done.code, (desk.path / "base.csv").read_bytes()) == (2, before)


def test_a_key_that_is_not_pkcs12_is_said_before_its_password_is_asked_for(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.write("k.pem", "-----BEGIN PRIVATE KEY-----\n")
    done = cli("audit", "vina.csv", "--manifest", "m.json", "--sign-with", "k.pem")
    one_message(done, "k.pem: is not a PKCS#12 file")
    assert done.code == 2


@pytest.mark.usefixtures("same_person")
def test_tables_of_groups_have_titles(cli: Command) -> None:
    for full in ((), ("--full",)):
        out = cli("audit", "vina.csv", "viettel.csv", "--show", "DUP121", "--lang", "vi", *full, COLUMNS=160).out
        [header] = [line for line in out.splitlines() if "Người đứng tên" in line]
        assert re.search(r"Tệp +Bản ghi số +Nhà mạng +Số thuê bao", header)
        assert not re.search(r"\b(path|record|identity|msisdn)\b", header)


@pytest.mark.usefixtures("same_person")
def test_absent_columns_have_titles(cli: Command) -> None:
    out = cli("audit", "vina.csv", "--full", "--lang", "vi", COLUMNS=160).out
    assert re.search(r"^[^(]+ \(guardian_name\) .*MIN101", out, re.MULTILINE)


def test_reports_name_options_as_they_are_given(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    outputs = ("--report", "r.html", "--length", "full", "--report", "r.xlsx", "--force", "--lang", "vi")
    cli("audit", "vina.csv", "--as-of", AS_OF, *outputs)
    page = (desk.path / "r.html").read_text("utf-8")
    assert re.search(r"--force</t[hd]>\s*<td[^>]*>có<", page)
    sheets = load_workbook(desk.path / "r.xlsx").worksheets
    pairs = {(row[0].value, row[1].value) for row in sheets[0].rows}
    assert ("--force", "có") in pairs
    assert "True" not in {value for pair in pairs for value in pair}
    titles = [cell.value for row in sheets[1].iter_rows(max_row=6) for cell in row]
    assert "Tên định danh" in titles
    assert "Trang \\" not in page
    assert 'content: "Trang " counter(page) "/" counter(pages) ""' in page


def test_the_list_of_rules_names_periods_by_their_law(cli: Command) -> None:
    out = cli("rules", "--lang", "vi", COLUMNS=160).out
    assert re.search(r"^NUM101 +lỗi +mọi thời kỳ +Thiếu số thuê bao", out, re.MULTILINE)
    assert "163/2024/NĐ-CP" in out
    assert not re.search(r" (?:all|D49|D163|C08) ", out)
    assert "căn cứ" not in out.splitlines()[0]


@pytest.mark.parametrize(
    "arguments", [("x.txt",), ("x.csv", "--duplicates", "0.5"), ("x.csv", "--as-of", "2000-01-01")]
)
def test_errors_of_sample_are_in_the_readers_language(cli: Command, arguments) -> None:
    english, vietnamese = (cli("sample", *arguments, "--lang", lang) for lang in ("en", "vi"))
    assert (english.code, vietnamese.code) == (2, 2)
    assert english.err != vietnamese.err
    assert re.search("[ạảấầẩẫậắằếềểệịọộớợụủứừựỳ]", vietnamese.err)
