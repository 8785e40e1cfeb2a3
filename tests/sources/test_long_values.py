"""Values far longer than any honest one: what is kept of them, and what an audit takes for files of such values."""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from helpers.measured import measured
from thuebao.facts.text import Cleaning
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.long_values import LONGEST, shortened

LIMIT = 512 * 10**6
SAMPLES = Path(__file__).parents[2] / "sample_data" / "viettel.csv"
NAME, ADDRESS = 3, 12


def kept(*values: str | None) -> tuple[list[str | None], int]:
    records, cut = shortened(pl.DataFrame({"~address": values}, schema={"~address": pl.String}))
    return records["~address"].to_list(), cut


def test_what_is_not_longer_stays_as_it_is() -> None:
    values = ["ệ" * LONGEST, " " * LONGEST, "a\u200b" * (LONGEST // 2), "", None, "x"]
    assert kept(*values) == (values, 0)


@pytest.mark.parametrize("padding", [" ", "\t", "\u00a0", "\u200b", "\ufeff", " \u2060"])
def test_what_cleaning_makes_short_means_the_same(padding: str) -> None:
    values = [f"{padding * 9_000}{text}{padding * 9_000}" for text in ("Nguyễn Văn An", "N/A", "", "-", '="x"')]
    cleaning = Cleaning(shipped_reference())
    [found, cut] = kept(*values)
    assert cut == 0
    assert max(len(text or "") for text in found) < LONGEST
    assert cleaning.exact(pl.Series(found)).to_list() == cleaning.exact(pl.Series(values)).to_list()


def test_signs_alone_are_still_no_value() -> None:
    values = ["-" * 100_000, ". " * 50_000, "-" * 90_000 + "x"]
    found, cut = kept(*values)
    assert Cleaning(shipped_reference()).exact(pl.Series(found)).is_null().to_list() == [True, True, False]
    assert cut == len(values)


def test_values_that_differ_anywhere_stay_apart_and_others_alike() -> None:
    choose = random.Random(1)
    text = [choose.choice("ăbc d") for _ in range(100_000)]
    places = (0, 1_000, 1_701, 50_000, 99_799, 99_999)
    values = ["".join(text), *("".join([*text[:place], "x", *text[place + 1 :]]) for place in places)]
    found, cut = kept(*values, values[0])
    assert len({*found}) == len(values) == cut - 1
    assert found[-1] == found[0]
    assert max(len(one or "") for one in found) <= LONGEST
    assert not any(sign.isdigit() for sign in found[0] or "")


def _rows(count: int) -> Iterator[list[str]]:
    with SAMPLES.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    yield head
    for n in range(count):
        row = [*rows[n % len(rows)]]
        row[1], row[ADDRESS] = f"09{n:08}", f"{n} đường Lê Lợi, phường 1, " * 4_000
        row[NAME] = f"Nguyễn Văn An {n} " * 3_000 if n % 2 else row[NAME]
        yield row


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told otherwise elsewhere")
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_texts_of_100_kb_keep_to_the_limit_on_memory(kind: str, tmp_path: Path) -> None:
    path, found, count = tmp_path / f"viettel.{kind}", tmp_path / "found.csv", 1_500
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = _rows(count)
        if kind == "csv":
            csv.writer(file).writerows(rows)
        else:
            head = next(rows)
            file.writelines(json.dumps(dict(zip(head, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    options = [
        "--memory-limit",
        "512MB",
        "--fail-on",
        "never",
        "--format",
        "json",
        "--reveal",
        "--findings",
        str(found),
    ]
    done = measured("audit", str(path), *options)
    assert done.code == 0
    assert done.memory < 1.15 * LIMIT
    [file_read] = json.loads(done.stdout)["inputs"]
    assert {one["code"]: one["count"] for one in file_read["notices"]}["values_cut"] == count + count // 2
    shown = pl.read_csv(found, infer_schema=False).filter(pl.col("field") == "full_name")
    lengths = shown.with_columns(length=pl.col("value").str.len_chars()).group_by("record").agg(pl.col("length").max())
    assert (lengths["length"] > LONGEST // 2).sum() > count // 3
    assert (lengths["length"] <= LONGEST).all()
