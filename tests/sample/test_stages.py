"""`sample --stage`: one campaign in several exports."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.following import exported, rows
from helpers.outcomes import Command, one_message
from thuebao.rulebook.reference import rules_home
from thuebao.sample import SampleReport, write_sample

AS_OF = date(2025, 3, 3)
STATES = {
    0: {"to_put_right"},
    1: {"put_right", "active", "one_way", "ended", "gone"},
    2: {"put_right", "active", "one_way", "two_way", "given_again", "gone", "new"},
    3: {"put_right", "active", "one_way", "two_way", "ended", "given_again", "gone", "new"},
}


def made(out: Path, stage: int, **options: object) -> SampleReport:
    given = {"records": 3_000, "defects": 0.15, "as_of": AS_OF, "rules_dir": rules_home()} | options
    return write_sample(out, stage=stage, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stages")
    for stage in STATES:
        made(folder / f"stage{stage}", stage)
    return folder


@pytest.mark.parametrize("stage", STATES)
def test_the_truth_says_the_state_of_each_number(stages: Path, stage: int) -> None:
    truth = rows(stages / f"stage{stage}.truth.csv")
    assert STATES[stage] - {"ended"} <= {row["state"] for row in truth} - {""} <= STATES[stage] | {"ended"}
    numbers = {(row["operator"], row["msisdn"]): row for row in exported(stages / f"stage{stage}")}
    files = {path.name: rows(path) for path in (stages / f"stage{stage}").iterdir()}
    for row in truth:
        number = row["operator"], row["msisdn"]
        if row["state"] == "gone":
            assert number not in numbers
            assert not row["path"]
            continue
        record = files[row["path"].split("/")[-1]][int(row["record"]) - 1]
        if row["state"]:
            assert (record["operator"], record["msisdn"]) == number
        if row["state"] in ("active", "one_way", "two_way"):
            assert record["status"] == row["state"]
            assert bool(record["one_way_since"]) is (row["state"] != "active")


def test_people_numbers_and_faults_are_the_same_in_each(stages: Path) -> None:
    before = {(row["operator"], row["msisdn"]): row for row in exported(stages / "stage0")}
    for stage in (1, 2, 3):
        truth = {(row["operator"], row["msisdn"]) for row in rows(stages / f"stage{stage}.truth.csv")}
        after = {(row["operator"], row["msisdn"]): row for row in exported(stages / f"stage{stage}")}
        untouched = before.keys() - truth
        assert len(untouched) > 2_000
        assert all(after[number] == before[number] for number in untouched)


def test_the_seed_decides_every_byte_whatever_the_chunks(stages: Path, tmp_path: Path) -> None:
    made(tmp_path / "stage2", 2, chunk_rows=101)
    names = sorted(path.name for path in (stages / "stage2").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "stage2").iterdir())
    for name in names:
        assert (tmp_path / "stage2" / name).read_bytes() == (stages / "stage2" / name).read_bytes()
    assert (tmp_path / "stage2.truth.csv").read_bytes() == (stages / "stage2.truth.csv").read_bytes()


def test_steps_fall_due_between_the_stages_by_the_rules(tmp_path: Path) -> None:
    days = {
        year: [made(tmp_path / f"{year}-{n}.csv", n, as_of=date(year, 3, 3)).days for n in STATES]
        for year in (2024, 2025)
    }
    for year, end in ((2024, 30), (2025, 5)):
        notice = date(year, 3, 4)
        found = [((day - notice).days, first) for day, first in days[year]]
        assert found == [(-1, notice), (17, notice), (34, notice), (38 + end, notice)]


def test_only_what_is_overdue_breaks_a_rule_besides_the_faults(stages: Path, desk: Desk, cli: Command) -> None:
    for stage, day in ((1, "2025-03-21"), (3, "2025-04-16")):
        cli("audit", stages / f"stage{stage}", "--as-of", day, "--findings", f"{stage}.csv", "-qq")
        truth = {(row["path"], row["record"]): row for row in rows(stages / f"stage{stage}.truth.csv")}
        found = Counter()
        for row in desk.rows(f"{stage}.csv"):
            planted = truth[str(Path(row["path"]).relative_to(stages)), row["record"]]
            assert planted["state"] not in ("put_right", "given_again")
            found[row["code"] if row["code"] != planted["code"] else "planted"] += 1
        assert {*found} == {"planted", "REM101"} | ({"REM102", "REM103"} if stage == 3 else set())


def test_what_a_campaign_cannot_be(desk: Desk, cli: Command) -> None:
    for given, said in (
        (("--stage", "4"), "0 to 3"),
        (("--stage", "1", "--mess", "0.1"), "--mess"),
        (("--stage", "1", "--as-of", "2016-01-01"), "2017-04-24"),
    ):
        done = cli("sample", "out.csv", *given)
        assert done.code == 2
        one_message(done, said)
        assert desk.files() == set()
