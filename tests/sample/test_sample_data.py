"""What an audit of sample_data/ must find; and on generated records all planted violations and nothing else."""

import json
import runpy
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.places import SAMPLES
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.reference import rules_home
from thuebao.sample import write_sample

MAKE = runpy.run_path(str(SAMPLES / "make.py"))
AS_OF: date = MAKE["AS_OF"]


def rules_about_records() -> set[str]:
    """All that need nothing but an export."""
    return {rule.code for rule in read_rulebook().rules if rule.code[:3] not in ("EXP", "REF", "POS")}


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    findings = thuebao.audit(SAMPLES, as_of=AS_OF).findings.collect()
    return findings.with_columns(pl.col("path").str.split("/").list.last())


@pytest.fixture(scope="module")
def truth() -> pl.DataFrame:
    rows = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    columns = {"path": pl.String, "record": pl.UInt64, "code": pl.String, "column": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_sample_data() -> None:
    run = MAKE["audit"]()
    assert run.returncode == 1
    assert run.stdout == (SAMPLES / "expected.json").read_bytes()


def test_sample_data_show_every_rule_and_what_was_planted(found: pl.DataFrame, truth: pl.DataFrame) -> None:
    assert set(truth["code"]) == rules_about_records()
    assert truth.join(found, on=["path", "record", "code"], how="anti").is_empty()
    besides = found.join(truth, on=["path", "record", "code"], how="anti")
    # A number at two operators (DUP102) is in the range of only one of them.
    across = truth.filter(pl.col("code").str.starts_with("DUP"))
    assert besides.join(across, on=["path", "record"])["code"].to_list() == ["NUM105"]
    assert besides.join(truth, on=["path", "record"], how="anti").is_empty()


def test_sample_data_show_what_only_all_files_together_can(found: pl.DataFrame) -> None:
    groups = found.drop_nulls("group").group_by("code", "group").agg(pl.col("path").n_unique())
    assert set(groups.filter(pl.col("path") > 1)["code"]) == {"DUP102", "DUP121", "DUP131", "DUP141"}


def test_expected_findings_name_nobody() -> None:
    expected = (SAMPLES / "expected.json").read_text("utf-8")
    for export in json.loads(expected)["inputs"]:
        name, columns = Path(export["path"]).name, export["columns"]
        separator = MAKE["EXPORTS"][name][-1]
        path = SAMPLES / name
        records = pl.read_csv(path, separator=separator, infer_schema=False) if separator else pl.read_parquet(path)
        for column in ("full_name", "guardian_name", "clerk_name", "msisdn", "id_number"):
            texts = records[columns[column]].drop_nulls().str.strip_chars()
            named = texts.filter(texts.str.len_chars() > 6)  # a "?" is nobody's name
            assert not named.is_empty()
            assert [text for text in named if text in expected] == []


def test_planted_violations_are_found_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    planted = {"defects": 0.1, "duplicates": 0.02, "mess": 0.1}
    write_sample(path, records=100_000, seed=5, as_of=AS_OF, rules_dir=rules_home(), **planted)
    truth = pl.read_csv(tmp_path / "export.truth.csv", infer_schema=False).with_columns(
        pl.col("record").cast(pl.UInt64)
    )
    audit = thuebao.audit([path], as_of=AS_OF)
    # ID127 is for exports that do not say when records were last updated.
    assert set(truth["code"]) == rules_about_records() - {"ID127"}
    found = audit.findings.collect()
    missed = truth.join(found, on=["record", "code"], how="anti")
    assert missed.is_empty()
    assert found.join(truth, on="record", how="anti").is_empty()
