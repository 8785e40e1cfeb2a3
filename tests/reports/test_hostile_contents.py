"""Hostile contents in every output: they stay text."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

import openpyxl
import pytest

from helpers import pages
from helpers import workbooks as books
from helpers.desks import HIDDEN_ENVIRONMENT
from helpers.exports import table
from helpers.outcomes import violated
from helpers.people import person
from helpers.reports import DAY, FORMULA, Audited, annotations, called, run_of, schema
from thuebao.base import messages as texts
from thuebao.base.messages import text, use_language
from thuebao.reports import github

UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
HOSTILE = (
    FORMULA,
    "+1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b[31mred",
    "a\u202eb",
    "\x9b31mc1",
    "::error::x",
    "[bold]x[/bold]",
    "../../out",
    "javascript:alert(1)",
)
CARRIERS = (FORMULA, "\x1b[31mred", "a\u202eb", "\x9b31mc1", "../../out")
NAMES = (
    "=f(1).csv",
    "<img src=x onerror=alert(1)>.csv",
    "\x1b[31mred.csv",
    "a\u202evsc.csv",
    "%0A::error::x.csv",
    "-@x.csv",
    "\x9b31m.csv",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in").mkdir()
    every = []
    for k, name in enumerate(NAMES):
        records = [
            person(100 * k + n)
            | {"operator": CARRIERS[n % len(CARRIERS)], "full_name": f"{value}1", "clerk_name": value, "sex": value}
            for n, value in enumerate(HOSTILE)
        ]
        # Headers too.
        strange = {value: value for value in HOSTILE}
        (folder / "in" / name).write_text(table([record | strange for record in records]), encoding="utf-8")
        every += records
    language = texts.language()
    with pytest.MonkeyPatch.context() as patch:
        for name in HIDDEN_ENVIRONMENT:
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", "200")
        patch.chdir(folder / "in")
        files = (
            "--reveal",
            "--findings",
            "../f.csv",
            "--report",
            "../a.xlsx",
            "--report",
            "../a.html",
            "--length",
            "full",
            "--manifest",
            "../m.json",
            "--made-by",
            FORMULA + "<script>\x1b\u202e",
        )
        some = (".", *DAY, "--select", "NUM,PER,DUP10,EXP")
        outcomes = {"json": called("audit", *some, *files, "--format", "json", "--show", "DUP101")}
        more = {"table": ("--reveal", "--per-operator", "../po", "--by", "sex"), "csv": ("--reveal",)}
        for form in ("table", "csv", "sarif", "github"):
            outcomes[form] = called("audit", *some, "--format", form, *more.get(form, ()))
    use_language(language)
    yield Audited(folder, every, outcomes)


def test_hostile_contents_are_judged_and_written(hostile: Audited) -> None:
    assert {outcome.code for outcome in hostile.outcomes.values()} == {1}
    assert len(hostile.document["inputs"]) == len(NAMES)
    assert hostile.document["totals"]["records"] == len(hostile.records)
    assert violated(hostile.document)["PER102"] >= len(NAMES)
    # Whatever operators are called, nothing is written beside the folders that were named.
    assert {p.name for p in hostile.path.iterdir()} == {"in", "po", "f.csv", "a.xlsx", "a.html", "m.json"}
    assert len(list((hostile.path / "po").iterdir())) == len(hostile.document["operators"])
    assert {p.name for p in (hostile.path / "in").iterdir()} == {*NAMES}


@pytest.mark.parametrize("form", ["table", "csv", "sarif", "github"])
def test_hostile_contents_do_not_speak_to_a_terminal(hostile: Audited, form) -> None:
    assert not UNSEEN.search(hostile.outcomes[form].out)
    assert not UNSEEN.search(hostile.outcomes[form].err)


def test_hostile_contents_stay_text_in_json(hostile: Audited) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f]", hostile.outcomes["json"].out)
    assert not UNSEEN.search(hostile.outcomes["json"].err)
    manifest = json.loads((hostile.path / "m.json").read_text("utf-8"))
    assert {i["path"].removeprefix("./") for i in manifest["inputs"]} == {*NAMES}


@pytest.mark.parametrize(
    "name",
    ["f.csv", ""],
)
def test_hostile_contents_are_no_formula_in_csv(hostile: Audited, name) -> None:
    content = (hostile.path / name).read_text("utf-8") if name else hostile.outcomes["csv"].out
    rows = list(csv.reader(io.StringIO(content)))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert any(FORMULA in cell for cell in cells)
    assert not [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)]
    assert not UNSEEN.search(content)


def test_hostile_contents_stay_text_in_workbooks(hostile: Audited) -> None:
    written = [hostile.path / "a.xlsx", *sorted((hostile.path / "po").iterdir())]
    names = set()
    for path in written:
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
        assert not [cell for cell in cells if isinstance(cell.value, str) and UNSEEN.search(cell.value)]
        names.add(books.tables(book["Summary"], text("summary.operators"))[1][0])
        with zipfile.ZipFile(path) as parts:
            assert not [part for part in parts.namelist() if "externalLink" in part or "vba" in part.lower()]
            for part in parts.namelist():
                assert not re.search(r"<f[ >]", parts.read(part).decode())
    assert FORMULA in names


def test_hostile_contents_stay_text_on_the_page(hostile: Audited) -> None:
    content = (hostile.path / "a.html").read_text("utf-8")
    assert not UNSEEN.search(content)
    page = pages.parsed(content)
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    assert {element.tag.rsplit("}")[-1] for element in elements} <= pages.ELEMENTS
    for element in elements:
        for name, value in element.items():
            assert not name.lower().startswith("on")
            assert name not in ("src", "style", "srcset")
            assert name != "href" or value.startswith("#")
    said = pages.said(page)
    assert FORMULA in said
    assert "<script>alert(1)</script>" in said


def test_hostile_contents_leave_sarif_valid(hostile: Audited) -> None:
    document = hostile.outcomes["sarif"].document
    schema().validate(document)
    for result in run_of(document)["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~%/-]+", uri, re.ASCII)


def test_hostile_contents_leave_annotations_as_they_are(hostile: Audited) -> None:
    found = annotations(hostile.outcomes["github"].out)
    assert max(Counter(level for level, _, _ in found).values()) <= github.MOST_OF_A_LEVEL
    assert found[-1][1] == "title=thuebao"


def test_json_does_not_speak_to_a_terminal(hostile: Audited) -> None:
    assert not UNSEEN.search(hostile.outcomes["json"].out)
