"""Parquet that unpacks to gigabytes, or to millions of rows of nothing: refused at once, in little memory."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from thuebao.base.errors import InputError
from thuebao.sources.parquet import ParquetTable
from thuebao.sources.parquet_weight import Weight

LONG = "A" * 100_000


def table(rows: int, **columns: object) -> pa.Table:
    numbers = [f"09{n:08}" for n in range(rows)]
    return pa.table({"msisdn": numbers, "operator": ["Viettel"] * rows, **columns})


def heavy(kind: str) -> pa.Table:
    rows = 40_000
    if kind == "a text that is stored once":
        return table(rows, full_name=pa.array([LONG] * rows))
    if kind == "a text that rows share":
        return table(rows, full_name=pa.DictionaryArray.from_arrays(pa.array([0] * rows), [LONG]))
    rows = 20_000_000
    nothing = pa.nulls(rows, pa.string())
    return pa.table({"msisdn": nothing, "full_name": nothing, "operator": nothing})


@pytest.mark.parametrize("kind", ["a text that is stored once", "a text that rows share", "rows of nothing"])
def test_a_few_kilobytes_that_are_gigabytes(desk: Desk, process: Command, kind: str) -> None:
    pq.write_table(heavy(kind), desk.path / "viettel.parquet", compression="zstd")
    assert (desk.path / "viettel.parquet").stat().st_size < 200_000
    done = process("audit", "viettel.parquet", "--memory-limit", "1GB", "-q", timeout=20)
    assert done.code == 3
    one_message(done, "viettel.parquet", "unpack to more than 256 MiB")


@pytest.mark.parametrize("codec", ["none", "zstd", "snappy", "gzip"])
def test_pages_are_weighed_as_they_are(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.parquet"
    for version in ("1.0", "2.0"):
        pq.write_table(table(5000, full_name=["Nguyễn"] * 5000), path, compression=codec, data_page_version=version)
        metadata = pq.read_metadata(path)
        columns = [metadata.row_group(0).column(n) for n in range(3)]
        weight = Weight.of("a", path, 10**9)
        said = sum(column.total_uncompressed_size for column in columns)
        of_rows = 5000 * 3 * 16
        assert of_rows < weight.unpacked <= of_rows + said


def test_pages_that_are_more_than_the_footer_says(tmp_path: Path) -> None:
    """They count by their own headers, whatever the file's size and its footer say."""
    held = io.BytesIO()
    pq.write_table(
        table(400, full_name=["B" * 1_000_000] * 400),
        pa.PythonFile(held),
        compression="zstd",
        use_dictionary=False,
        data_page_size=1 << 30,
    )
    path = tmp_path / "a.parquet"
    path.write_bytes(held.getvalue())
    with pytest.raises(InputError) as caught:
        ParquetTable.of("a", path, None)
    assert caught.value.key == "parquet_expands"
    with pytest.raises(InputError) as caught, path.open("rb") as file:
        Weight("a", [0], 1 << 40)._add_pages(file, len(held.getvalue()), pq.read_metadata(path).row_group(0), 300 << 20)
    assert caught.value.key == "parquet_pages"


def test_long_texts_come_in_small_batches_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = [LONG] * 600 + ["An"] * 3400
    pq.write_table(table(4000, full_name=names), path)
    batches = [batch.records for batch in ParquetTable.of("a", path, None).batches({"full_name"})]
    assert sum(batch.height for batch in batches) == 4000
    assert max(batch["~full_name"].str.len_bytes().sum() for batch in batches) <= 28 << 20
    assert [name for batch in batches for name in batch["~full_name"]] == names


@pytest.mark.parametrize("rows_of_a_group", [250_000, 122_880, 10_000])
def test_batches_are_few_and_even(tmp_path: Path, rows_of_a_group: int) -> None:
    """Each takes a while, whatever it holds."""
    path = tmp_path / "a.parquet"
    count = 500_000
    numbers = pa.array(range(900_000_000, 900_000_000 + count)).cast(pa.string())
    pq.write_table(pa.table({"msisdn": numbers}), path, row_group_size=rows_of_a_group)
    first, *others = [batch.records for batch in ParquetTable.of("a", path, None).batches({"msisdn"})]
    assert pa.chunked_array([records["~msisdn"].to_arrow() for records in (first, *others)]).cast("string") == (
        pa.chunked_array([numbers])
    )
    heights = [records.height for records in others]
    assert len(heights) <= -(-count // 75_000) + 2
    assert max(heights) <= 75_000


def test_batches_of_much_text_hold_no_more_than_others(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = [f"{n:0600}" for n in range(100_000)]
    pq.write_table(table(100_000, full_name=names), path)
    _, *batches = [batch.records["~full_name"] for batch in ParquetTable.of("a", path, None).batches({"full_name"})]
    sizes = [batch.str.len_bytes().sum() for batch in batches]
    assert max(sizes) <= 28 << 20
    assert len(sizes) == 2
    assert pl.concat(batches).to_list() == names[-sum(map(len, batches)) :]
