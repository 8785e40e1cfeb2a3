"""Parquet files of every type, and such as break the library that reads them."""

from __future__ import annotations

import decimal
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from thuebao import audit
from thuebao.base.errors import InputError
from thuebao.sources import parquet
from thuebao.sources.parquet import ParquetTable


def parquet_of(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


NUMBERS = ["0912345678"] * 20


def unreadable(path: Path) -> list[str]:
    return [error.key for error in audit([str(path)], operator="Viettel").unreadable]


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (pa.array([["a"]] * 20), "List"),
        (pa.array([[("k", 1)]] * 20, pa.map_(pa.string(), pa.int32())), "Map"),
        (pa.array([5] * 20, pa.duration("us")), "Duration"),
        (
            pa.array([decimal.Decimal(10**50)] * 20, pa.decimal256(76, 0)),
            "Dec",
        ),
        (pa.array([b"\xff\xfe"] * 20), "Binary"),
    ],
)
def test_a_column_of_a_type_that_is_no_text(values: pa.Array, type_: str, tmp_path: Path) -> None:
    [error] = audit(
        [str(parquet_of(tmp_path / "a.parquet", msisdn=NUMBERS, full_name=values))], operator="V"
    ).unreadable
    assert (error.key, error.values["header"]) == ("parquet_type", "full_name")
    assert str(error.values["type"]).startswith(type_)
    assert not unreadable(parquet_of(tmp_path / "b.parquet", msisdn=NUMBERS, address=NUMBERS, other=values))
    table = ParquetTable.of("b", tmp_path / "b.parquet", None)
    [batch] = table.batches({"?1"})
    assert batch.records.height == 20


def test_bytes_that_are_text_are_read(tmp_path: Path) -> None:
    table = ParquetTable.of("a", parquet_of(tmp_path / "a.parquet", msisdn=[b"0912345678"]), None)
    [batch] = table.batches({"msisdn"})
    assert batch.records.to_series().to_list() == ["0912345678"]


def test_a_time_zone_that_there_is_not(tmp_path: Path) -> None:
    moments = pa.array([1_700_000_000_000_000] * 20, pa.timestamp("us", tz="Mars/Phobos"))
    table = ParquetTable.of("a", parquet_of(tmp_path / "a.parquet", msisdn=NUMBERS, registered_at=moments), None)
    [batch] = table.batches({"registered_at"})
    assert batch.records.to_series()[0] == "2023-11-15 05:13:20"


def test_no_columns_at_all(tmp_path: Path) -> None:
    pq.write_table(pa.table({}), tmp_path / "a.parquet")
    assert unreadable(tmp_path / "a.parquet") == ["parquet_damaged"]


@pytest.mark.parametrize("header", ["*", "^.*$", "^~?0$", ""])
def test_a_header_is_no_pattern(header: str, tmp_path: Path) -> None:
    table = ParquetTable.of("a", parquet_of(tmp_path / "a.parquet", **{header: ["x"], "msisdn": ["1"]}), None)
    [batch] = table.batches({"msisdn", "?0"})
    assert batch.records.rows() == [("x", "1")]


@pytest.mark.parametrize("left", [0, 1000, -1])
def test_a_file_that_shrinks_while_it_is_read(left: int, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    numbers = [f"09{n:08}" for n in range(40_000)]
    pq.write_table(pa.table({"msisdn": numbers}), path, row_group_size=10_000, compression="none")
    batches = ParquetTable.of("a", path, None).batches({"msisdn"})
    next(batches)
    os.truncate(path, left if left >= 0 else path.stat().st_size // 3)
    with pytest.raises(InputError) as caught:
        list(batches)
    assert caught.value.key == "parquet_broken"


def test_a_panic_of_the_library_is_damage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object, **__: object) -> None:
        raise PanicException("called `Result::unwrap()`")

    monkeypatch.setattr(parquet.pl, "scan_parquet", panic)
    assert unreadable(parquet_of(tmp_path / "a.parquet", msisdn=NUMBERS)) == ["parquet_damaged"]


def test_one_long_value_in_all_rows_comes_in_small_batches(tmp_path: Path) -> None:
    path = parquet_of(tmp_path / "a.parquet", msisdn=["1"] * 400, full_name=["A" * 500_000] * 400)
    sizes = [batch.size for batch in ParquetTable.of("a", path, None).batches({"full_name"})]
    assert sum(sizes) == 400
    assert max(sizes) < 150


def test_row_groups_of_any_size_are_read_once_and_in_turn(tmp_path: Path) -> None:
    numbers = [str(n) for n in range(50_000)]
    for size in (700, 4999, 5000, 5001, 50_000):
        pq.write_table(pa.table({"msisdn": numbers}), tmp_path / "a.parquet", row_group_size=size)
        batches = ParquetTable.of("a", tmp_path / "a.parquet", None).batches({"msisdn"})
        assert [value for batch in batches for value in batch.records.to_series()] == numbers
