"""What leaves an audit, through the command: every output tells the same counts, and none does harm."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import resource
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import jsonschema
import openpyxl
import polars as pl
import pytest

import test_page as pages
import test_workbook as books
from helpers.desks import HIDDEN_ENVIRONMENT, Desk
from helpers.exports import table
from helpers.outcomes import Command, Outcome, one_message, violated
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, UNASSIGNED, WARNING, people, person
from test_manifest import Holder, between, officer, p12, root
from thuebao.base import messages as texts
from thuebao.base.messages import text, use_language
from thuebao.cli.app import run
from thuebao.reports import github, sarif
from thuebao.results.evidence.signatures.signer import PASSWORD_VARIABLE
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import columns

HERE = Path(__file__).parent
DAY = ("--as-of", AS_OF)
OPERATORS = ("MobiFone", "Viettel", "VinaPhone")
LEVELS = {"error": "error", "warning": "warning", "note": "info"}
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
PASSWORD = "mật khẩu"


# --- One audit, in every form ----------------------------------------------------------------------------------

BROKEN: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    NAMELESS,
    {"full_name": "Ngoạn"},
    {"id_number": "12"},
    {"msisdn": ""},
    UNASSIGNED,
    {"date_of_birth": "31/02/1990"},
    {"nationality": "Xứ Lạ"},
    {"full_name": "Lê 12345"},
    {"address": ""},
)


def exports(folder: Path, count: int = 60) -> list[dict[str, str]]:
    """Write the exports of three operators, with errors, duplicates within and among them, and a broken line."""
    dice = random.Random(20261123)
    everybody = []
    for position, operator in enumerate(OPERATORS):
        records = [record | dice.choice(BROKEN) for record in people(count, 1000 * position)]
        records += dice.choices(records, k=6)
        if position:
            records += people(4)  # numbers and identities of the first one's
        dice.shuffle(records)
        content = table([record | {"Khách Lê Thị Riêng": "0987000111"} for record in records])
        if operator == "Viettel":
            content += "0999000222,Phạm Văn Dở\n"
        (folder / f"{operator}.csv").write_text(content, encoding="utf-8")
        everybody += records
    return everybody


@dataclass(frozen=True)
class Audited:
    """One audit in all its forms; `outcomes` by --format, those of the first also with all files."""

    path: Path
    records: list[dict[str, str]]
    outcomes: dict[str, Outcome]

    @property
    def document(self) -> dict[str, Any]:
        return self.outcomes["json"].document

    @property
    def evaluated(self) -> Counter[str]:
        return sum_of(self.document, "evaluated")

    @property
    def findings(self) -> pl.DataFrame:
        return pl.read_parquet(self.path / "f.parquet")

    def book(self, name: str) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path / name)


def sum_of(document: dict[str, Any], name: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for operator in document["operators"]:
        for rule in operator["rules"]:
            counts[rule["code"]] += rule[name]
    return counts


def called(*arguments: object) -> Outcome:
    """Run the command, as the fixture `cli` does, where a fixture of one test is of no use."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        run([str(argument) for argument in arguments])
    return Outcome(int(end.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module", autouse=True)
def _rules_read_once() -> Iterator[None]:
    """Read the shipped rules, which nothing here changes, once and not twice for each audit."""
    once = cache(read_rulebook)
    with pytest.MonkeyPatch.context() as patch:
        for place in ("thuebao.engine.audit", "thuebao.rulebook.book"):
            patch.setattr(f"{place}.read_rulebook", lambda rules=(): once(tuple(rules)))
        yield


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("audited")
    (folder / "in").mkdir()
    records = exports(folder / "in")
    language = texts.language()
    with pytest.MonkeyPatch.context() as patch:
        for name in HIDDEN_ENVIRONMENT:
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", "200")
        patch.chdir(folder)
        files = (
            "--findings",
            "f.parquet",
            "--report",
            "a.xlsx",
            "--report",
            "a.html",
            "--per-operator",
            "po",
            "--manifest",
            "m.json",
            "--rejects",
            "r.csv",
            "--hash",
        )
        some = ("in", *DAY, "--max-rejected", "5%")
        outcomes = {"json": called("audit", *some, *files, "--format", "json")}
        outcomes |= {form: called("audit", *some, "--format", form) for form in ("table", "csv", "sarif", "github")}
        outcomes["vi"] = called("audit", *some, "--lang", "vi")
    use_language(language)
    yield Audited(folder, records, outcomes)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = texts.language()
    use_language("en")
    yield
    use_language(before)


def test_the_audit_has_something_to_count(audited: Audited) -> None:
    assert {outcome.code for outcome in audited.outcomes.values()} == {1}
    hit = violated(audited.document)
    assert {"PER101", "NUM104", "DUP101", "DUP102"} <= set(hit)
    assert [o["operator"] for o in audited.document["operators"]] == [*OPERATORS]
    assert audited.document["totals"]["records"] == len(audited.records)
    assert audited.document["totals"]["rejected"] == 1
    assert {f["code"] for f in audited.document["export_findings"]} >= {"EXP102", "EXP104"}
    severities = {r["severity"] for r in audited.document["rules"] if r["violations"]}
    assert severities == {"error", "warning", "info"}


def test_every_file_is_said_once_and_is_there(audited: Audited) -> None:
    said = audited.outcomes["json"].err.splitlines()
    paths = ["a.xlsx", "a.html", *(str(Path("po", f"{name}.xlsx")) for name in OPERATORS)]
    assert [line for line in said if line.startswith("Report: ")] == [f"Report: {path}" for path in paths]
    for line in ("Rejected lines: r.csv", "Findings: f.parquet", "Manifest: m.json"):
        assert said.count(line) == 1
    there = {str(p.relative_to(audited.path)) for p in audited.path.rglob("*") if p.is_file()}
    assert there == {*paths, "m.json", "r.csv", "f.parquet", *(f"in/{name}.csv" for name in OPERATORS)}


def test_the_findings_file_has_the_counts_of_the_json(audited: Audited) -> None:
    found = audited.findings
    by = Counter(found.select("operator", "code").iter_rows())
    assert by == {
        (o["operator"], rule["code"]): rule["violations"]
        for o in audited.document["operators"]
        for rule in o["rules"]
        if rule["violations"]
    }
    assert sum_of(audited.document, "violations") == Counter(violated(audited.document)) + Counter()
    records = found.select("path", "record").n_unique()
    errors = found.filter(severity="error").select("path", "record").n_unique()
    totals = audited.document["totals"]
    assert (errors, records) == (totals["records_with_errors"], totals["records_with_findings"])
    for name in ("records", "records_with_errors", "records_with_findings"):
        assert sum(o[name] for o in audited.document["operators"]) == totals[name]


def test_csv_has_the_counts_of_the_json(audited: Audited) -> None:
    rows = list(csv.DictReader(io.StringIO(audited.outcomes["csv"].out)))
    rules = {rule["code"]: rule for rule in audited.document["rules"]}
    assert [(r["operator"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (o["operator"], rule["code"], rule["evaluated"], rule["violations"])
        for o in audited.document["operators"]
        for rule in o["rules"]
    ]
    for row in rows:
        rule = rules[row["code"]]
        assert (row["name"], row["severity"], row["status"]) == (rule["name"], rule["severity"], rule["status"])
        if int(row["evaluated"]):
            assert float(row["share"]) == pytest.approx(int(row["violations"]) / int(row["evaluated"]), abs=1e-6)


@pytest.mark.parametrize("form", ["table", "vi"])
def test_the_summary_has_the_counts_of_the_json(audited: Audited, form) -> None:
    out, document = audited.outcomes[form].out, audited.document
    totals = document["totals"]
    _, _, head, *_ = out.splitlines()
    assert [int(n) for n in re.findall(r"(?<![\d.,])\d+(?= )", head)][:1] == [totals["records_with_errors"]]
    assert re.search(rf"\b{totals['records_with_findings']}\b", head)
    for read in document["inputs"]:
        assert re.search(rf"^{read['path']} +csv +{read['records']} +{read['rejected']} *$", out, re.MULTILINE)
    for o in document["operators"]:
        line = re.search(rf"^{o['operator']} +(\d+) +(\d+) +[\d.,]+ % +(\d+) ", out, re.MULTILINE)
        assert line
        names = ("records", "records_with_errors", "records_with_findings")
        assert [int(n) for n in line.groups()] == [o[name] for name in names]
    rows = re.findall(r"^([A-Z]+\d{3}) +\S.*?  +(\d+)((?:  +(?:\d+|·)){3}) *$", out, re.MULTILINE)
    of = {(o["operator"], r["code"]): r["violations"] for o in document["operators"] for r in o["rules"]}
    assert {code: (int(n), each.split()) for code, n, each in rows} == {
        code: (n, [str(of.get((name, code), 0) or "·") for name in OPERATORS]) for code, n in violated(document).items()
    }


def test_the_workbook_has_the_counts_of_the_json(audited: Audited) -> None:
    document, book = audited.document, audited.book("a.xlsx")
    totals, said = document["totals"], books.pairs(book["Summary"])
    assert [
        said[text(f"summary.{name}")]
        for name in ("files", "records", "rejected", "with_errors", "with_findings", "findings")
    ] == [
        len(document["inputs"]),
        totals["records"],
        totals["rejected"],
        totals["records_with_errors"],
        totals["records_with_findings"],
        audited.findings.height,
    ]
    _, *operators = books.tables(book["Summary"], text("summary.operators"))
    assert [(row[0], row[1], row[3], row[5]) for row in operators] == [
        (o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"])
        for o in document["operators"]
    ]
    rules = {row["Code"]: row for row in books.rows(book["Rules"])}
    assert list(rules) == [rule["code"] for rule in document["rules"]]
    for rule in document["rules"]:
        row = rules[rule["code"]]
        violations = row[text("report.violations")]
        evaluated = row[text("report.evaluated_records")]
        assert (violations, evaluated or 0) == (rule["violations"], audited.evaluated[rule["code"]])
    listed = list(book["Findings"].iter_rows(min_row=books.HEADER + 1, values_only=True))
    assert [(row[0], row[1], row[2], row[4]) for row in listed] == list(
        audited.findings.select("path", "record", "operator", "code").iter_rows()
    )


@cache
def tree(path: Path) -> Element:
    return pages.parsed(path.read_text("utf-8"))


def test_the_page_has_the_counts_of_the_json(audited: Audited) -> None:
    document, page = audited.document, tree(audited.path / "a.html")
    totals = document["totals"]
    cards = ("records", "errors", "findings", "rejected", "files")
    assert [pages.count(pages.said(pages.by_id(page, f"card-{name}")[1])) for name in cards] == [
        totals["records"],
        totals["records_with_errors"],
        totals["records_with_findings"],
        totals["rejected"],
        len(document["inputs"]),
    ]
    assert [[row[0], *pages.counts(row, 1, 2, 4)] for row in pages.rows(page, "by-operator")] == [
        [o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"]]
        for o in document["operators"]
    ]
    assert {row[0]: pages.counts(row, 3, 4) for row in pages.rows(page, "violated")} == {
        code: [audited.evaluated[code], n] for code, n in violated(document).items()
    }
    assert [[row[0], row[6], *pages.counts(row, 4, 5)] for row in pages.rows(page, "read")] == [
        [i["path"], i["sha256"], i["records"], i["rejected"]] for i in document["inputs"]
    ]


def test_the_workbooks_of_operators_are_the_whole_and_each_its_own(audited: Audited) -> None:
    document = audited.document
    violations: Counter[str] = Counter()
    evaluated: Counter[str] = Counter()
    records = Counter[str]()
    listed: list[tuple[Any, ...]] = []
    assert sorted(p.name for p in (audited.path / "po").iterdir()) == [f"{name}.xlsx" for name in OPERATORS]
    for o in document["operators"]:
        name = Path("po", f"{o['operator']}.xlsx")
        book = audited.book(str(name))
        _, own = books.tables(book["Summary"], text("summary.operators"))
        assert (own[0], own[1], own[3], own[5]) == (
            o["operator"],
            o["records"],
            o["records_with_errors"],
            o["records_with_findings"],
        )
        records.update(dict(zip(("records", "errors", "found"), (own[1], own[3], own[5]), strict=True)))
        for row in books.rows(book["Rules"]):
            violations[row["Code"]] += row[text("report.violations")]
            evaluated[row["Code"]] += row[text("report.evaluated_records")] or 0
        found = list(book["Findings"].iter_rows(min_row=books.HEADER + 1, values_only=True))
        assert {row[2] for row in found} == {o["operator"]}
        assert books.pairs(book["Summary"])[text("summary.findings")] == len(found)
        listed += [(row[0], row[1], row[2], row[4]) for row in found]
        content = books.everything((audited.path / name).read_bytes())
        assert f"in/{o['operator']}.csv" in content
        for other in {*OPERATORS} - {o["operator"]}:
            assert other not in content
    assert +violations == +sum_of(document, "violations")
    assert +evaluated == +audited.evaluated
    totals = document["totals"]
    assert dict(records) == {
        "records": totals["records"],
        "errors": totals["records_with_errors"],
        "found": totals["records_with_findings"],
    }
    assert listed == list(audited.findings.select("path", "record", "operator", "code").iter_rows())


def test_the_manifest_has_the_counts_of_the_json(audited: Audited) -> None:
    manifest, document = json.loads((audited.path / "m.json").read_text("utf-8")), audited.document
    assert manifest["counts"]["totals"] == document["totals"]
    assert manifest["counts"]["operators"] == document["operators"]
    assert {r["code"]: r["violations"] for r in manifest["counts"]["rules"] if r["violations"]} == violated(document)
    for ours, theirs in zip(manifest["inputs"], document["inputs"], strict=True):
        for name in ("path", "sha256", "bytes", "records", "rejected"):
            assert ours[name] == theirs[name]
    # Five reports, the findings and the rejected lines.
    assert len(manifest["outputs"]) == 7


# --- SARIF -----------------------------------------------------------------------------------------------------


@cache
def schema() -> jsonschema.Draft7Validator:
    document = json.loads((HERE / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    kind = jsonschema.validators.validator_for(document)
    kind.check_schema(document)
    return kind(document)


def run_of(document: dict[str, Any]) -> dict[str, Any]:
    [only] = document["runs"]
    return only


def test_sarif_is_valid_and_has_the_counts_of_the_json(audited: Audited) -> None:
    document = audited.outcomes["sarif"].document
    schema().validate(document)
    found = run_of(document)
    rules = found["tool"]["driver"]["rules"]
    for result in found["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] == rule["defaultConfiguration"]["level"]
    by = Counter(result["ruleId"] for result in found["results"])
    of_files = Counter(f["code"] for f in audited.document["export_findings"])
    assert by == Counter(violated(audited.document)) + of_files
    total = sum(by.values())
    assert found["properties"] == {"totals": {**audited.document["totals"], "findings": total}, "findingsShown": total}
    counted = {r["id"]: r["properties"] for r in rules if "violations" in r["properties"]}
    assert {code: (p["status"], p["evaluated"], p["violations"]) for code, p in counted.items()} == {
        r["code"]: (r["status"], audited.evaluated[r["code"]], r["violations"]) for r in audited.document["rules"]
    }
    assert found["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_says_file_and_record_of_each_finding_once(audited: Audited) -> None:
    found = run_of(audited.outcomes["sarif"].document)["results"]
    about_records = [result for result in found if not result["ruleId"].startswith("EXP")]
    said = Counter(
        (
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            int(re.findall(r"\d+", result["locations"][0]["logicalLocations"][0]["name"])[0]),
            result["ruleId"],
        )
        for result in about_records
    )
    assert said == Counter(audited.findings.select("path", "record", "code").iter_rows())
    ranks = [list(LEVELS).index(result["level"]) for result in about_records]
    assert ranks == sorted(ranks)
    prints = [result["partialFingerprints"]["recordAndRule/v1"] for result in found]
    assert len(set(prints)) == len(prints)


def test_sarif_in_vietnamese_is_valid(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, WARNING, INFO)
    document = cli("audit", "vina.csv", "nowhere.csv", *DAY, "--format", "sarif", "--lang", "vi").document
    schema().validate(document)
    found = run_of(document)
    assert found["tool"]["driver"]["language"] == "vi"
    assert [r["level"] for r in found["results"]] == ["error", "warning", "note"]
    assert found["invocations"][0]["executionSuccessful"] is False
    assert "nowhere.csv" in found["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_holds_5000_results_the_worst_first_and_says_of_how_many(desk: Desk, cli: Command) -> None:
    lines = "".join(f"0{912345678 + n},{'An' if n % 2 else ''}\n" for n in range(9_000))
    desk.write("vina.csv", f"msisdn,full_name\n{lines}")
    some = ("audit", "vina.csv", *DAY, "--select", "PER101,PER104")
    found = run_of(cli(*some, "--format", "sarif").document)
    by = Counter(result["ruleId"] for result in found["results"])
    assert by == {"PER101": 4_500, "PER104": 500}
    assert len(found["results"]) == sarif.MOST_RESULTS == found["properties"]["findingsShown"]
    assert found["properties"]["totals"]["findings"] == 9_000
    assert found["properties"]["totals"]["records_with_errors"] == 4_500
    [note] = found["invocations"][0]["toolExecutionNotifications"]
    assert "5,000 of 9,000" in note["message"]["text"]


# --- GitHub ----------------------------------------------------------------------------------------------------


def annotations(out: str) -> list[tuple[str, str, str]]:
    """Return level, properties and message of each workflow command; anything else is an error."""
    found = [re.fullmatch(r"::(error|warning|notice) (title=[^:]*)::(.*)", line) for line in out.splitlines()]
    assert all(found)
    return [match.group(1, 2, 3) for match in found if match]


def unescaped(value: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, sign)
    return value


def test_github_has_the_counts_of_the_json(audited: Audited) -> None:
    found = annotations(audited.outcomes["github"].out)
    document = audited.document
    severity = {rule["code"]: rule["severity"] for rule in document["rules"]}
    of = {(o["operator"], r["code"]): r["violations"] for o in document["operators"] for r in o["rules"]}
    counted = {}
    for level, properties, message in found[:-1]:
        code = properties.removeprefix("title=").split(",")[0]
        if code in severity:
            assert level == severity[code].replace("info", "notice")
            numbers = re.search(r": ([\d,]+) of ([\d,]+) records \((.*)\)$", unescaped(message))
            assert numbers
            counted[code] = int(numbers[1])
            assert int(numbers[2]) == audited.evaluated[code]
            each = dict(part.rsplit(" ", 1) for part in numbers[3].split(", "))
            assert {o: int(n) for o, n in each.items()} == {o: of[o, code] for o in OPERATORS if of.get((o, code))}
    assert counted == violated(document)
    level, properties, message = found[-1]
    totals = document["totals"]
    assert (level, properties) == ("notice", "title=thuebao")
    assert [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?= )", message)] == [
        totals["records"],
        totals["rejected"],
        totals["records_with_errors"],
        totals["records_with_findings"],
    ]


def test_github_shows_ten_of_each_level_and_says_how_many_not(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    missing = [f"nowhere-{n}.csv" for n in range(12)]
    for n in range(11):
        desk.export(f"vina-{n}.csv", person(20 + n) | {"lạ": "1"})
    files = [f"vina-{n}.csv" for n in range(11)]
    found = annotations(cli("audit", "vina.csv", *files, *missing, *DAY, "--format", "github").out)
    levels = Counter(level for level, _, _ in found)
    assert levels == {"error": github.MOST_OF_A_LEVEL, "notice": github.MOST_OF_A_LEVEL}
    # Of 13 errors 3 are left out, and of 11 notices 2: the totals take the place of one.
    assert found[-1][2].endswith("5 more annotations are not shown.")


def test_github_escapes_what_would_end_a_command(desk: Desk, cli: Command) -> None:
    name = "50%,a:b%0A::error::x\n::error::y.csv"
    desk.export(name, ERROR | {"operator": "100%\r\n::error::z", "lạ": "1"})
    done = cli("audit", name, *DAY, "--format", "github")
    found = annotations(done.out)
    assert len(found) == 3
    assert not re.search("^::error::", done.out, re.MULTILINE)
    [about_file] = [properties for _, properties, _ in found if "file=" in properties]
    assert re.fullmatch(r"title=EXP104,file=[^,:\n]+", about_file)
    assert unescaped(about_file.split("file=")[1]) == name.replace("\n", "\ufffd")


# --- Nothing personal ------------------------------------------------------------------------------------------


def personal(records: list[dict[str, str]]) -> set[str]:
    """Return what stands in columns that may tell something of a person, as far as it can be told from other text."""
    names = {name for name, column in columns().items() if column.personal}
    return {v.strip() for r in records for name, v in r.items() if name in names and len(v.strip()) > 3}


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_nothing_personal_is_published(audited: Audited, form) -> None:
    outcome = audited.outcomes[form]
    values = personal(audited.records)
    assert len(values) > 500
    for value in values | {"Khách Lê Thị Riêng", "0987000111", "0999000222", "Phạm Văn Dở"}:
        assert value not in outcome.out
    # Nor their masked forms.
    assert "***" not in outcome.out


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_nothing_personal_is_published_when_revealed_or_shown(desk: Desk, cli: Command, form) -> None:
    records = [*people(3), person(1), ERROR]
    desk.export("vina.csv", *records)
    some = ("--reveal", "--show", "DUP101", "--by", "clerk_name", "--findings", "f.csv")
    out = cli("audit", "vina.csv", *DAY, *some, "--format", form).out
    assert "DUP101" in out
    for value in personal(records):
        assert value not in out


# --- Hostile contents ------------------------------------------------------------------------------------------

FORMULA = "=cmd|' /C calc'!A1"
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
            "--manifest",
            "../m.json",
            "--made-by",
            FORMULA + "<script>\x1b\u202e",
        )
        some = (".", *DAY, "--select", "NUM,PER,DUP10,EXP")
        outcomes = {"json": called("audit", *some, *files, "--format", "json", "--show", "DUP101")}
        more = {"table": ("--per-operator", "../po", "--by", "sex")}
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


# --- Where reports go ------------------------------------------------------------------------------------------


@pytest.fixture
def vina(desk: Desk) -> Desk:
    desk.export("vina.csv", ERROR, GOOD, INFO)
    return desk


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold that nothing is audited."""

    def never(*_: object, **__: object) -> None:
        pytest.fail("data were read")

    monkeypatch.setattr("thuebao.engine.audit.audit", never)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--report", "old.xlsx"), ("old.xlsx", "--force")),
        (("--report", "old.html"), ("old.html", "--force")),
        (("--report", "new.html", "--report", "old.xlsx"), ("old.xlsx", "--force")),
        (("--report", "a.pdf"), ("a.pdf", ".xlsx, .html")),
        (("--report", "a"), ("a: ", ".xlsx, .html")),
        (("--report", "a.xlsx.csv"), ("a.xlsx.csv", ".xlsx, .html")),
        (("--report", "a.xlsx", "--report", "./a.xlsx"), ("a.xlsx",)),
        (("--report", "a.html", "--findings", "a.html"), ("a.html",)),
        (("--report", "link.html", "--findings", "f.csv", "--force"), ("link.html",)),
        (("--per-operator", "old.xlsx"), ("--per-operator old.xlsx",)),
        (("--per-operator", "vina.csv", "--force"), ("--per-operator vina.csv",)),
        (("--manifest", "m.xlsx"), ("m.xlsx", ".json")),
        (("--sign-with", "us.p12"), ("--manifest",)),
        (("--manifest", "m.json", "--password-file", "p.txt"), ("--sign-with",)),
        (("--manifest", "m.json", "--sign-with", "vina.csv"), ("vina.csv",)),
        (("--manifest", "m.json", "--sign-with", "nowhere.p12"), ("nowhere.p12",)),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(vina: Desk, cli: Command, options, said) -> None:
    vina.write("old.xlsx", "old")
    vina.write("old.html", "old")
    vina.write("f.csv", "old")
    (vina.path / "link.html").symlink_to("f.csv")
    before = vina.files()
    done = cli("audit", "vina.csv", *DAY, *options, **{PASSWORD_VARIABLE: "x"})
    assert (done.code, done.out) == (2, "")
    one_message(done, *said)
    assert vina.files() == before
    assert (vina.path / "old.xlsx").read_text() == (vina.path / "f.csv").read_text() == "old"


def test_force_replaces_a_report(vina: Desk, cli: Command) -> None:
    vina.write("old.xlsx", "old")
    vina.write("po/VinaPhone.xlsx", "old")
    done = cli("audit", "vina.csv", *DAY, "--report", "old.xlsx", "--per-operator", "po", "--force")
    assert done.code == 1
    for name in ("old.xlsx", "po/VinaPhone.xlsx"):
        assert zipfile.is_zipfile(vina.path / name)
    assert vina.files() == {"vina.csv", "old.xlsx", "po/VinaPhone.xlsx"}


def test_reports_are_for_their_owner_alone(audited: Audited) -> None:
    for name in ("a.xlsx", "a.html", "po/Viettel.xlsx", "m.json", "f.parquet", "r.csv"):
        assert (audited.path / name).stat().st_mode & 0o777 == 0o600
    assert (audited.path / "po").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "options", [("--report", "nowhere/a.xlsx"), ("--report", "vina.csv/a.html"), ("--per-operator", "vina.csv/po")]
)
def test_a_folder_that_cannot_be_written_leaves_nothing(vina: Desk, cli: Command, options) -> None:
    done = cli("audit", "vina.csv", *DAY, "--quiet", *options, "--manifest", "m.json")
    assert done.code == 2
    one_message(done, options[1])
    assert vina.files() == {"vina.csv"}


@pytest.mark.parametrize("options", [("--report", "a.html"), ("--per-operator", "po")])
def test_a_full_disk_leaves_no_half_of_a_report(desk: Desk, process: Command, options) -> None:
    def full() -> None:
        # Room for the findings that wait in the temporary folder, and for no report.
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    desk.export("vina.csv", *(p | NAMELESS for p in people(10)))
    (desk.path / "tmp").mkdir()
    given = ("vina.csv", *DAY, "-q", *options, "--manifest", "m.json", "--temp-dir", "tmp")
    done = process("audit", *given, before=full, PYTHONDONTWRITEBYTECODE=1)
    assert (done.code, done.out) == (2, "")
    one_message(done, options[1], "cannot be written")
    assert desk.files() == {"vina.csv"}
    assert not list((desk.path / "tmp").iterdir())


def test_reports_follow_the_language(audited: Audited, vina: Desk, cli: Command) -> None:
    assert tree(audited.path / "a.html").get("lang") == "en"
    cli("audit", "vina.csv", *DAY, "--report", "a.html", "--report", "a.xlsx", "--lang", "vi")
    assert pages.parsed((vina.path / "a.html").read_text("utf-8")).get("lang") == "vi"
    use_language("vi")
    assert openpyxl.load_workbook(vina.path / "a.xlsx").sheetnames[0] == text("report.summary")


def test_nothing_to_report_is_no_report(desk: Desk, cli: Command) -> None:
    done = cli("audit", "nowhere.csv", *DAY, "--report", "a.xlsx", "--per-operator", "po", "--findings", "f.csv")
    assert done.code == 3
    assert desk.files() == set()


# --- Conditions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "code", "passed"),
    [
        (("error:50%", "DUP101:0"), 0, [True, True, True]),
        (("error:33%", "DUP101:0"), 1, [False, False, True]),
        (("error:50%,PER101:0", "error:1"), 1, [True, True, False, True]),
        (("DUP111:0",), 1, [False]),  # its columns are absent: nobody could count
    ],
)
def test_conditions_decide_the_exit_and_stand_in_json_and_summary(
    vina: Desk, cli: Command, conditions, code, passed
) -> None:
    options = [part for condition in conditions for part in ("--fail-on", condition)]
    done = cli("audit", "vina.csv", *DAY, *options, "--format", "json")
    assert (done.code, [v["passed"] for v in done.document["gate"]]) == (code, passed)
    done = cli("audit", "vina.csv", *DAY, *options)
    assert done.code == code
    _, title, told = done.out.partition(text("gate.title"))
    assert title
    rows = [line for line in told.splitlines() if re.match(r"[A-Za-z]+\d*:", line) and "  " in line]
    assert len(rows) == len(passed)
    for row, met in zip(rows, passed, strict=True):
        assert row.rstrip().endswith(f"  {text('gate.met')}") is met


def test_a_severity_alone_needs_no_table(audited: Audited, vina: Desk, cli: Command) -> None:
    done = cli("audit", "vina.csv", *DAY, "--fail-on", "error", "--format", "json")
    assert (done.code, "gate" in done.document) == (1, False)
    assert text("gate.title") not in audited.outcomes["table"].out


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    "condition",
    [
        "",
        "often",
        "error:",
        "error:x",
        "error:101%",
        "error:-1",
        "warning:5",
        "DUP101",
        "DUP:0",
        "ZZZ999:0",
        "EXP102:0",
        "never,error",
        "error:1%:2",
    ],
)
def test_a_condition_that_is_none_is_refused(vina: Desk, cli: Command, condition) -> None:
    done = cli("audit", "vina.csv", *DAY, "--fail-on", condition)
    assert (done.code, done.out) == (2, "")
    one_message(done, "--fail-on")


# --- What is new -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "kind"), [("number", "csv"), ("record", "parquet")])
def test_only_what_is_new_counts_and_is_written(vina: Desk, cli: Command, by, kind) -> None:
    options = {"number": ("--reveal",), "record": ("--key", "record")}[by]
    some = ("audit", "vina.csv", *DAY, "--select", "PER", *options)
    assert cli(*some, "--findings", f"old.{kind}").code == 1
    same = cli(*some, "--baseline", f"old.{kind}", "--findings", "new.csv")
    assert (same.code, vina.rows("new.csv")) == (0, [])
    assert f"2 findings, of which 0 are new against old.{kind}" in same.err
    # One more error; for the number's sake also in another order.
    records = [ERROR, GOOD | NAMELESS, INFO]
    vina.export("vina.csv", *(reversed(records) if by == "number" else records))
    more = cli(*some, "--baseline", f"old.{kind}", "--findings", f"new.{kind}", "--report", "a.xlsx")
    assert more.code == 1
    assert f"3 findings, of which 1 are new against old.{kind}" in more.err
    written = vina.path / f"new.{kind}"
    found = vina.rows(written.name) if kind == "csv" else pl.read_parquet(written).to_dicts()
    assert [(row["code"], int(row["record"])) for row in found] == [("PER101", 2)]
    book = openpyxl.load_workbook(vina.path / "a.xlsx")
    assert [row["Code"] for row in books.rows(book["Findings"])] == ["PER101"]
    # What is new may be no error.
    assert cli(*some, "--baseline", f"old.{kind}", "--fail-on", "error:1").code == 0
    assert cli(*some, "--baseline", f"old.{kind}", "--fail-on", "PER101:0").code == 1


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--baseline", "masked.csv"), 2, "--reveal"),
        (("--baseline", "masked.csv", "--reveal"), 3, "masked"),
        (("--baseline", "masked.csv", "--reveal", "--findings", "masked.csv"), 2, "masked.csv"),
        (("--baseline", "nowhere.csv", "--reveal"), 3, "nowhere.csv"),
        (("--baseline", "vina.csv", "--reveal"), 3, "findings file"),
        (("--baseline", "a.txt", "--reveal"), 2, "a.txt"),
        (("--baseline", "masked.csv", "--key", "name"), 2, "name"),
    ],
)
def test_a_baseline_that_tells_nothing_apart_is_refused(vina: Desk, cli: Command, options, code, said) -> None:
    header = "path,record,operator,msisdn,code,name,severity,field,value,basis,group"
    vina.write("masked.csv", f"{header}\nvina.csv,1,VinaPhone,091*****79,PER101,name-missing,error,full_name,,x,\n")
    before = vina.files()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (code, "")
    one_message(done, said)
    assert vina.files() == before


# --- Evidence --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an audit, its outputs and its manifest, which is signed."""
    folder = tmp_path_factory.mktemp("signed")
    language = texts.language()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk = Desk(folder)
        desk.export("vina.csv", ERROR, GOOD, INFO)
        desk.write("us.p12", p12(officer(), PASSWORD, between()))
        desk.write("password.txt", PASSWORD + "\n")
        desk.write("root.pem", root().pem)
        done = called(
            "audit",
            "vina.csv",
            *DAY,
            "--findings",
            "f.csv",
            "--report",
            "a.xlsx",
            "--report",
            "a.html",
            "--per-operator",
            "po",
            "--manifest",
            "m.json",
            "--sign-with",
            "us.p12",
            "--password-file",
            "password.txt",
            "--lang",
            "en",
        )
    use_language(language)
    assert done.code == 1
    assert "m.json.p7s" in done.err
    return folder


@pytest.fixture
def evidence(desk: Desk, signed: Path) -> Desk:
    shutil.copytree(signed, desk.path, dirs_exist_ok=True)
    return desk


def test_what_was_not_touched_is_verified(evidence: Desk, cli: Command) -> None:
    for options in ((), ("--trust", "root.pem"), ("--format", "json"), ("--root", "."), ("--lang", "vi")):
        done = cli("verify", "m.json", *options)
        assert (done.code, done.err) == (0, "")
    found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    assert found["holds"] is True
    assert found["signature"]["state"] == "trusted"
    outputs = {"f.csv", "a.xlsx", "a.html", str(Path("po", "VinaPhone.xlsx"))}
    assert {f["path"] for f in found["files"]} == {"vina.csv", *outputs}
    assert PASSWORD not in (evidence.path / "m.json").read_text("utf-8")


@pytest.mark.parametrize("name", ["vina.csv", "f.csv", "a.xlsx", "a.html", "po/VinaPhone.xlsx", "m.json", "m.json.p7s"])
def test_one_changed_byte_is_told(evidence: Desk, cli: Command, name) -> None:
    content = bytearray((evidence.path / name).read_bytes())
    place = content.index(b"VinaPhone") if name == "m.json" else len(content) // 2
    content[place] ^= 0x01
    evidence.write(name, bytes(content))
    # Whether certificates in a signature lead anywhere is looked at only by who trusts somebody.
    done = cli("verify", "m.json", "--trust", "root.pem")
    assert done.code == 1
    assert text("verify.differs") in done.said
    if not name.startswith("m.json"):
        found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
        assert [f["path"] for f in found["files"] if f["status"] != "same"] == [name]
        assert found["signature"]["holds"] is True


def test_trust_in_somebody_else_or_in_no_signature_fails(evidence: Desk, cli: Command) -> None:
    evidence.write("other.pem", other_root().pem)
    assert cli("verify", "m.json", "--trust", "other.pem").code == 1
    (evidence.path / "m.json.p7s").unlink()
    assert cli("verify", "m.json").code == 0
    assert cli("verify", "m.json", "--trust", "root.pem").code == 1


def other_root() -> Holder:
    return officer("other")


@pytest.mark.usefixtures("unread")
def test_a_wrong_password_is_told_before_anything_is_read(vina: Desk, cli: Command) -> None:
    vina.write("us.p12", p12(officer(), PASSWORD))
    vina.write("password.txt", "wrong")
    before = vina.files()
    options = ("--manifest", "m.json", "--sign-with", "us.p12", "--password-file", "password.txt")
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out, vina.files()) == (2, "", before)
    one_message(done, "us.p12", "password")


@pytest.mark.parametrize(
    ("content", "code"), [(None, 3), ("no JSON", 3), ('{"schema": "thuebao-audit/1"}', 3), ('{"schema": "x/2"}', 3)]
)
def test_what_is_no_manifest_is_not_verified(desk: Desk, cli: Command, content, code) -> None:
    if content is not None:
        desk.write("m.json", content)
    done = cli("verify", "m.json")
    assert (done.code, done.out) == (code, "")
    one_message(done, "m.json")


# --- What is not yet as it should be ------------------------------------------------------------------------------


def sheet(desk: Desk, name: str, *records: dict[str, str]) -> bytes:
    """Write an export as a workbook, and return its bytes."""
    book = openpyxl.Workbook()
    book.active.append(list(records[0]))
    for record in records:
        book.active.append(list(record.values()))
    (desk.path / name).parent.mkdir(parents=True, exist_ok=True)
    book.save(desk.path / name)
    return (desk.path / name).read_bytes()


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("in/VinaPhone.xlsx", ("--report", "in/VinaPhone.xlsx")),
        ("in", ("--report", "in/VinaPhone.xlsx")),
        ("in", ("--per-operator", "in")),
    ],
)
def test_force_does_not_replace_an_export(desk: Desk, cli: Command, given, options) -> None:
    before = sheet(desk, "in/VinaPhone.xlsx", ERROR, GOOD)
    done = cli("audit", given, *DAY, "-q", *options, "--force")
    assert ((desk.path / "in/VinaPhone.xlsx").read_bytes() == before, done.code) == (True, 2)


def test_a_manifest_does_not_replace_an_export_of_a_pattern(desk: Desk, cli: Command) -> None:
    desk.write("in/vina.json", "".join(json.dumps(record) + "\n" for record in (ERROR, GOOD)))
    before = (desk.path / "in/vina.json").read_bytes()
    done = cli("audit", "in/*.json", *DAY, "-q", "--manifest", "in/vina.json")
    assert ((desk.path / "in/vina.json").read_bytes() == before, done.code) == (True, 2)


def test_a_workbook_that_is_there_is_told_before_others_are_written(vina: Desk, cli: Command) -> None:
    vina.export("viettel.csv", person(7) | NAMELESS)
    vina.write("po/VinaPhone.xlsx", "old")
    before = vina.files()
    done = cli("audit", "vina.csv", "viettel.csv", *DAY, "-q", "--per-operator", "po", "--findings", "f.csv")
    assert done.code == 2
    assert vina.files() - {"f.csv"} == before


def test_a_report_is_not_replaced_by_a_workbook_of_an_operator(vina: Desk, cli: Command) -> None:
    (vina.path / "po").mkdir()
    options = ("--report", "po/VinaPhone.xlsx", "--per-operator", "po", "--force", "--manifest", "m.json")
    done = cli("audit", "vina.csv", *DAY, "-q", *options)
    outputs = json.loads((vina.path / "m.json").read_text("utf-8"))["outputs"] if done.code == 1 else []
    assert len({output["path"] for output in outputs}) == len(outputs)


def test_a_findings_file_changes_nothing_in_reports(desk: Desk, cli: Command) -> None:
    desk.export("form.csv", *(p | NAMELESS | {"operator": FORMULA} for p in people(3)))
    found = []
    for name, options in (("a", ()), ("b", ("--findings", "f.csv"))):
        cli("audit", "form.csv", *DAY, "-q", "--per-operator", name, *options)
        [own] = (desk.path / name).iterdir()
        sheet = openpyxl.load_workbook(own)["Findings"]
        found.append(list(sheet.iter_rows(min_row=books.HEADER + 1, values_only=True)))
    assert len(found[0]) == 3
    assert found[1] == found[0]


def test_a_findings_file_changes_nothing_in_sarif(desk: Desk, cli: Command) -> None:
    desk.export("=vina.csv", ERROR)
    some = ("audit", "=vina.csv", *DAY, "--format", "sarif")
    assert cli(*some, "--findings", "f.csv").out == cli(*some).out


def test_a_long_name_of_an_operator_does_not_end_the_reports(desk: Desk, cli: Command) -> None:
    names = ("A", "L" * 300, "Z")
    desk.export("long.csv", *(p | NAMELESS | {"operator": name} for p, name in zip(people(3), names, strict=True)))
    done = cli("audit", "long.csv", *DAY, "-q", "--per-operator", "po")
    assert (done.code, done.err, len(desk.files())) == (1, "", 4)


@pytest.mark.parametrize("options", [(), ("--findings", "f.csv")])
def test_sarif_of_nothing_that_can_be_read(desk: Desk, cli: Command, options) -> None:
    done = cli("audit", "nowhere.csv", *DAY, "--format", "sarif", *options)
    assert done.code == 3
    schema().validate(done.document)
    assert run_of(done.document)["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_headers_that_mean_nothing_are_not_published(desk: Desk, cli: Command, form) -> None:
    desk.write("vina.csv", "msisdn,full_name,Trần Bí Mật,Trần Bí Mật\n0912345678,An B,,\n")
    desk.export("viettel.csv", ERROR)
    done = cli("audit", "vina.csv", "viettel.csv", *DAY, "--format", form)
    assert "PER101" in done.out
    assert "vina.csv" in done.out
    assert "Trần Bí Mật" not in done.out


def test_sarif_shows_the_worst_first(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 1)
    desk.export("vina.csv", ERROR | {"lạ": "1"})
    found = run_of(cli("audit", "vina.csv", *DAY, "--format", "sarif").document)
    assert [result["level"] for result in found["results"]] == ["error"]


def test_reports_beside_the_exports_are_not_read_the_next_time(vina: Desk, cli: Command) -> None:
    options = ("--report", "a.xlsx", "--findings", "f.csv", "--manifest", "m.json", "--force")
    assert [cli("audit", ".", *DAY, "-q", *options).code for _ in range(2)] == [1, 1]


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("options", [("--report", "nowhere/a.xlsx"), ("--report", "folder.html", "--force")])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(vina: Desk, cli: Command, options) -> None:
    (vina.path / "folder.html").mkdir()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, options[1])


def test_json_does_not_speak_to_a_terminal(hostile: Audited) -> None:
    assert not UNSEEN.search(hostile.outcomes["json"].out)


def test_a_manifest_of_what_is_new_goes_with_its_findings(vina: Desk, cli: Command) -> None:
    some = ("audit", "vina.csv", *DAY, "-q", "--reveal")
    cli(*some, "--findings", "old.csv", "--manifest", "old.json")
    vina.export("vina.csv", ERROR, GOOD | NAMELESS, INFO)
    cli(*some, "--baseline", "old.csv", "--findings", "new.csv", "--manifest", "new.json")
    done = cli("compare", "old.json", "new.json", "--old-findings", "old.csv", "--new-findings", "new.csv")
    assert (done.code, done.err) == (0, "")  # it counts what is new, as its findings do: as many as before


# --- Two results -----------------------------------------------------------------------------------------------


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


# --- Documentation and help ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "lang"), [("rules.md", "en"), ("rules.vi.md", "vi")])
def test_the_documentation_of_the_rules_is_current(cli: Command, name, lang) -> None:
    done = cli("rules", "--format", "markdown", "--lang", lang)
    assert (done.code, done.err) == (0, "")
    written = (HERE.parent / "docs" / name).read_text("utf-8")
    lines = zip(written.splitlines(), done.out.splitlines(), strict=False)
    # The first lines that differ say more than two documents.
    assert list(islice(((a, b) for a, b in lines if a != b), 3)) == []
    assert written == done.out


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", [(), ("audit",), ("compare",), ("verify",)])
def test_help_is_there_in_both_languages(cli: Command, command, lang) -> None:
    done = cli(*command, "--help", "--lang", lang, COLUMNS=400)
    assert (done.code, done.err) == (0, "")
    name = f"help.{command[0] if command else 'thuebao'}"
    use_language(lang)
    assert " ".join(text(name).split()) in done.said
    options = {
        (): ("audit", "compare", "verify"),
        ("audit",): ("--report", "--per-operator", "--baseline", "--manifest", "--sign-with", "--fail-on"),
        ("compare",): ("--old-findings", "--new-findings", "--key", "--fail-on"),
        ("verify",): ("--root", "--trust", "--format"),
    }[command]
    for option in options:
        assert option in done.out
