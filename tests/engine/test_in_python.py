"""The audit in Python: result, lazy findings, errors and progress."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.people import ERROR, GOOD, INFO, NAMELESS, WARNING, person


@pytest.fixture
def exports(desk: Desk) -> list[Path]:
    first = [ERROR, GOOD, INFO | {"full_name": "-Ân"}, WARNING | {"full_name": 'a"b,1'}]
    desk.export("vina.csv", *first)
    viettel = [person(4) | {"msisdn": "0961234567"}, person(5) | NAMELESS | {"msisdn": "0961234568"}]
    desk.export("viettel.csv", *viettel, separator=";")
    pl.DataFrame([person(6) | NAMELESS | {"date_of_birth": date(1990, 1, 2)}]).write_parquet(
        desk.path / "mobifone.parquet"
    )
    return [Path("vina.csv"), Path("viettel.csv"), Path("mobifone.parquet")]


def test_audit_in_python(exports: list[Path]) -> None:
    result = thuebao.audit(exports, as_of=date(2026, 11, 23))
    assert isinstance(result, thuebao.AuditResult)
    assert result.operators.rows() == [("MobiFone", 1, 1, 1), ("Viettel", 2, 1, 1), ("VinaPhone", 4, 2, 3)]
    assert result.operators.columns == ["operator", "records", "records_with_errors", "records_with_findings"]
    assert result.counts.columns == ["operator", "code", "evaluated", "violations"]
    assert result.counts.filter(code="PER101").rows() == [
        ("MobiFone", "PER101", 1, 1),
        ("Viettel", "PER101", 2, 1),
        ("VinaPhone", "PER101", 4, 1),
    ]
    assert result.totals["records"] == 7
    assert result.worst_severity() == "error"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("reveal", [False, True])
def test_lazy_findings_equal_the_findings_file(desk: Desk, exports: list[Path], kind, reveal) -> None:
    options = {"as_of": date(2026, 11, 23), "reveal": reveal}
    lazy = thuebao.audit(exports, **options).findings
    written = thuebao.audit(exports, **options, findings=Path(f"f.{kind}")).findings
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema() == written.collect_schema()
    read = written.collect()
    # In a spreadsheet's format a formula gets an apostrophe, and nothing and an empty text are the same.
    expected = lazy.collect().with_columns(
        pl.when(pl.lit(kind == "csv") & pl.col("value").str.contains("^[-=+@]"))
        .then("'" + pl.col("value"))
        .otherwise("value")
        .alias("value")
    )
    assert read.fill_null("").rows() == expected.fill_null("").rows()


@pytest.mark.parametrize("name", ["f[1].csv", "f[1].parquet"])
def test_brackets_in_a_name_are_no_pattern(desk: Desk, exports: list[Path], name: str) -> None:
    (desk.path / "tạm [1]").mkdir()
    options = {"as_of": date(2026, 11, 23), "temp_dir": Path("tạm [1]")}
    lazy = thuebao.audit(exports, **options).findings.collect()
    written = thuebao.audit(exports, **options, findings=Path(name)).findings.collect()
    assert written.height == lazy.height > 0


def test_findings_of_many_batches_stay_in_order(desk: Desk) -> None:
    every = 7
    lines = ("0912345678,An\n" if n % every == 0 else "0912345678,An B\n" for n in range(1, 450_001))
    desk.write("vina.csv", "msisdn,full_name\n" + "".join(lines))
    written = thuebao.audit("vina.csv", select=["PER104"], findings=Path("f.parquet")).findings.collect()
    lazy = thuebao.audit("vina.csv", select=["PER104"]).findings.collect()
    assert written["record"].to_list() == list(range(every, 450_001, every))
    assert lazy.equals(written)


def test_lazy_findings_can_be_queried(exports: list[Path]) -> None:
    findings = thuebao.audit(exports, as_of=date(2026, 11, 23)).findings
    whole = findings.collect()
    assert whole.height == 7
    assert findings.filter(pl.col("code") == "PER101").select("record", "path").collect().rows() == [
        (1, "vina.csv"),
        (2, "viettel.csv"),
        (1, "mobifone.parquet"),
    ]
    assert findings.head(3).collect().equals(whole.head(3))
    assert findings.slice(2, 3).collect().equals(whole.slice(2, 3))
    assert findings.select(pl.len()).collect().item() == whole.height
    assert findings.filter(pl.col("severity") == "error").head(2).collect().height == 2


def test_audit_in_python_raises_what_a_user_must_mend(desk: Desk, exports: list[Path]) -> None:
    with pytest.raises(thuebao.UsageError, match="no rule has this code"):
        thuebao.audit(exports, select=["XX"])
    with pytest.raises(thuebao.OutputError, match="cannot be written"):
        thuebao.audit(exports, findings=Path("nowhere/f.csv"))
    result = thuebao.audit(["nowhere.csv", *exports])
    assert [type(error) for error in result.unreadable] == [thuebao.InputError]
    assert result.totals["records"] == 7


def test_audit_in_python_takes_one_path_and_paths_as_text(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    assert thuebao.audit("vina.csv").totals["records"] == 1
    assert thuebao.audit(Path("vina.csv")).totals["records"] == 1
    assert thuebao.audit("vina.csv", findings="f.csv").findings.collect().height == 1
    assert {r.rule.code for r in thuebao.audit("vina.csv", select="ORG104").rules if r.status != "deselected"} == {
        "ORG104"
    }


def test_progress_is_told(desk: Desk) -> None:
    desk.write("vina.csv", table([GOOD]))
    desk.write("viettel.csv", table([GOOD, GOOD]))
    told: list[tuple[str, int]] = []
    thuebao.audit(["vina.csv", "viettel.csv"], progress=lambda path, records: told.append((path, records)))
    assert told == [("vina.csv", 1), ("viettel.csv", 3)]
