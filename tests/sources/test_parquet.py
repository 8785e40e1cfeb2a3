"""Parquet of text and of types gives what the same CSV gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thuebao
from helpers.desks import Desk
from helpers.people import GOOD
from helpers.sources import FINDINGS, RECORDS, VIETNAMESE_HEADERS, found, parquet, read
from thuebao.sources.parquet_values import as_text


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


PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST = (EPOCH.replace(year=1) - EPOCH).days + 2
MOST = (EPOCH.replace(year=9999, month=12, day=31) - EPOCH).days - 2


def plain_text(number: int, dtype: pl.DataType) -> str:
    """Return a moment as text, one by one."""
    if isinstance(dtype, pl.Date):
        return (date(1970, 1, 1) + timedelta(number)).isoformat()
    seconds, fraction = divmod(number, PER_SECOND[dtype.time_unit])
    moment = EPOCH + timedelta(seconds=seconds)
    moment = moment.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")) if dtype.time_zone else moment
    digits = f"{fraction:0{len(str(PER_SECOND[dtype.time_unit])) - 1}}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return moment.replace(tzinfo=None).isoformat(" ") + (f".{digits}" if fraction else "")


DTYPES = [pl.Date(), *(pl.Datetime(unit, zone) for unit in PER_SECOND for zone in (None, "UTC", "America/New_York"))]
YEARS = [
    date(year, 1, 1) - date(1970, 1, 1) for year in (2, 1899, 1900, 1901, 1906, 1945, 1970, 2025, 2099, 2100, 2101)
]
DAYS = st.one_of(
    st.builds(lambda year, more: year.days + more, st.sampled_from(YEARS), st.integers(-3, 3)),
    st.integers(LEAST, MOST),
    st.integers(0, 21_000),
)
SECONDS = st.one_of(st.sampled_from([0, 1, DAY - 1, 17 * 3600, 17 * 3600 - 1]), st.integers(0, DAY - 1))
FRACTIONS = st.sampled_from([0, 0, 0, 0, 1, 250_000_000, 250_000, 999_999_999])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DTYPES), st.lists(st.one_of(st.none(), st.tuples(DAYS, SECONDS, FRACTIONS)), max_size=12))
def test_moments_become_the_text_that_each_has(dtype: pl.DataType, moments: list[tuple[int, int, int] | None]) -> None:
    numbers: list[int | None] = []
    for moment in moments:
        day, second, fraction = moment or (0, 0, 0)
        number = day
        if isinstance(dtype, pl.Datetime):
            per_second = PER_SECOND[dtype.time_unit]
            number = (day * DAY + second) * per_second + fraction * per_second // 10**9
        numbers.append(number if moment and abs(number) < 2**63 else None)
    values = pl.Series(numbers, dtype=pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    found = values.to_frame().select(as_text(pl.first(), dtype)).to_series()
    assert found.to_list() == [None if number is None else plain_text(number, dtype) for number in numbers]


@pytest.mark.parametrize("dtype", DTYPES)
def test_moments_beyond_the_calendar_stay_numbers(dtype: pl.DataType) -> None:
    top = 2**31 - 1 if dtype == pl.Date else 2**63 - 1
    whole = getattr(dtype, "time_unit", None) == "ns"  # no number of nanoseconds is beyond it
    values = pl.Series([top, -top - 1, None, 0], dtype=pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    found = values.to_frame().select(as_text(pl.first(), dtype)).to_series().to_list()
    assert (found[0] == str(top)) is not whole
    assert found[1:3] == [str(-top - 1), None]
    assert found[3][:10] == "1970-01-01"
