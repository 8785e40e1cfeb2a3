"""`compare`: two results or manifests beside each other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, NAMELESS, people
from helpers.reports import DAY, called


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two months' results, as JSON, manifests and findings: one error fixed, two new."""
    desk = Desk(tmp_path_factory.mktemp("months"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk.path)
        broken = (p | NAMELESS for p in people(2, 10))
        for month, records in (("old", [ERROR, *people(2, 10)]), ("new", [GOOD, *broken])):
            desk.export(f"{month}/vina.csv", *records)
            files = ("--findings", f"{month}.csv", "--reveal", "--manifest", f"{month}-m.json", "--lang", "en")
            desk.write(f"{month}.json", called("audit", month, *DAY, *files, "--format", "json").out)
    return desk.path


@pytest.fixture
def months(desk: Desk, two_months: Path) -> Desk:
    shutil.copytree(two_months, desk.path, dirs_exist_ok=True)
    return desk


@pytest.mark.parametrize("end", [".json", "-m.json"])
@pytest.mark.parametrize("with_findings", [False, True])
def test_results_and_manifests_are_compared_alike(months: Desk, cli: Command, end, with_findings) -> None:
    given = ("--old-findings", "old.csv", "--new-findings", "new.csv") if with_findings else ()
    back = ("--old-findings", "new.csv", "--new-findings", "old.csv") if with_findings else ()
    old, new = f"old{end}", f"new{end}"
    found = cli("compare", old, new, *given, "--format", "json").document
    assert (found["schema"], found["worse"], found["changes"]) == ("thuebao-comparison/1", True, 1)
    [row] = [r for o in found["operators"] for r in o["rules"] if r["difference"]]
    assert (row["code"], row["old"]["violations"], row["new"]["violations"]) == ("PER101", 1, 2)
    assert row.get("findings") == ({"new": 2, "fixed": 1, "unchanged": 0} if with_findings else None)
    for fail_on, codes in (("worse", (1, 0, 0)), ("any", (1, 1, 0)), ("never", (0, 0, 0))):
        pairs = ((old, new, given), (new, old, back), (old, old, ()))
        assert tuple(cli("compare", a, b, *more, "--fail-on", fail_on).code for a, b, more in pairs) == codes
    printed = cli("compare", old, new, *given)
    assert (printed.code, printed.err) == (1, "")
    assert re.search(r"^VinaPhone +PER101 +1 / 3 +2 / 3 +\+1 ", printed.out, re.MULTILINE)
    assert bool(re.search(r"^VinaPhone +PER101 +2 +1 +0 *$", printed.out, re.MULTILINE)) is with_findings


def test_a_result_and_a_manifest_of_one_audit_are_the_same(months: Desk, cli: Command) -> None:
    done = cli("compare", "old.json", "old-m.json", "--fail-on", "any")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"schema": "thuebao-audit/2"}', "thuebao-audit/2"),
        ('{"schema": "thuebao-rules/1"}', "thuebao-rules/1"),
        ('{"schema": "thuebao-comparison/1"}', "thuebao-comparison/1"),
        ("[]", "no whole result"),
        ("{}", "no whole result"),
        ('{"schema": "thuebao-audit/1"}', "no whole result"),
        ("x,y", "no JSON"),
        (None, "no such file"),
    ],
)
def test_what_is_no_result_is_not_compared(months: Desk, cli: Command, content, said) -> None:
    if content is not None:
        months.write("x.json", content)
    for pair in (("old.json", "x.json"), ("x.json", "old.json")):
        done = cli("compare", *pair)
        assert (done.code, done.out) == (3, "")
        one_message(done, "x.json", said)


def test_findings_of_one_side_only_or_of_another_audit_are_refused(months: Desk, cli: Command) -> None:
    done = cli("compare", "old.json", "new.json", "--old-findings", "old.csv")
    assert (done.code, done.out) == (2, "")
    done = cli("compare", "old.json", "new.json", "--old-findings", "new.csv", "--new-findings", "old.csv")
    assert (done.code, done.out) == (3, "")
    one_message(done, "new.csv", "old.json")
