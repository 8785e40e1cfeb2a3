"""A campaign played by the commands: exports of four days, a list, and `follow`, whose figures are plain counts."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from helpers.following import STATES, counted, of_findings, of_remedy, rows
from helpers.reports import called

AUDITED = (date(2025, 3, 3), date(2024, 5, 6))
"""Days of the audit under Decree 163/2024, and under 49/2017."""
STEPS = {AUDITED[0]: 5, AUDITED[1]: 30}
KINDS = (
    *("findings.csv", "plain.csv", "findings.parquet", "findings.xlsx"),
    *("remedy.csv", "remedy.parquet", "remedy.xlsx", "lists"),
)
SUMS = ("put_right", "active", "one_way", "two_way", "status_unknown", "ended", "gone", "not_checked", "not_seen")


@pytest.fixture(scope="module", params=AUDITED, ids=str)
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, date, list[date]]:
    """Return a folder with the four exports, the lists and findings of a campaign, the first notice, the days."""
    folder, audited = tmp_path_factory.mktemp("campaign"), request.param
    notice = audited + timedelta(days=1)
    due = [notice + timedelta(days=15), notice + timedelta(days=30), notice + timedelta(days=30 + STEPS[audited])]
    days = [audited, *(day + timedelta(days=n) for day, n in zip(due, (2, 4, 8), strict=True))]
    before = Path.cwd()
    os.chdir(folder)
    try:
        Path("key").write_bytes(b"a key")
        for stage, day in enumerate(days):
            sample = ("--stage", stage, "--records", 4_000, "--defects", 0.12, "--seed", 3, "--as-of", audited)
            assert f"day {day}; first notice {notice}" in called("sample", f"day{stage}", *sample).out
            audit = ("audit", f"day{stage}", "--as-of", day, "--fail-on", "never", "-qq", "--force")
            called(*audit, "--findings", f"plain{stage}.csv", "--reveal")
            if not stage:
                for kind in (".csv", ".parquet", ".xlsx"):
                    lang = ("--lang", "vi") if kind == ".xlsx" else ()
                    called(*audit, "--findings", f"findings{kind}", "--key-file", "key", *lang)
                    remedy = ("remedy", "day0", "--as-of", notice, "--first-notice", notice, "-qq")
                    called(*remedy, "--key-file", "key", "--output", f"remedy{kind}", *lang)
                called(*remedy, "--reveal", "--output", "remedy-plain.csv")
                called(*remedy, "--key-file", "key", "--output", "lists")
        Path("plain.csv").write_bytes(Path("plain0.csv").read_bytes())
    finally:
        os.chdir(before)
    return folder, notice, days


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_a_plain_count(campaign: tuple[Path, date, list[date]], kind: str, monkeypatch) -> None:
    folder, notice, days = campaign
    monkeypatch.chdir(folder)
    of_list = not kind.startswith(("findings", "plain"))
    listed = of_remedy(folder / "remedy-plain.csv") if of_list else of_findings(folder / "plain0.csv", notice)
    exports = [f"{day}=day{n}" for n, day in enumerate(days) if n]
    given = () if of_list else ("--first-notice", notice)
    keyed = () if kind == "plain.csv" else ("--key-file", "key")
    done = called("follow", kind, *exports[::-1], *given, *keyed, "--format", "json")
    assert done.code == 1
    found = json.loads(done.out)
    expected = counted(listed, [(day, folder / f"day{n}", folder / f"plain{n}.csv") for n, day in enumerate(days) if n])
    assert [day["day"] for day in found["days"]] == [str(day) for day in days[1:]]
    for day, (counts, _) in zip(found["days"], expected, strict=True):
        operators = {row["operator"]: row for row in day["operators"]}
        assert operators.keys() == counts.keys()
        for name, row in [*operators.items(), ("", day["totals"])]:
            plain = counts[name] if name else sum(counts.values(), Counter())
            figures = {key: value for key, value in row.items() if isinstance(value, int) and key != "records"}
            assert figures == {key: plain[key] for key in figures}, (name, day["day"])
            assert row["to_put_right"] == sum(row[state] for state in SUMS)
            assert row["still_wrong"] == row["in_time"] + row["overdue"] + row["undecided"]
            assert row["overdue"] == row["one_way_overdue"] + row["two_way_overdue"] + row["end_overdue"]
    # Nothing of this is there by chance only.
    totals = [day["totals"] for day in found["days"]]
    for name in ("put_right", "active", "one_way", "overdue", "ended", "gone", "new_numbers"):
        assert any(total[name] for total in totals), name
    for name in ("two_way", "given_again", "one_way_overdue", "two_way_overdue", "end_overdue"):
        assert totals[-1][name], name
    if of_list:  # Decree 49/2017 does not speak of the other numbers of a contract
        assert any(not one.own for one in listed.values()) is (notice > AUDITED[0])


def test_the_truth_of_each_stage_is_what_a_plain_count_finds(campaign: tuple[Path, date, list[date]]) -> None:
    folder, notice, days = campaign
    listed = of_findings(folder / "plain0.csv", notice)
    for n, day in enumerate(days):
        if not n:
            continue
        [(_, states)] = counted(listed, [(day, folder / f"day{n}", folder / f"plain{n}.csv")])
        truth = {(row["operator"], row["msisdn"]): row["state"] for row in rows(folder / f"day{n}.truth.csv")}
        said = {number: state.replace("given_again", "ended") for number, state in truth.items() if number in listed}
        planted = {number: states[number] for number, state in said.items() if state and state != "new"}
        assert planted == {number: said[number] for number in planted}
        assert {*planted.values()} <= {*STATES}
        assert len(planted) > 100
