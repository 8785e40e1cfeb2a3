"""Figures that a misread column stands behind are not to be trusted: the verdict says so, everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, NAMELESS, people

MONTH_FIRST = "Do not trust the figures of VinaPhone before vina.csv has 'id_issue_date' with the day first"
UNLIKE = "Do not trust the figures of VinaPhone before a mapping file says what 'sex' of vina.csv holds"
MOST = "Do not trust the figures of VinaPhone on PER101 before the columns of vina.csv are checked"


@pytest.fixture
def doubtful(desk: Desk) -> Desk:
    """A file with dates month first, a code nobody knows, and a rule that most records violate; and a sound one."""
    changed = {"sex": "9"} | NAMELESS
    records = [r | changed | {"id_issue_date": f"05/{10 + n % 18}/2021"} for n, r in enumerate(people(120))]
    desk.export("vina.csv", *records)
    desk.export("itel.csv", *people(3, 500))
    return desk


@pytest.mark.usefixtures("doubtful")
@pytest.mark.parametrize("full", [(), ("--full",)])
def test_the_screen_says_so_beside_the_verdict(cli: Command, full) -> None:
    done = cli("audit", "vina.csv", "itel.csv", "--as-of", AS_OF, *full, COLUMNS=250)
    end = done.out[done.out.index("Verdict") :]
    for said in (MONTH_FIRST, UNLIKE, MOST):
        assert end.count(said) == 1, said
    assert re.search(r"^VinaPhone .*do not trust yet: EXP105, EXP107, EXP108", end, re.MULTILINE)
    assert not re.search(r"^iTel .*do not trust", end, re.MULTILINE)


@pytest.mark.usefixtures("doubtful")
def test_what_was_not_selected_is_not_said(cli: Command) -> None:
    out = cli("audit", "vina.csv", "--as-of", AS_OF, "--ignore", "EXP107,EXP108", COLUMNS=250).out
    assert (MOST in out, MONTH_FIRST in out, UNLIKE in out) == (True, False, False)
    assert "not trust" not in cli("audit", "itel.csv", "--as-of", AS_OF).out


@pytest.mark.usefixtures("doubtful")
def test_the_page_and_the_workbooks_say_so(desk: Desk, cli: Command) -> None:
    outputs = ("--report", "r.html", "--report", "r.xlsx", "--per-operator", "out")
    cli("audit", "vina.csv", "itel.csv", "--as-of", AS_OF, *outputs)
    page = (desk.path / "r.html").read_text("utf-8")
    [box] = re.findall(r'<div[^>]*id="doubts".*?</div>', page, re.DOTALL)
    assert page.index('id="card-records"') < page.index('id="doubts"') < page.index('id="inputs"')

    def summary(path: Path) -> str:
        return "\n".join(str(row[0].value) for row in load_workbook(desk.path / path).worksheets[0].rows)

    for said in (MONTH_FIRST, UNLIKE, MOST):
        assert said in box.replace("&#39;", "'").replace("&#x27;", "'")
        assert said in summary(Path("r.xlsx"))
        assert said in summary(Path("out/VinaPhone.xlsx"))
    assert "Do not trust" not in summary(Path("out/iTel.xlsx"))


@pytest.mark.usefixtures("doubtful")
def test_json_has_the_findings_and_no_more(cli: Command) -> None:
    document = cli("audit", "vina.csv", "itel.csv", "--as-of", AS_OF, "--format", "json").document
    assert {f["code"] for f in document["export_findings"]} >= {"EXP105", "EXP107", "EXP108"}
    assert all("operators" not in read for read in document["inputs"])
