"""The sample generator: the same bytes every time, unique numbers, and the truth about what it planted."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

import thuebao
from helpers.places import ROOT
from thuebao.base.fold import fold_header
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import columns_by_header
from thuebao.sample import SampleReport, write_sample

RULES = ROOT / "rules"
AS_OF = dt.date(2026, 11, 23)
DUP_CODES = {f"DUP{n}" for n in (101, 102, 103, 111, 112, 113, 121, 122, 123, 131, 141, 142, 151)}
# Only where an export does not say when records were last updated; there ID123 is not.
WITHOUT_UPDATES = {"ID127"}
WITH_UPDATES = {"ID123", "REM101", "REM102", "REM103"}


def sample(out: Path, records: int, **options: object) -> SampleReport:
    return write_sample(out, records=records, rules_dir=RULES, **{"as_of": AS_OF, **options})  # type: ignore[arg-type]


def read(path: Path, separator: str = ",") -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, separator=separator)


def truth(report: SampleReport) -> pl.DataFrame:
    return pl.read_csv(report.truth, schema_overrides={"record": pl.Int64})


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def codes(path: Path, as_of: dt.date = AS_OF) -> dict[int, set[str]]:
    """The rules that an audit of the file finds broken, of every record that breaks one."""
    findings = thuebao.audit([path], as_of=as_of).findings.collect()
    return {record: set(broken) for record, broken in findings.group_by("record").agg("code").rows()}


def row_rules() -> set[str]:
    about_one_record = {rule.code for rule in read_rulebook().rules}
    return {code for code in about_one_record if code[:3] not in ("DUP", "EXP", "REF", "POS")}


@pytest.fixture(scope="module")
def clean_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = sample(tmp_path_factory.mktemp("clean") / "clean.csv", 12_000)
    assert report.planted == {}
    return next(iter(report.files))


@pytest.fixture(scope="module")
def clean(clean_file: Path) -> pl.DataFrame:
    return read(clean_file)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[SampleReport, pl.DataFrame]:
    report = sample(tmp_path_factory.mktemp("damaged") / "damaged.csv", 8_000, defects=0.8)
    return report, read(next(iter(report.files)))


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = sample(tmp_path_factory.mktemp("shared") / "shared.csv", 12_000, duplicates=0.05)
    return next(iter(report.files))


@pytest.fixture(scope="module")
def shared(shared_file: Path) -> pl.DataFrame:
    """Records of a sample with violations across records, with the planted `code`."""
    told = pl.read_csv(shared_file.with_name("shared.truth.csv"), schema_overrides={"record": pl.Int64})
    records = read(shared_file).with_row_index("record", offset=1)
    return records.join(told, on="record", how="left", coalesce=True)


class TestClean:
    def test_breaks_no_rule(self, clean_file: Path) -> None:
        audit = thuebao.audit([clean_file], as_of=AS_OF)
        assert audit.totals["records"] == 12_000
        assert audit.findings.collect().is_empty()
        assert {finding.code for finding in audit.export_findings} <= {"EXP106"}

    @pytest.mark.parametrize("as_of", ["2016-06-01", "2018-04-24", "2024-12-30", "2027-03-01"])
    def test_breaks_no_rule_in_any_year(self, tmp_path: Path, as_of: str) -> None:
        day = dt.date.fromisoformat(as_of)
        sample(tmp_path / "s.csv", 2_000, as_of=day, mess=0.5)
        assert codes(tmp_path / "s.csv", day) == {}

    def test_all_columns_are_there(self, clean: pl.DataFrame) -> None:
        assert set(clean.columns) == set(columns_by_header().values())

    @pytest.mark.parametrize("column", ["msisdn", "sim_serial", "portrait_hash", "document_scan_ref"])
    def test_is_unique(self, clean: pl.DataFrame, column: str) -> None:
        values = clean[column].drop_nulls()
        assert values.n_unique() == len(values)

    def test_identity_is_one_person(self, clean: pl.DataFrame) -> None:
        people = clean.drop_nulls("id_number").group_by("id_number", "nationality")
        facts = people.agg(pl.col("full_name", "date_of_birth", "id_issue_date").n_unique(), numbers=pl.len())
        assert facts.select(pl.max("full_name", "date_of_birth", "id_issue_date")).row(0) == (1, 1, 1)
        assert facts["numbers"].max() in range(4, 9)

    def test_fourth_prepaid_number_has_a_contract(self, clean: pl.DataFrame) -> None:
        prepaid = clean.filter(payment_type="prepaid").drop_nulls("id_number")
        when = pl.col("registered_at").str.to_datetime("%d/%m/%Y %H:%M:%S")
        order = when.rank("ordinal").over("operator", "id_number")
        fourth = prepaid.filter(order > 3)
        assert len(fourth) > 0
        assert fourth["contract_number"].null_count() == 0
        assert set(fourth["pos_kind"].drop_nulls()) == {"own_fixed"}

    def test_numbers_are_in_the_operators_own_ranges(self, clean: pl.DataFrame) -> None:
        holders = dict(
            pl.read_csv(RULES / "reference/mobile_ranges.csv", infer_schema=False).select("prefix", "holder").rows()
        )
        found = set(clean.select("operator", pl.col("msisdn").str.slice(0, 3).replace_strict(holders)).rows())
        hosted = {("Local", "MobiFone"), ("FPT", "MobiFone"), ("VNSKY", "MobiFone")}
        assert {pair for pair in found if pair[0] != pair[1]} == hosted

    def test_sim_serials_have_a_check_digit(self, clean: pl.DataFrame) -> None:
        def luhn(text: str) -> int:
            doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(text)))
            return sum(d // 10 + d % 10 for d in doubled) % 10

        assert {luhn(serial) for serial in clean["sim_serial"].head(500)} == {0}

    def test_all_kinds_of_records_occur(self, clean: pl.DataFrame) -> None:
        kinds = {"cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport", None}
        assert set(clean["id_type"]) == kinds
        assert set(clean["connection_kind"]) == {"h2h", "m2m"}
        assert set(clean["status"]) == {"active", "one_way", "two_way", "terminated"}
        assert set(clean["pos_kind"]) == {"own_fixed", "own_mobile", "authorised", "online", None}
        assert clean["guardian_name"].count() > 0
        assert clean["consent_ref"].count() > 0
        assert set(clean["usage_kind"]) == {"self", "child", "ward", "device", "employee", None}
        paperless = clean.filter(pl.col("id_number").is_null(), connection_kind="h2h")
        assert len(paperless) > 0
        assert paperless["guardian_name"].null_count() == 0
        assert set(clean["matched_face"]) == {"yes", None}
        assert min(clean[column].count() for column in clean.columns) > 0
        ended = clean["terminated_at"].str.to_datetime("%d/%m/%Y %H:%M:%S").dt.date()
        kept_since = AS_OF.replace(year=AS_OF.year - 2)
        assert (ended < kept_since).any()
        assert (ended > kept_since).any()
        years = clean["registered_at"].str.slice(6, 4).cast(pl.Int32)
        assert (years.min(), years.max()) == (2010, 2026)


class TestDefects:
    def test_every_row_rule_is_planted(self, damaged: tuple[SampleReport, pl.DataFrame]) -> None:
        assert set(damaged[0].planted) == row_rules() - WITHOUT_UPDATES

    def test_planted_rules_fire_and_few_others(self, damaged: tuple[SampleReport, pl.DataFrame]) -> None:
        report, _ = damaged
        told = dict(truth(report).select("record", "code").rows())
        found = codes(next(iter(report.files)))
        assert {record: code for record, code in told.items() if code not in found.get(record, set())} == {}
        assert {record: fired for record, fired in found.items() if record not in told} == {}
        besides = Counter(other for record, fired in found.items() for other in fired - {told[record]})
        assert besides.total() < 0.002 * len(told)

    @pytest.mark.parametrize(
        ("as_of", "options"),
        [
            ("2016-06-01", {"headers": "vi"}),
            ("2019-02-28", {"headers": "vi_ascii", "dates": "iso"}),
            ("2025-03-01", {"headers": "en", "updates": False}),
        ],
    )
    def test_planted_rules_fire_in_any_year(self, tmp_path: Path, as_of: str, options: dict[str, object]) -> None:
        day = dt.date.fromisoformat(as_of)
        report = sample(tmp_path / "s.csv", 2_000, as_of=day, defects=0.6, mess=0.5, **options)
        told = dict(truth(report).select("record", "code").rows())
        found = codes(tmp_path / "s.csv", day)
        assert {record: code for record, code in told.items() if code not in found.get(record, set())} == {}
        assert found.keys() == told.keys()

    def test_an_export_without_updates(self, tmp_path: Path) -> None:
        report = sample(tmp_path / "s.csv", 6_000, updates=False, defects=0.8)
        assert "info_updated_at" not in read(tmp_path / "s.csv").columns
        assert set(report.planted) == row_rules() - WITH_UPDATES

    def test_truth_file(self, damaged: tuple[SampleReport, pl.DataFrame]) -> None:
        report, records = damaged
        told = truth(report)
        assert report.truth.name == "damaged.truth.csv"
        assert told.columns == ["path", "record", "code", "column"]
        assert set(told["path"]) == {"damaged.csv"}
        assert told["record"].is_sorted()
        assert told["record"].is_unique().all()
        assert told["record"].is_between(1, len(records)).all()
        assert set(told["column"]) <= set(records.columns)
        assert Counter(told["code"]) == report.planted
        assert 0.75 < len(told) / len(records) < 0.85

    def test_other_records_stay_as_they_are(self, tmp_path: Path) -> None:
        whole = read(next(iter(sample(tmp_path / "whole.csv", 2_000).files)))
        report = sample(tmp_path / "some.csv", 2_000, defects=0.2)
        untouched = [i for i in range(2_000) if i + 1 not in set(truth(report)["record"])]
        assert read(tmp_path / "some.csv")[untouched].equals(whole[untouched])

    def test_what_has_no_room_before_the_as_of_date_is_not_planted(self, tmp_path: Path) -> None:
        planted = sample(tmp_path / "early.csv", 4_000, defects=0.9, as_of=dt.date(2016, 6, 1)).planted
        assert planted.keys() & {"NUM103", "ID142", "MIN102", "REG101", "REG151"} == set()
        assert {"NUM102", "PER101", "MIN101", "REG131"} <= planted.keys()


class TestDuplicates:
    def test_every_rule_is_planted(self, shared: pl.DataFrame) -> None:
        assert set(shared["code"].drop_nulls()) == DUP_CODES
        assert 0.03 < shared["code"].count() / len(shared) < 0.06

    @pytest.mark.parametrize(
        ("code", "column", "within"),
        [
            ("DUP101", "msisdn", ["operator"]),
            ("DUP102", "msisdn", []),
            ("DUP103", "sim_serial", []),
            ("DUP131", "portrait_hash", []),
            ("DUP151", "clerk_name", ["operator", pl.col("registered_at").str.slice(0, 16)]),
        ],
    )
    def test_shared_value(self, shared: pl.DataFrame, code: str, column: str, within: list[str | pl.Expr]) -> None:
        least = 10 if code == "DUP151" else 2
        others = {"DUP101": "DUP102", "DUP102": "DUP101"}.get(code)
        known = shared.drop_nulls(column).filter(pl.col("code").ne_missing(others) if others else True)
        crowd = pl.len().over(column, *within) >= least
        assert set(known.filter(crowd)["record"]) == set(shared.filter(code=code)["record"])

    @pytest.mark.parametrize(("code", "column"), [("DUP121", "full_name"), ("DUP122", "date_of_birth")])
    def test_identity_contradicts_itself(self, shared: pl.DataFrame, code: str, column: str) -> None:
        people = shared.drop_nulls("id_number").filter(
            pl.col(column).str.to_lowercase().n_unique().over("id_number", "nationality") > 1
        )
        assert set(people["record"]) == set(shared.filter(code=code)["record"])

    def test_many_numbers(self, shared: pl.DataFrame) -> None:
        many = shared.filter(pl.col("msisdn").n_unique().over("id_number") >= 10).drop_nulls("id_number")
        assert set(many["record"]) == set(shared.filter(code="DUP141")["record"])

    def test_fourth_prepaid_number(self, shared: pl.DataFrame) -> None:
        when = pl.col("registered_at").str.to_datetime("%d/%m/%Y %H:%M:%S")
        prepaid = shared.filter(payment_type="prepaid").drop_nulls("id_number")
        fourth = prepaid.filter(when.rank("ordinal").over("operator", "id_number") > 3)
        bare = fourth.filter(pl.col("contract_number").is_null())
        assert set(bare["record"]) == set(shared.filter(code="DUP111")["record"])
        elsewhere = fourth.filter(pl.col("pos_kind") != "own_fixed")
        assert set(elsewhere["record"]) == set(shared.filter(code="DUP112")["record"])

    def test_fourth_number_online(self, shared: pl.DataFrame) -> None:
        when = pl.col("registered_at").str.to_datetime("%d/%m/%Y %H:%M:%S")
        people = shared.drop_nulls("id_number")
        fourth = people.filter(when.rank("ordinal").over("operator", "id_number") > 3)
        assert set(fourth.filter(pos_kind="online")["record"]) == set(shared.filter(code="DUP113")["record"])

    def test_sims_of_one_block(self, shared: pl.DataFrame) -> None:
        block = pl.col("sim_serial").str.head(-3)
        together = shared.filter(pl.len().over("operator", "id_number", block) >= 5).drop_nulls("id_number")
        assert set(together["record"]) == set(shared.filter(code="DUP142")["record"])

    def test_near_miss(self, shared: pl.DataFrame) -> None:
        same = ["full_name", "date_of_birth", "id_issue_date", "id_issue_place"]
        pairs = shared.filter(pl.col("id_number").n_unique().over(same) > 1).drop_nulls("id_number")
        assert set(pairs["record"]) == set(shared.filter(code="DUP123")["record"])
        for group in pairs.partition_by(same):
            first, second = group["id_number"].unique()
            assert sum(a != b for a, b in zip(first, second, strict=True)) == 1

    def test_an_audit_finds_them_alone(self, shared_file: Path, shared: pl.DataFrame) -> None:
        told = dict(shared.drop_nulls("code").select("record", "code").rows())
        found = codes(shared_file)
        assert found.keys() == told.keys()
        # A number at two operators is in the range of only one of them.
        assert set().union(*(fired - {told[record]} for record, fired in found.items())) == {"NUM105"}


class TestSameBytes:
    OPTIONS: ClassVar = {"defects": 0.1, "duplicates": 0.05, "mess": 0.2}

    def test_the_same_again_and_another_seed(self, tmp_path: Path) -> None:
        made = {
            name: sample(tmp_path / name / "s.csv", 10_000, seed=seed, **self.OPTIONS)
            for name, seed in (("a", 0), ("b", 0), ("c", 1))
            if (tmp_path / name).mkdir() is None
        }
        digests = [digest(*report.files, report.truth) for report in made.values()]
        assert digests[0] == digests[1] != digests[2]

    def test_whatever_the_size_of_chunks(self, tmp_path: Path) -> None:
        made = []
        for rows in (10_000, 3_210):
            report = sample(tmp_path / "s", 10_000, chunk_rows=rows, force=True, **self.OPTIONS)
            made.append(digest(*report.files, report.truth))
        assert made[0] == made[1]

    def test_whatever_the_number_of_threads(self, tmp_path: Path) -> None:
        script = (
            "import sys, pathlib, datetime; from thuebao.sample import write_sample;"
            "write_sample(pathlib.Path(sys.argv[1]), records=10_000, rules_dir=pathlib.Path(sys.argv[2]),"
            f"as_of=datetime.date(2026, 11, 23), **{self.OPTIONS})"
        )
        made = []
        for threads in ("1", "3"):
            out = tmp_path / threads / "s.csv"
            out.parent.mkdir()
            environment = os.environ | {
                "POLARS_MAX_THREADS": threads,
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            }
            subprocess.run([sys.executable, "-c", script, str(out), str(RULES)], check=True, env=environment)
            made.append(digest(out, truth_beside(out)))
        assert made[0] == made[1]


def truth_beside(out: Path) -> Path:
    return out.with_name(f"{out.stem}.truth.csv")


class TestFiles:
    def test_folder_has_a_file_for_each_operator(self, tmp_path: Path) -> None:
        report = sample(tmp_path / "export", 3_000, defects=0.2)
        assert {path.name for path in (tmp_path / "export").iterdir()} == {path.name for path in report.files}
        assert {path.stem for path in report.files} >= {"viettel", "vinaphone", "mobifone", "vietnamobile"}
        assert report.truth == tmp_path / "export.truth.csv"
        assert set(truth(report)["path"]) <= {f"export/{path.name}" for path in report.files}
        for path, records in report.files.items():
            frame = read(path)
            assert len(frame) == records
            assert frame["operator"].n_unique() == 1
        assert report.records == 3_000
        largest = report.files[tmp_path / "export/viettel.csv"]
        assert largest == 1_650

    def test_parquet_has_the_same_records(self, tmp_path: Path) -> None:
        for suffix in ("csv", "parquet"):
            sample(tmp_path / f"s.{suffix}", 1_000, defects=0.1, chunk_rows=300, force=True)
        assert pl.read_parquet(tmp_path / "s.parquet").equals(read(tmp_path / "s.csv"))

    @pytest.mark.parametrize("headers", ["canonical", "vi", "vi_ascii", "en"])
    @pytest.mark.parametrize("dates", ["d/m/y", "iso"])
    def test_styles_mean_the_same(self, tmp_path: Path, headers: str, dates: str) -> None:
        sample(tmp_path / "s.csv", 300, headers=headers, dates=dates, separator=";")
        frame = read(tmp_path / "s.csv", separator=";")
        names = [columns_by_header()[fold_header(header)] for header in frame.columns]
        assert len(set(names)) == len(names) == len(set(columns_by_header().values()))
        assert codes(tmp_path / "s.csv") == {}
        if headers == "vi_ascii":
            assert all(header.isascii() for header in frame.columns)

    @pytest.mark.parametrize("headers", ["canonical", "vi"])
    def test_mess_is_forgiven(self, tmp_path: Path, headers: str) -> None:
        report = sample(tmp_path / "s.csv", 600, mess=1.0, headers=headers)
        sample(tmp_path / "tidy.csv", 600, headers=headers)
        frame, tidy = read(tmp_path / "s.csv"), read(tmp_path / "tidy.csv")
        assert codes(tmp_path / "s.csv") == {}
        assert report.planted == {}
        changed = sum(a != b for a, b in zip(frame.rows(), tidy.rows(), strict=True))
        assert changed > 500

    def test_only_the_operators_asked_for(self, tmp_path: Path) -> None:
        report = sample(tmp_path / "s.csv", 500, operators=["iTel", "Gmobile"])
        assert set(read(tmp_path / "s.csv")["operator"]) == {"iTel", "Gmobile"}
        assert report.records == 500

    def test_one_record(self, tmp_path: Path) -> None:
        sample(tmp_path / "s.csv", 1)
        assert len(read(tmp_path / "s.csv")) == 1

    def test_existing_files_stay_unless_forced(self, tmp_path: Path) -> None:
        (tmp_path / "s.csv").write_text("mine")
        with pytest.raises(FileExistsError):
            sample(tmp_path / "s.csv", 10)
        assert (tmp_path / "s.csv").read_text() == "mine"
        sample(tmp_path / "s.csv", 10, force=True)
        assert len(read(tmp_path / "s.csv")) == 10

    def test_force_leaves_other_files_of_a_folder_alone(self, tmp_path: Path) -> None:
        sample(tmp_path / "s", 1_000)
        (tmp_path / "s" / "notes.txt").write_text("mine")
        sample(tmp_path / "s", 100, operators=["Viettel"], force=True)
        assert {path.name for path in (tmp_path / "s").iterdir()} == {"viettel.csv", "notes.txt"}

    def test_nothing_is_left_of_a_run_that_ends_early(self, tmp_path: Path) -> None:
        def stop(_: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sample(tmp_path / "s.csv", 1_000, chunk_rows=100, progress=stop)
        assert list(tmp_path.iterdir()) == []

    def test_progress_tells_the_records_so_far(self, tmp_path: Path) -> None:
        told: list[int] = []
        sample(tmp_path / "s.csv", 250, chunk_rows=100, progress=told.append)
        assert told == [100, 200, 250]

    @pytest.mark.parametrize(
        "options",
        [
            {"records": 0},
            {"defects": 1.5},
            {"duplicates": 0.1},
            {"operators": ["Nobody"]},
            {"as_of": dt.date(2009, 1, 1)},
            {"headers": "fr"},
            {"separator": "::"},
        ],
    )
    def test_what_cannot_be_is_refused(self, tmp_path: Path, options: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            sample(tmp_path / "s.csv", **{"records": 100, **options})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="folder"):
            sample(tmp_path / "s.xlsx", 100)
        assert list(tmp_path.iterdir()) == []
