"""A table can be read on from behind any of its batches, and up to where another share begins."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import Export, ReadAs, open_exports, parquet, stored_at
from thuebao.sources.batch import Batch, Place

HEADER = "msisdn,full_name,note"
RECORDS = [f"09{n:08},Nguyễn Văn An,dòng {n}" for n in range(5_000)]
WANTED = {"msisdn", "full_name"}


def opened(path: Path) -> Export:
    read_as = ReadAs(most_bytes=1 << 14)
    [export] = open_exports(stored_at(str(path)).stored[0], "Viettel", shipped_reference(), read_as)
    return export


def for_others(export: Export) -> Export:
    other = export.for_others()
    assert other
    return other


def records(batches: list[Batch]) -> pl.DataFrame:
    return pl.concat(batch.records for batch in batches if batch.records.height)


def lines(batches: list[Batch], before: int = 0) -> list[int]:
    stretches = [batch.outline.counted_on(before).lines for batch in batches]
    return [line for stretch in stretches if stretch is not None for line in stretch]


def parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parquet, "_FIRST_STRETCH", 500)
    monkeypatch.setattr(parquet, "_LARGEST_STRETCH", 2_000)
    path = tmp_path / "export.parquet"
    rows = [record.split(",") for record in RECORDS]
    pl.DataFrame(rows, HEADER.split(","), orient="row").write_parquet(path, row_group_size=700)
    return path


@pytest.fixture(params=["plain", "CRLF", "a mark and lines above", "line feeds in quotes", "Parquet"])
def export(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    if request.param == "Parquet":
        return opened(parquet_file(tmp_path, monkeypatch))
    text = "\n".join([HEADER, *RECORDS]) + "\n"
    if request.param == "line feeds in quotes":
        text = re.sub("dòng ([0-9]+)", r'"một\n\1"', text)
    above = "\ufeffDanh sách thuê bao\n\n" if request.param == "a mark and lines above" else ""
    path = tmp_path / "export.csv"
    path.write_bytes((above + text).replace("\n", "\r\n" if request.param == "CRLF" else "\n").encode())
    return opened(path)


def test_from_behind_each_batch(export: Export) -> None:
    batches = list(export.batches(WANTED))
    assert len(batches) > 2
    for n, batch in list(enumerate(batches))[:: -(-len(batches) // 4)]:
        assert batch.then
        rest = list(for_others(export).batches(WANTED, batch.then))
        expected = batches[n + 1 :]
        assert sum(b.records.height for b in rest) == sum(b.records.height for b in expected)
        if rest and expected:
            assert records(rest).equals(records(expected))
            assert lines(rest) == lines(expected)


def test_in_shares(export: Export) -> None:
    batches = list(export.batches(WANTED))
    whole, start = records(batches), batches[0].then
    assert start
    assert export.divisible
    ends = export.divisible.ends(start, 600)
    assert len(ends) > 3
    found, reached = [batches[0]], start.line
    for first, end in pairwise([start.at, *ends, None]):
        share = list(for_others(export).batches(WANTED, Place(first or 0), end))
        then = share[-1].then
        assert then
        assert end is None or then.at == end
        assert lines(share, reached - 1) == lines(batches)[len(lines(found)) :][: len(lines(share))]
        found += [replace(batch, lines=batch.outline.counted_on(reached - 1).lines) for batch in share]
        reached += then.line - 1
    assert records(found).equals(whole)


def test_what_cannot_be_read_on(tmp_path: Path) -> None:
    text = "\n".join([HEADER, *RECORDS[:50]]) + "\n"
    for name, data in {
        "old.csv": text.encode("cp1258", "replace"),
        "mac.csv": text.replace("\n", "\r").encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
        export = opened(tmp_path / name)
        assert export.divisible is None
        assert export.for_others() is None
        assert all(batch.then is None for batch in export.batches(WANTED))
