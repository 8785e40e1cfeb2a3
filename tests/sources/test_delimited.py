"""Delimited text however it is written: the same records give the same findings."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.people import ERROR, GOOD
from helpers.sources import FINDINGS, RECORDS, found, read


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_mark_and_line_ends_change_nothing(desk: Desk, separator, mark, end) -> None:
    desk.write("vina.csv", mark + table(RECORDS, separator, end))
    assert found("vina.csv") == FINDINGS


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.rstrip("\n"), id="no line end at the end"),
        pytest.param(lambda text: text + "\n\n\n", id="blank lines at the end"),
        pytest.param(lambda text: text + "\r\n\n", id="mixed blank lines at the end"),
        pytest.param(lambda text: text.replace("\n", "\n\n").replace("\n\n", "\n", 1), id="blank lines between"),
        pytest.param(lambda text: text.replace("\n", "\n\n", 1), id="a blank line below the header"),
        pytest.param(lambda text: text.replace("\n", "\r\n", 2), id="two kinds of line ends"),
        pytest.param(lambda text: text.replace("CCCD", '"CCCD"'), id="quotes without need"),
        pytest.param(lambda text: text.replace("msisdn", '"msisdn"'), id="header in quotes"),
        pytest.param(lambda text: text.replace("msisdn", "\ufeff msisdn "), id="mark and spaces in the header"),
        pytest.param(lambda text: unicodedata.normalize("NFD", text), id="decomposed letters"),
        pytest.param(lambda text: text.replace("Nguyễn Văn An", 'Nguyễn "Út" Văn An'), id="a quote within a value"),
    ],
)
def test_spelling_of_the_file_changes_nothing(desk: Desk, change) -> None:
    desk.write("vina.csv", change(table(RECORDS)))
    assert found("vina.csv") == FINDINGS


def test_name_proves_nothing_about_the_kind(desk: Desk) -> None:
    desk.write("vina.parquet", table(RECORDS))
    pl.DataFrame(RECORDS).write_parquet(desk.path / "vina.txt")
    assert found("vina.parquet") == found("vina.txt") == FINDINGS


def test_quotes_hold_separators_line_breaks_and_quotes(desk: Desk) -> None:
    addresses = ["Số 5, ngõ 7", "dòng 1\ndòng 2", "dòng 1\r\n\r\ndòng 2", 'tên "Út", "Cả"', '"', ",", "\n", " a "]
    records = [{"msisdn": f"091234567{n}", "address": a, "clerk": ""} for n, a in enumerate(addresses)]
    for separator in ",;\t|":
        written = [record | {"address": record["address"].replace(",", separator)} for record in records]
        desk.export("vina.csv", *written, separator=separator)
        values = [(row["msisdn"], row["address"]) for row in read("vina.csv")]
        assert values == [(record["msisdn"], record["address"]) for record in written]


def test_records_are_numbered_as_records_not_as_lines(desk: Desk) -> None:
    desk.export("vina.csv", GOOD | {"address": "a\nb\n\nc"}, ERROR)
    assert found("vina.csv") == [(2, "PER101", None)]


def test_header_with_a_line_break(desk: Desk) -> None:
    desk.write("vina.csv", '"Số\nthuê bao","Họ và\r\ntên"\n0912345678,An B\n')
    assert read("vina.csv") == [{"msisdn": "0912345678", "full_name": "An B"}]


def test_last_column_empty_on_some_lines(desk: Desk) -> None:
    desk.write("vina.csv", "msisdn,full_name,address\n0912345678,An B,\n0912345679,An C,Huế\n0912345670,,\n")
    assert [tuple(row.values()) for row in read("vina.csv")] == [
        ("0912345678", "An B", None),
        ("0912345679", "An C", "Huế"),
        ("0912345670", None, None),
    ]


def test_last_column_empty_with_quotes_and_blank_lines(desk: Desk) -> None:
    records = ['0912345678,"An ""Út"" B",', "", '0912345679,"An\r\nC",', '"0912345670","",""', ""]
    desk.write("vina.csv", "\r\n".join(["msisdn,full_name,address", *records]))
    assert [(row["msisdn"], row["full_name"] or None) for row in read("vina.csv")] == [
        ("0912345678", 'An "Út" B'),
        ("0912345679", "An\r\nC"),
        ("0912345670", None),
    ]


def test_line_of_separators_is_no_record(desk: Desk) -> None:
    text = "msisdn,full_name\n0912345678,An B\n,\n0912345679,An C\n"
    desk.write("vina.csv", text)
    desk.write("viettel.csv", text.replace("\n,\n", '\n"",""\n'))
    frame = pl.DataFrame({"msisdn": ["0912345678", None, "0912345679"], "full_name": ["An B", None, "An C"]})
    frame.write_parquet(desk.path / "mobifone.parquet")
    options = {"select": ["NUM101"], "reveal": True}
    results = [thuebao.audit(name, **options) for name in ("viettel.csv", "mobifone.parquet", "vina.csv")]
    assert [result.totals["records"] for result in results] == [2, 2, 2]
    assert [result.inputs[0].passed_over["blank"] for result in results] == [1, 1, 1]


def test_one_column_only(desk: Desk) -> None:
    desk.write("vina.csv", "Số thuê bao\n0912345678\n\n0912345679\n")
    assert read("vina.csv") == [{"msisdn": "0912345678"}, {"msisdn": "0912345679"}]


def test_values_of_many_sizes_over_many_chunks(desk: Desk) -> None:
    """Line breaks and quotes stay inside their values wherever the parser cuts a file of several chunks."""
    kinds = ["An B", "a\nb\n", 'x"y""z', '",\n"', "", "\r\nq", " " * 150 + "An B", "Nguyễn Văn An"]
    records = [
        {"msisdn": f"09{n:08}", "full_name": kinds[n * n % 13 % 8], "address": kinds[n % 8], "x": "z" * (n % 3)}
        for n in range(200_000)
    ]
    desk.export("vina.csv", *records, separator=";", end="\r\n")
    assert (desk.path / "vina.csv").stat().st_size > 8 << 20
    values = [(r["msisdn"], r["full_name"] or "", r["address"] or "") for r in read("vina.csv")]
    assert values == [(r["msisdn"], r["full_name"], r["address"]) for r in records]
