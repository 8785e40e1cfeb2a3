"""A baseline: which findings are new, and what the gate makes of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.months import audit
from helpers.people import ERROR
from thuebao.base.errors import InputError, UsageError
from thuebao.results import thresholds as gate
from thuebao.results.compare import baseline
from thuebao.results.compare import match as matching
from thuebao.results.compare.results import compare
from thuebao.results.findings import SCHEMA
from thuebao.rulebook.book import read_rulebook


def fresh(old: str, new: str, **options: Any) -> pl.LazyFrame:
    return baseline.new_findings(Path(old), matching.scan_findings(Path(new)), **options)


@pytest.mark.parametrize("at_once", [10, 1_000_000])
def test_new_findings_are_those_beyond_the_baseline(months: Desk, at_once) -> None:
    new = fresh("old.parquet", "new.csv", at_once=at_once).collect()
    left = Counter(pl.read_parquet("old.parquet").select("operator", "msisdn", "code").fill_null("").iter_rows())
    expected = []
    for row in pl.read_csv("new.csv", infer_schema=False).to_dicts():
        key = (row["operator"], (row["msisdn"] or "").removeprefix("'"), row["code"])
        if left[key]:
            left[key] -= 1
        else:
            expected.append((row["path"], int(row["record"]), row["code"]))
    assert new.select("path", "record", "code").rows() == expected
    assert new.schema == pl.Schema(SCHEMA)
    both = compare(Path("old.json"), Path("new.json"), old_findings=Path("old.parquet"), new_findings=Path("new.csv"))
    assert new.height == sum(row.matched.new for row in both.rows if row.matched)


def test_new_findings_can_be_asked_for_in_part(months: Desk) -> None:
    new = fresh("old.parquet", "new.csv")
    whole = new.collect()
    assert new.head(3).collect().equals(whole.head(3))
    assert new.select("code", "path").collect().equals(whole.select("code", "path"))
    some = pl.col("code") == "PER101"
    assert new.filter(some).select("record").collect().equals(whole.filter(some).select("record"))


def test_against_itself_nothing_is_new_and_against_nothing_everything(months: Desk) -> None:
    assert fresh("new.csv", "new.csv").collect().is_empty()
    assert fresh("new.csv", "new.csv", key="record").collect().is_empty()
    head = Path("new.csv").read_text("utf-8").split("\n")[0]
    months.write("none.csv", head + "\n")
    for kind in ("csv", "parquet"):
        new = fresh("none.csv", "new.csv" if kind == "csv" else "old.parquet")
        baseline.write_findings(new, Path(f"written.{kind}"))
    assert Path("written.csv").read_bytes() == Path("new.csv").read_bytes()
    assert pl.read_parquet("written.parquet").equals(pl.read_parquet("old.parquet"))
    assert Path("written.csv").stat().st_mode & 0o077 == 0


def test_the_gate_judges_what_is_new(months: Desk) -> None:
    result = audit("new.json", "new", findings="new.parquet")
    new = fresh("old.parquet", "new.parquet")
    only = baseline.narrowed(result, new)
    rows = new.collect()
    assert sum(r.violations for r in only.rules) == only.counts["violations"].sum() == rows.height
    assert f"of which {rows.height} are new" in baseline.said(result, only, Path("old.parquet"))
    for operator, _, errors, found in only.operators.iter_rows():
        of = rows.filter(pl.col("operator") == operator)
        assert found == of.select("path", "record").n_unique()
        assert errors == of.filter(pl.col("severity") == "error").select("path", "record").n_unique()
    # Against itself an audit has nothing new; with everything new it is the audit.
    nothing = baseline.narrowed(result, fresh("new.parquet", "new.parquet"))
    assert all(v.passed for v in gate.judge(nothing, gate.conditions(["info:0", "info"], read_rulebook())))
    all_of_it = baseline.narrowed(result, pl.scan_parquet("new.parquet"))
    assert all_of_it.operators.equals(result.operators)
    assert all_of_it.counts.equals(result.counts)
    assert all_of_it.totals == result.totals


def test_a_baseline_that_tells_nothing_apart_is_refused_before_the_audit(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv", findings="masked.csv", reveal=False)
    audit("one.json", "vina.csv", findings="one.csv")
    with pytest.raises(UsageError, match="--reveal"):
        baseline.check_baseline(Path("one.csv"), "number", reveal=False)
    with pytest.raises(InputError):
        baseline.check_baseline(Path("nowhere.csv"), "number", reveal=True)
    with pytest.raises(InputError, match="masked"):
        baseline.check_baseline(Path("masked.csv"), "number", reveal=True)
    baseline.check_baseline(Path("one.csv"), "number", reveal=True)
    baseline.check_baseline(Path("masked.csv"), "record", reveal=False)
    with pytest.raises(InputError, match="masked"):
        fresh("masked.csv", "one.csv")
    with pytest.raises(InputError, match="masked"):
        fresh("one.csv", "masked.csv")
    assert fresh("masked.csv", "one.csv", key="record").collect().is_empty()
