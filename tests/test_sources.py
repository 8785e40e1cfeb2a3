"""Files in every shape that carriers send them: the same records give the same values and the same findings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import thuebao
from conftest import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, Command, Desk, person, table
from thuebao.rulebook.columns import columns, raw
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at

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
    export = open_export(stored, "Viettel", shipped_reference())
    batches = [batch.records for batch in export.batches(set(export.header.mapped))]
    return [
        {column: row[raw(column)] for column in export.header.mapped}
        for batch in batches
        for row in batch.iter_rows(named=True)
    ]


def renamed(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{headers[column]: value for column, value in record.items()} for record in RECORDS]


# --- Delimited text --------------------------------------------------------------------------------------------


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


# --- Headers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        str.upper,
        str.lower,
        str.title,
        str.swapcase,
        lambda header: f"  {header}  ",
        lambda header: header.replace(" ", "_"),
        lambda header: header.replace(" ", "-").lower(),
        lambda header: header.replace(" ", "."),
        lambda header: header.replace(" ", ""),
        lambda header: unicodedata.normalize("NFD", header),
        lambda header: header.replace("đ", "d").replace("Đ", "D"),
        lambda header: "\ufeff" + header,
        lambda header: header.replace("Đ", "\u00d0"),  # a look-alike
    ],
)
def test_headers_in_vietnamese_however_they_are_spelt(desk: Desk, spelling) -> None:
    desk.export("vina.csv", *renamed({column: spelling(h) for column, h in VIETNAMESE_HEADERS.items()}))
    assert found("vina.csv") == FINDINGS


@pytest.mark.parametrize(
    "spelling",
    [
        str.upper,
        lambda header: header.replace("_", " ").title(),
        lambda header: header.replace("_", ""),
        lambda header: header.replace("_", "-"),
        lambda header: f"{header} ",
    ],
)
def test_headers_in_english_however_they_are_spelt(desk: Desk, spelling) -> None:
    desk.export("vina.csv", *renamed({column: spelling(column) for column in GOOD}))
    assert found("vina.csv") == FINDINGS


def test_every_synonym_is_recognised(desk: Desk) -> None:
    for column in columns().values():
        for header in (column.name, *column.headers):
            desk.write("vina.csv", table([{header: "x", "STT": "1"}]))
            assert read("vina.csv") == [{column.name: "x"}], header


@pytest.mark.parametrize("order", [reversed, sorted, lambda names: sorted(names, key=lambda n: n[::-1])])
def test_order_of_columns_changes_nothing(desk: Desk, order) -> None:
    names = list(order(list(GOOD)))
    desk.export("vina.csv", *({name: record[name] for name in names} for record in RECORDS))
    assert found("vina.csv") == FINDINGS


def test_columns_without_a_header_are_left_alone(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", "msisdn,,STT,\n0912345678,a,1,b\n")
    [given] = cli("audit", "vina.csv", "--format", "json").document["inputs"]
    assert given["columns"] == {"msisdn": "msisdn"}
    assert read("vina.csv") == [{"msisdn": "0912345678"}]


# --- Parquet ---------------------------------------------------------------------------------------------------


def parquet(desk: Desk, **values: Sequence[Any] | pl.Series) -> list[dict[str, str | None]]:
    pl.DataFrame(values).write_parquet(desk.path / "vina.parquet")
    return read("vina.parquet")


def test_parquet_of_text_gives_the_same(desk: Desk) -> None:
    pl.DataFrame(RECORDS).write_parquet(desk.path / "vina.parquet")
    assert found("vina.parquet") == FINDINGS


def test_parquet_with_typed_columns_gives_the_same(desk: Desk) -> None:
    whole = pl.DataFrame(RECORDS)
    typed = whole.with_columns(
        pl.col("msisdn", "pos_phone").cast(pl.Int64),
        pl.col("id_number").cast(pl.Int64),
        pl.col("sex", "nationality", "full_name").cast(pl.Categorical),
        pl.col("status").cast(pl.Enum(["Đang hoạt động"])),
        pl.col("date_of_birth", "id_issue_date").str.to_date("%d/%m/%Y"),
        pl.col("portrait_taken_at").str.to_datetime("%d/%m/%Y %H:%M"),
        pl.col("registered_at", "service_started_at")
        .str.to_datetime("%d/%m/%Y %H:%M")
        .dt.replace_time_zone("Asia/Ho_Chi_Minh")
        .dt.convert_time_zone("UTC"),
    ).rename(VIETNAMESE_HEADERS)
    typed.write_parquet(desk.path / "vina.parquet")
    # The number that lost its zeros (001090012345 → 1090012345) is reported as such, or whole again; the rest is equal.
    codes = [finding for finding in found("vina.parquet") if not finding[1].startswith("ID")]
    assert [(record, code) for record, code, _ in codes] == [(record, code) for record, code, _ in FINDINGS]


@pytest.mark.parametrize(
    ("series", "texts"),
    [
        (pl.Series([912345678, None, 84912345678]), ["912345678", None, "84912345678"]),
        (pl.Series([912345678], dtype=pl.UInt32), ["912345678"]),
        (pl.Series([912345678.0, None]), ["912345678", None]),
        (pl.Series([84912345678.0]), ["84912345678"]),
        (pl.Series([79090012345.0, 1.5]), ["79090012345", "1.5"]),
        (pl.Series(["a"], dtype=pl.Categorical), ["a"]),
        (pl.Series(["a"], dtype=pl.Enum(["b", "a"])), ["a"]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([date(1990, 2, 28)]), ["1990-02-28"]),
        (pl.Series([datetime(2025, 6, 1, 9, 10)]), ["2025-06-01 09:10:00"]),
        (pl.Series([datetime(2025, 6, 1, 9, 10, 5, 250_000)]), ["2025-06-01 09:10:05.250"]),
        (pl.Series([datetime(2025, 6, 1, 9)], dtype=pl.Datetime("ns")), ["2025-06-01 09:00:00"]),
        (pl.Series([datetime(2025, 6, 1, 9)], dtype=pl.Datetime("ms")), ["2025-06-01 09:00:00"]),
        (pl.Series([datetime(2025, 6, 1, 20)]).dt.replace_time_zone("UTC"), ["2025-06-02 03:00:00"]),
        (pl.Series([datetime(2025, 6, 1, 0)]).dt.replace_time_zone("Asia/Ho_Chi_Minh"), ["2025-06-01 00:00:00"]),
        (pl.Series([datetime(2025, 6, 1, 0)]).dt.replace_time_zone("America/New_York"), ["2025-06-01 11:00:00"]),
        (pl.Series([time(9, 10)]), ["09:10:00"]),
        (pl.Series([Decimal(912345678)]), ["912345678"]),
        (pl.Series([b"An"]), ["An"]),
    ],
)
def test_parquet_types_become_the_text_of_a_csv(desk: Desk, series, texts) -> None:
    assert [row["address"] for row in parquet(desk, address=series, full_name=["An B"] * len(texts))] == texts


@pytest.mark.parametrize(
    ("series", "texts"),
    [
        (pl.Series([912345678.0, float("nan")]), ["912345678", None]),
        (pl.Series([Decimal("912345678.00")]), ["912345678"]),
    ],
)
def test_parquet_numbers_that_a_program_made_of_identifiers(desk: Desk, series, texts) -> None:
    assert [row["msisdn"] for row in parquet(desk, msisdn=series, full_name=["An B"] * len(texts))] == texts


@pytest.mark.parametrize("number", [912345678, 84912345678, 912345678.0])
def test_numbers_that_lost_their_zero_get_it_back(desk: Desk, number) -> None:
    pl.DataFrame({"msisdn": [number]}).write_parquet(desk.path / "vina.parquet")
    result = thuebao.audit("vina.parquet", select=["NUM"], reveal=True)
    assert result.totals["records_with_findings"] == 0


def test_document_numbers_that_lost_their_zeros(desk: Desk) -> None:
    record = {name: value for name, value in GOOD.items() if name != "id_number"}
    pl.DataFrame([record | {"id_number": 1090012345}]).write_parquet(desk.path / "vina.parquet")
    assert found("vina.parquet") == [(1, "ID105", "1090012345")]


@pytest.mark.parametrize("kind", ["csv", pytest.param("parquet")])
def test_rules_that_need_no_column_of_the_file(desk: Desk, kind) -> None:
    frame = pl.DataFrame({"full_name": ["An B", "An C"]})
    frame.write_csv(desk.path / "vina.csv") if kind == "csv" else frame.write_parquet(desk.path / "vina.parquet")
    result = thuebao.audit(f"vina.{kind}", select=["NUM"])
    assert (result.totals["records"], result.unreadable) == (2, ())


def test_parquet_over_many_row_groups_keeps_its_order(desk: Desk) -> None:
    frame = pl.DataFrame({"msisdn": [f"09{n:08}" for n in range(250_000)]})
    frame.write_parquet(desk.path / "vina.parquet", row_group_size=7_777)
    assert [row["msisdn"] for row in read("vina.parquet")] == frame["msisdn"].to_list()


# --- Which files -----------------------------------------------------------------------------------------------


def inputs(cli: Command, *paths: str) -> list[str]:
    done = cli("audit", *paths, "--operator", "Viettel", "--format", "json")
    assert done.code in (0, 1), done.err
    return [given["path"] for given in done.document["inputs"]]


@pytest.fixture
def folder(desk: Desk) -> Desk:
    for name in ("b.csv", "a.txt", "C.TSV", "sub/d.csv", "sub/deep/e.csv", ".hidden.csv", ".git/f.csv", "sub/.g.csv"):
        desk.export(f"exports/{name}")
    pl.DataFrame([GOOD]).write_parquet(desk.path / "exports/g.parquet")
    for name in ("readme.md", "scan.pdf", "no ending", "~$b.docx"):
        desk.write(f"exports/{name}", "x")
    return desk


def test_folder_is_read_to_its_depth_by_name(folder: Desk, cli: Command) -> None:
    names = ["C.TSV", "a.txt", "b.csv", "g.parquet", "sub/d.csv", "sub/deep/e.csv"]
    assert inputs(cli, "exports") == inputs(cli, "exports/") == [f"exports/{name}" for name in names]


def test_what_a_folder_s_files_are_not_is_said(folder: Desk, cli: Command) -> None:
    err = cli("audit", "exports", "--operator", "Viettel").err
    for name in ("readme.md", "scan.pdf", "no ending"):
        assert name in err
    assert ".hidden.csv" in err
    assert ".git" not in err


def test_files_are_read_in_the_order_given(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/sub", "exports/b.csv", "exports/a.txt") == [
        "exports/sub/d.csv",
        "exports/sub/deep/e.csv",
        "exports/b.csv",
        "exports/a.txt",
    ]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("exports/*.csv", ["b.csv"]),
        ("exports/[ab].*", ["a.txt", "b.csv"]),
        ("exports/su?", ["sub/d.csv", "sub/deep/e.csv"]),
        ("exports/*/*.csv", ["sub/d.csv"]),
    ],
)
def test_pattern(folder: Desk, cli: Command, pattern, names) -> None:
    assert inputs(cli, pattern) == [f"exports/{name}" for name in names]


def test_pattern_of_any_depth(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/**/*.csv") == ["exports/b.csv", "exports/sub/d.csv", "exports/sub/deep/e.csv"]


def test_hidden_file_is_read_when_named(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/.hidden.csv") == ["exports/.hidden.csv"]


def test_file_whose_name_looks_like_a_pattern(desk: Desk, cli: Command) -> None:
    desk.export("tháng [1] *.csv")
    desk.export("tháng 1 x.csv")
    assert inputs(cli, "tháng [1] *.csv") == ["tháng [1] *.csv"]


def test_file_given_twice_is_read_once(folder: Desk, cli: Command) -> None:
    (folder.path / "link.csv").symlink_to("exports/b.csv")
    assert inputs(cli, "exports/b.csv", "exports/../exports/b.csv", "link.csv", "exports/*.csv") == ["exports/b.csv"]


def test_a_file_split_in_two_counts_the_same(desk: Desk) -> None:
    desk.export("vina.csv", *RECORDS)
    desk.export("vina 1.csv", *RECORDS[:2])
    desk.export("vina 2.csv", *RECORDS[2:])
    whole, parts = (
        thuebao.audit(p, as_of=date.fromisoformat(AS_OF)) for p in (["vina.csv"], ["vina 1.csv", "vina 2.csv"])
    )
    assert whole.operators.equals(parts.operators)
    assert whole.counts.equals(parts.counts)


def test_many_files_of_many_layouts(desk: Desk) -> None:
    for number in range(30):
        names = list(GOOD)[number % 5 :] + list(GOOD)[: number % 5]
        records = [{name: record[name] for name in names[: 21 - number % 3]} for record in RECORDS]
        desk.export(f"exports/vina {number:02}.csv", *records, separator=",;\t|"[number % 4])
    result = thuebao.audit("exports", as_of=date.fromisoformat(AS_OF))
    assert (len(result.inputs), result.totals["records"]) == (30, 150)
    assert result.unreadable == ()
