"""Parquet of text and of types gives what the same CSV gives."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.people import GOOD
from helpers.sources import FINDINGS, RECORDS, VIETNAMESE_HEADERS, found, parquet, read


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
    pl.DataFrame({"msisdn": [number], "full_name": ["An B"]}).write_parquet(desk.path / "vina.parquet")
    result = thuebao.audit("vina.parquet", select=["NUM"], reveal=True)
    assert (result.totals["records"], result.totals["records_with_findings"]) == (1, 0)


def test_document_numbers_that_lost_their_zeros(desk: Desk) -> None:
    record = {name: value for name, value in GOOD.items() if name != "id_number"}
    pl.DataFrame([record | {"id_number": 1090012345}]).write_parquet(desk.path / "vina.parquet")
    assert found("vina.parquet") == [(1, "ID105", "1090012345")]


@pytest.mark.parametrize("kind", ["csv", pytest.param("parquet")])
def test_rules_that_need_no_column_of_the_file(desk: Desk, kind) -> None:
    frame = pl.DataFrame({"full_name": ["An B", "An C"], "address": ["Huế", "Huế"]})
    frame.write_csv(desk.path / "vina.csv") if kind == "csv" else frame.write_parquet(desk.path / "vina.parquet")
    result = thuebao.audit(f"vina.{kind}", select=["NUM"])
    assert (result.totals["records"], result.unreadable) == (2, ())


def test_parquet_over_many_row_groups_keeps_its_order(desk: Desk) -> None:
    frame = pl.DataFrame({"msisdn": [f"09{n:08}" for n in range(250_000)]})
    frame.write_parquet(desk.path / "vina.parquet", row_group_size=7_777)
    assert [row["msisdn"] for row in read("vina.parquet")] == frame["msisdn"].to_list()
