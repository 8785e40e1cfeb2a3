"""The audit as a page: read by an independent parser, every count is that of the JSON, and foreign text stays text."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.people import ERROR, GOOD, INFO, WARNING, people, person
from thuebao.base import messages as texts
from thuebao.reports.about import About
from thuebao.reports.html.page import first_findings, render_page
from thuebao.reports.json_document import as_dict
from thuebao.results import findings as found
from thuebao.results.result import AuditResult, ExportFinding

SAMPLES = Path(__file__).parents[1] / "sample_data"
VIETNAM = timezone(timedelta(hours=7))
STARTED = datetime(2026, 11, 23, 9, 0, 5, tzinfo=VIETNAM)
ABOUT = About(
    "Sở KH&CN", STARTED, STARTED + timedelta(seconds=2), {"as-of": "2026-11-23"}, {"thuebao": "1", "polars": "2"}
)
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = frozenset(
    """
    html head meta title style body a header p h1 h2 h3 dl dt dd div nav ol ul li main section table caption thead tbody
    tr th td span b bdi time figure figcaption details summary footer svg rect text desc
    """.split()  # noqa: SIM905
)
Pages = dict[str, tuple[str, Element]]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a\u202eb",
    "\x1b[31mred",
    "nul\x00nul",
    "javascript:alert(1)",
    "</style></title><svg onload=alert(1)>",
    "&lt;b&gt;&amp;",
    "\u061c\u2066\ufffe\ud800",
    "{severity}{0}",
)
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\ud800-\udfff]"
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = texts.language()
    texts.use_language("en")
    yield
    texts.use_language(before)


@pytest.fixture(scope="module")
def sample() -> AuditResult:
    return thuebao.audit(SAMPLES, as_of=date(2026, 11, 23), hash_inputs=True)


@pytest.fixture(scope="module")
def sample_findings(sample: AuditResult) -> pl.LazyFrame:
    return sample.findings.collect().lazy()


@pytest.fixture(scope="module")
def sample_pages(sample: AuditResult, sample_findings: pl.LazyFrame) -> Pages:
    """Return the samples' document and its tree in each language: parsing takes longer than writing."""
    pages = {}
    before = texts.language()
    for language in texts.LANGUAGES:
        texts.use_language(language)
        document = page(sample, sample_findings)
        pages[language] = document, parsed(document)
    texts.use_language(before)
    return pages


def page(result: AuditResult, findings: pl.LazyFrame | None = None, about: About = ABOUT) -> str:
    return "".join(render_page(result, result.findings if findings is None else findings, about))


def parsed(document: str) -> Element:
    """Return the document's tree; a document that is not well-formed is an error."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    return parser.parse(document)


def said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def by_id(tree: Element, name: str) -> Element:
    [element] = [e for e in tree.iter() if e.get("id") == name]
    return element


def rows(tree: Element, name: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head, its sum and the titles of its parts."""
    bodies = [body for body in by_id(tree, name).iter("tbody") if body.get("class") != "total"]
    return [[said(cell) for cell in row] for body in bodies for row in body if row.get("class") != "group"]


def total(tree: Element, name: str) -> list[str]:
    [body] = [body for body in by_id(tree, name).iter("tbody") if body.get("class") == "total"]
    return [said(cell) for cell in body[0]]


def count(cell: str) -> int:
    return int(re.sub("[.,]", "", cell.split()[0]))


def counts(cells: list[str], *columns: int) -> list[int]:
    return [count(cells[column]) for column in columns]


# Counts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_count_is_that_of_the_json(sample: AuditResult, sample_pages: Pages, language: texts.Language) -> None:
    _, tree = sample_pages[language]
    document = as_dict(sample)
    totals = document["totals"]
    assert {
        name: count(said(by_id(tree, f"card-{name}")[1])) for name in ("records", "errors", "findings", "rejected")
    } == {
        "records": totals["records"],
        "errors": totals["records_with_errors"],
        "findings": totals["records_with_findings"],
        "rejected": totals["rejected"],
    }
    assert count(said(by_id(tree, "card-files")[1])) == len(document["inputs"])
    assert [[*row[:3], *counts(row, 3, 4, 5), row[6]] for row in rows(tree, "read")] == [
        [i["path"], i["format"], i["encoding"], i["bytes"], i["records"], i["rejected"], i["sha256"]]
        for i in document["inputs"]
    ]
    assert [[row[0], *counts(row, 1, 2, 4)] for row in rows(tree, "by-operator")] == [
        [o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"]]
        for o in document["operators"]
    ]
    tiers = document["identities"]
    assert [[row[0], *map(count, row[1:])] for row in rows(tree, "tiers")] == [
        [o["operator"], *o["tiers"].values()] for o in tiers["operators"]
    ]
    assert [*map(count, total(tree, "tiers")[1:])] == [*tiers["tiers"].values()]
    for name, listed in (("point-of-sale", "points_of_sale"), ("clerk-name", "clerks")):
        assert [[*row[:2], *counts(row, 2, 3)] for row in rows(tree, name)] == [
            [o["name"], o["operator"], o["findings"], o["records"]] for o in document[listed]
        ]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_rule_stands_once_with_its_counts(
    sample: AuditResult, sample_pages: Pages, language: texts.Language
) -> None:
    _, tree = sample_pages[language]
    document = as_dict(sample)
    evaluated: dict[str, int] = {}
    for operator in document["operators"]:
        for rule in operator["rules"]:
            evaluated[rule["code"]] = evaluated.get(rule["code"], 0) + rule["evaluated"]
    hit = {r["code"]: r["violations"] for r in document["rules"] if r["violations"]}
    assert {row[0]: counts(row, 3, 4) for row in rows(tree, "violated")} == {
        code: [evaluated[code], n] for code, n in hit.items()
    }
    for code, violations in hit.items():
        assert counts(total(tree, f"{code}-operators"), 1, 2) == [evaluated[code], violations]
        of = {
            o["operator"]: [rule["evaluated"], rule["violations"]]
            for o in document["operators"]
            for rule in o["rules"]
            if rule["code"] == code and rule["violations"]
        }
        assert {row[0]: counts(row, 1, 2) for row in rows(tree, f"{code}-operators") if row[0] in of} == of
        summed = [counts(row, 1, 2) for row in rows(tree, f"{code}-operators")]
        assert [sum(n) for n in zip(*summed, strict=True)] == [evaluated[code], violations]
        assert len(rows(tree, f"{code}-samples")) == min(violations, 5)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_charts_tables_and_descriptions_say_the_same_as_the_json(
    sample: AuditResult, sample_pages: Pages, language: texts.Language
) -> None:
    _, tree = sample_pages[language]
    severity = {r.rule.code: r.rule.severity for r in sample.rules}
    for position, operator in enumerate(as_dict(sample)["operators"], 1):
        expected: dict[str, list[int]] = {}
        for rule in operator["rules"]:
            row = expected.setdefault(rule["code"].rstrip("0123456789"), [0, 0, 0])
            row[("error", "warning", "info").index(severity[rule["code"]])] += rule["violations"]
        listed = rows(tree, f"chart-{position}-table")
        assert {row[0].split()[0]: counts(row, 1, 2, 3) for row in listed} == expected
        sums = {family: sum(row) for family, row in expected.items()}
        assert [count(row[4]) for row in listed] == [*sums.values()]
        [chart] = [e for e in tree.iter(f"{SVG}svg") if e.get("aria-labelledby") == f"chart-{position}-title"]
        labels = [said(e) for e in chart.iter(f"{SVG}text")]
        assert dict(zip(labels[::2], map(count, labels[1::2]), strict=True)) == sums
        assert operator["operator"] in said(by_id(tree, f"chart-{position}-title"))
        described = said(by_id(tree, f"chart-{position}-desc")).split("; ")
        assert {told.split()[0]: count(told.split()[1]) for told in described} == sums


def test_samples_are_the_first_findings_of_their_rule(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    tree = parsed(page(sample, sample_findings))
    everything = sample_findings.collect()
    for code in ("NUM101", "DUP141"):
        of = everything.filter(pl.col("code") == code).head(5)
        shown = [(row[0], count(row[1]), row[2]) for row in rows(tree, f"{code}-samples")]
        assert shown == list(of.select("path", "record", "operator").iter_rows())
    assert "5 of 12" in said(by_id(tree, "DUP141-samples").find("caption"))


def test_samples_say_which_period_of_the_law_they_cite(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    tree = parsed(page(sample, sample_findings))
    law = sample.rulebook.law
    for r in sample.rules:
        if not r.violations:
            continue
        periods = [said(e) for e in by_id(tree, r.rule.code).iter("ol")]
        for row in rows(tree, f"{r.rule.code}-samples"):
            assert re.fullmatch(r"\(\d\)", row[5]), (r.rule.code, row)
        for basis in r.rule.basis:
            assert f"{law.instruments[basis.instrument].number}, {basis.provision}" in periods[0]


def test_findings_are_read_to_the_last_rule_and_kept_in_order() -> None:
    many = pl.DataFrame(
        {name: [None] * 60_003 if kind == pl.UInt64 else ["x"] * 60_003 for name, kind in found.SCHEMA.items()},
        schema=found.SCHEMA,
    ).with_columns(record=pl.int_range(60_003, dtype=pl.UInt64), code=pl.lit("NUM101"))
    rare = many.with_columns(code=pl.when(pl.col("record") > 60_000).then(pl.lit("DUP151")).otherwise("code"))
    first = first_findings(rare.lazy(), {"NUM101": 60_001, "DUP151": 2, "PER101": 0})
    assert {code: [row["record"] for row in some] for code, some in first.items()} == {
        "NUM101": [0, 1, 2, 3, 4],
        "DUP151": [60_001, 60_002],
    }


# What was left out, and what was asked for ----------------------------------------------------------------------------


def test_rules_not_evaluated_deselected_and_clean_are_told_apart(desk: Desk) -> None:
    without = {column: value for column, value in GOOD.items() if column != "confirmation_ref"}
    result = thuebao.audit(
        [desk.export("Viettel.csv", without), desk.export("MobiFone.csv", GOOD)],
        ignore="NUM10",
        as_of=date(2026, 11, 23),
    )
    tree = parsed(page(result))
    status = {r["code"]: r["status"] for r in as_dict(result)["rules"]}
    listed = {row[0]: row[2] for row in rows(tree, "not-evaluated")}
    assert set(listed) == {code for code, state in status.items() if state != "evaluated"}
    assert listed["NUM101"] == "left out on request"
    assert "partly evaluated" in status.values()
    clean = {row[0] for row in rows(tree, "silent")}
    assert clean == {
        r.rule.code for r in result.rules if not r.violations and r.status in ("evaluated", "partly evaluated")
    }
    assert "confirmation_ref" in dict(rows(tree, "absent"))["Viettel.csv"]
    about_files = rows(tree, "about-files")
    assert {(row[0], row[2]) for row in about_files} == {
        (f["code"], f["path"]) for f in as_dict(result)["export_findings"]
    }


def test_breakdown_groups_scope_unreadable_files_and_notices_have_their_place(desk: Desk) -> None:
    twice = [person(1), person(1) | {"full_name": "Lê Văn Khác"}]
    desk.export("Viettel.csv", *people(5, first=10), *twice)
    desk.write("empty.csv", "")
    result = thuebao.audit(
        ["Viettel.csv", "empty.csv", "Viettel.csv"],
        by=["month", "operator"],
        show="DUP101",
        where="sex = 'male' OR TRUE",
        as_of=date(2026, 11, 23),
    )
    tree = parsed(page(result))
    text = said(tree)
    assert [[row[1], *counts(row, 2, 3, 5)] for row in rows(tree, "by")] == [
        ["Viettel", 7, *counts(rows(tree, "by")[0], 3, 5)]
    ]
    assert "Largest groups of DUP101" in text
    assert "sex = 'male' OR TRUE" in text
    assert "empty.csv" in said(by_id(tree, "unreadable"))
    assert "Given twice" in text
    assert count(said(by_id(tree, "card-unreadable")[1])) == 1


def test_the_title_block_says_who_when_and_by_which_law(desk: Desk) -> None:
    result = thuebao.audit(
        desk.export("Viettel.csv", ERROR, WARNING, INFO), law="decree-49-2017", as_of=date(2026, 11, 23)
    )
    tree = parsed(page(result))
    head = said(tree.find(".//header"))
    assert "Sở KH&CN" in head
    assert "2026-11-23 09:00:05 – 09:00:07 UTC+07:00" in head
    assert "every record by one law: Decree 49/2017" in head
    assert thuebao.__version__ in head
    texts.use_language("vi")
    nobody = replace(ABOUT, made_by=None, ended=STARTED + timedelta(days=1))
    assert "không ghi" in page(result, about=nobody)
    assert "23/11/2026 09:00:05 UTC+07:00" in page(result, about=nobody)


def test_a_revealed_audit_does_not_call_its_values_masked(desk: Desk) -> None:
    result = thuebao.audit(desk.export("Viettel.csv", ERROR), reveal=True, as_of=date(2026, 11, 23))
    masked, revealed = page(result), page(result, about=replace(ABOUT, options={"reveal": "true"}))
    assert "Values are masked" in masked
    assert "Contains personal data in full" not in masked
    assert "Values are masked" not in revealed
    assert "Contains personal data in full" in revealed


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_audit_without_any_record_is_a_page_too(desk: Desk, language: texts.Language) -> None:
    texts.use_language(language)
    result = thuebao.audit(desk.write("Viettel.csv", "msisdn,full_name\n"), as_of=date(2026, 11, 23))
    tree = parsed(page(result, pl.LazyFrame(schema=found.SCHEMA)))
    assert count(said(by_id(tree, "card-records")[1])) == 0
    assert count(said(by_id(tree, "card-unreadable")[1])) == 1


def test_a_hundred_operators_keep_their_counts(desk: Desk) -> None:
    records = [person(n) | {"operator": f"Operator {n:03}"} | ({"full_name": ""} if n % 2 else {}) for n in range(100)]
    result = thuebao.audit(desk.export("all.csv", *records), as_of=date(2026, 11, 23))
    document = page(result)
    tree = parsed(document)
    assert len(rows(tree, "by-operator")) == 100
    assert len(list(tree.iter("figure"))) == 100
    per101 = rows(tree, "PER101-operators")
    assert len(per101) == 51
    assert per101[-1][:3] == ["Operators without violations (50)", "50", "0"]
    assert len(document) < 2_000_000


def test_rules_of_the_users_own_have_a_family_of_their_own(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    [first, *others] = sample.rules
    own = replace(first, rule=replace(first.rule, code="OWN101", field=None, basis=(), grouping=None))
    of_own = sample.counts.with_columns(pl.col("code").replace("NUM101", "OWN101"))
    tree = parsed(page(replace(sample, rules=(*others, own), counts=of_own), sample_findings))
    assert count(rows(tree, "violated")[-1][4]) == first.violations
    assert "OWN – rules of the user" in said(tree)
    assert "No provision is cited" in said(by_id(tree, "OWN101"))


# Nothing from outside, nothing that runs, nothing that is not text ----------------------------------------------------


def hostile(sample: AuditResult) -> AuditResult:
    """Return the samples' result with a hostile text wherever a foreign text may stand."""
    names = sample.operators["operator"].to_list()
    to = dict(zip(names, HOSTILE, strict=False))

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("operator").replace(to))

    inputs = [
        replace(i, path=HOSTILE[n], format=HOSTILE[n], encoding=HOSTILE[-n], absent=[HOSTILE[n]])
        for n, i in enumerate(sample.inputs)
    ]
    severe = [
        replace(r, reason=HOSTILE[0], status="partly evaluated") if n < 3 else r for n, r in enumerate(sample.rules)
    ]
    return replace(
        sample,
        operators=renamed(sample.operators),
        counts=renamed(sample.counts),
        offenders=renamed(sample.offenders).with_columns(name=pl.lit(HOSTILE[1])),
        inputs=tuple(inputs),
        notices=HOSTILE[:3] + HOSTILE[4:],
        rules=tuple(severe),
        where=HOSTILE[0],
        export_findings=tuple(ExportFinding("EXP102", h, "error", h) for h in HOSTILE),
    )


def hostile_findings(result: AuditResult) -> pl.LazyFrame:
    texts_of = [h for h in HOSTILE if h.isprintable() or h.isascii() or "\u202e" in h]
    parts = [
        {
            "path": h,
            "record": n,
            "operator": h,
            "msisdn": h,
            "code": r.rule.code,
            "name": h,
            "severity": "error",
            "field": h,
            "value": h,
            "basis": h,
            "group": n,
        }
        for r in result.rules
        if r.violations
        for n, h in enumerate(texts_of)
    ]
    return pl.LazyFrame(parts, schema=found.SCHEMA)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_hostile_texts_stay_text(sample: AuditResult, language: texts.Language) -> None:
    texts.use_language(language)
    result = hostile(sample)
    versions = {h: h for h in HOSTILE}
    document = page(
        result, hostile_findings(result), replace(ABOUT, made_by=HOSTILE[0], options=versions, versions=versions)
    )
    document.encode()
    assert not UNSEEN.search(document)
    tree = parsed(document)
    assert {e.tag.removeprefix(SVG) for e in tree.iter() if isinstance(e.tag, str)} <= ELEMENTS
    for element in tree.iter():
        assert not [name for name in element.keys() if name.startswith("on") or name == "style"]  # noqa: SIM118
    text = said(tree)
    for shown in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a\ufffdb",
        "\ufffd[31mred",
        "nul\ufffdnul",
        "javascript:alert(1)",
        "&lt;b&gt;&amp;",
        "{severity}{0}",
    ):
        assert shown in text
    assert said(tree.find(".//title")).startswith(("Audit", "Kết quả"))


def test_hostile_exports_stay_text(desk: Desk) -> None:
    records = [person(n) | NAMED | {"operator": text} for n, text in enumerate(HOSTILE[:3])]
    name = '"><img src=x onerror=alert(1)>\u202e.csv'
    desk.export(
        name, *({f"<i>{column}</i>" if column == "status" else column: v for column, v in r.items()} for r in records)
    )
    result = thuebao.audit(name, as_of=date(2026, 11, 23))
    document = page(result)
    assert not UNSEEN.search(document)
    tree = parsed(document)
    assert not [e for e in tree.iter() if e.tag in ("img", "script", "i")]
    assert "<script>alert(1)</script>" in [row[0] for row in rows(tree, "by-operator")]


NAMED = {"full_name": "<b>"}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_nothing_comes_from_outside(sample_pages: Pages, language: texts.Language) -> None:
    document, tree = sample_pages[language]
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        for name, value in element.items():
            assert not name.endswith("src")
            if name.endswith("href"):
                assert value.removeprefix("#") in ids
            if name in ("aria-labelledby", "aria-describedby"):
                assert value in ids
    style = tree.find(".//style").text
    assert not re.search(r"url\(|@import|@font-face|expression", style)
    assert not re.search(r"https?:", document)
    [policy] = [e.get("content") for e in tree.iter("meta") if e.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_who_does_not_see_finds_the_way(sample: AuditResult, sample_pages: Pages, language: texts.Language) -> None:
    _, tree = sample_pages[language]
    assert tree.get("lang") == language
    assert [e.tag for e in tree.find("body")] == ["a", "header", "nav", "main", "footer"]
    assert tree.find("body/a").get("href") == "#main"
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in tree.iter("table"):
        assert said(table.find("caption"))
        assert all(e.get("scope") == "col" and said(e) for e in table.find("thead/tr"))
        for row in table.iterfind("tbody/tr"):
            assert row[0].tag == "th"
            assert row[0].get("scope") in ("row", "rowgroup")
            width = sum(int(cell.get("colspan", 1)) for cell in row)
            assert width == len(table.find("thead/tr"))
    for chart in tree.iter(f"{SVG}svg"):
        assert chart.get("aria-hidden") == "true" or (
            chart.get("role") == "img" and chart.find(f"{SVG}title") is not None
        )
    for details in tree.iter("details"):
        assert details[0].tag == "summary"


def test_the_two_languages_have_the_same_numbers(sample_pages: Pages) -> None:
    def numbers(language: texts.Language) -> list[Any]:
        _, tree = sample_pages[language]
        tables = [e for e in tree.iter("table") if e.get("id") not in ("eras", "instruments")]
        return [re.sub("[.,]", "", said(e)) for table in tables for e in table.iter("td") if e.get("class") == "number"]

    assert numbers("vi") == numbers("en")


# In a browser ---------------------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium")
needs_a_browser = pytest.mark.skipif(
    not CHROMIUM or not find_spec("playwright"),
    reason="needs Chromium (apt install chromium) and: pip install 'thuebao[browser]'",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM)
        yield running
        running.close()


@pytest.fixture(scope="module")
def sample_file(sample_pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(sample_pages["en"][0], "utf-8")
    return path.as_uri()


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    context = browser.new_context(**options)
    shown = context.new_page()
    shown.goto(address)
    yield shown
    context.close()


@needs_a_browser
def test_the_browser_finds_no_fault_and_asks_for_nothing(browser: Any, sample_file: str) -> None:
    context = browser.new_context()
    shown = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: faults.append(message.text))
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.goto(sample_file)
    shown.wait_for_load_state("networkidle")
    assert asked == [sample_file]
    assert faults == []
    assert shown.evaluate("document.compatMode") == "CSS1Compat"
    # The policy's hash is that of the stylesheet as the browser reads it: the page is styled.
    assert shown.evaluate("getComputedStyle(document.querySelector('summary')).display") == "grid"
    context.close()


@needs_a_browser
def test_hostile_texts_run_nothing_in_a_browser(browser: Any, sample: AuditResult, tmp_path: Path) -> None:
    result = hostile(sample)
    path = tmp_path / "page.html"
    path.write_text(page(result, hostile_findings(result)), "utf-8")
    context = browser.new_context(viewport={"width": 360, "height": 800})
    shown = context.new_page()
    said_aloud: list[str] = []
    shown.on("dialog", lambda dialog: said_aloud.append(dialog.message))
    shown.on("console", lambda message: said_aloud.append(message.text))
    shown.goto(path.as_uri())
    assert said_aloud == []
    assert shown.locator("img, script, iframe, object, embed, form, link").count() == 0
    context.close()


@needs_a_browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_rules_unfold_by_click_key_and_link(browser: Any, sample_file: str, scripts: bool) -> None:
    with opened(browser, sample_file, java_script_enabled=scripts) as shown:
        first, second = shown.locator("#NUM101"), shown.locator("#NUM102")
        assert not first.is_visible()
        shown.locator("details", has=first).locator("summary").click()
        assert first.is_visible()
        shown.locator("details", has=second).locator("summary").focus()
        shown.keyboard.press("Enter")
        assert second.is_visible()
        shown.keyboard.press("Space")
        assert not second.is_visible()
        shown.locator("a[href='#DUP141']").click()
        assert shown.locator("#DUP141").is_visible()


@needs_a_browser
def test_the_keyboard_leads_from_the_skip_link_through_the_page(browser: Any, sample_file: str) -> None:
    with opened(browser, sample_file) as shown:
        shown.keyboard.press("Tab")
        skip = shown.locator(".skip")
        assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().top >= 0")
        assert skip.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        shown.keyboard.press("Enter")
        assert shown.evaluate("document.activeElement.id") == "main"


@needs_a_browser
def test_what_is_folded_is_printed(browser: Any, sample_file: str, sample: AuditResult, tmp_path: Path) -> None:
    from pypdf import PdfReader

    with opened(browser, sample_file, color_scheme="dark") as shown:
        path = tmp_path / "page.pdf"
        shown.pdf(path=path, prefer_css_page_size=True)
    pages = PdfReader(path).pages
    width, height = (round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    sheets = [" ".join(p.extract_text().split()) for p in pages]
    everything = " ".join(sheets)
    for r in sample.rules:
        if r.violations:
            assert f"{r.rule.code}: counts by operator" in everything
            assert f"{r.rule.code}: sample records" in everything
    for position, sheet in enumerate(sheets, 1):
        assert f"Page {position} of {len(pages)}" in sheet
        assert "Audit of mobile subscriber registrations · 2026-11-23 09:00:05" in sheet
    assert "Attached to inspection record" in sheets[0]
    assert "Skip to the results" not in everything


CONTRASTS = """() => {
    const rgb = colour => (colour.match(/[0-9.]+/g) || []).map(Number);
    const light = colour => rgb(colour).slice(0, 3)
        .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (rgb(colour)[3] !== 0) return colour;
        }
    };
    const worst = {};
    document.querySelectorAll("details").forEach(e => e.open = true);
    for (const e of document.body.querySelectorAll("*:not(title, desc)")) {
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
        const style = getComputedStyle(e);
        const both = [light(e instanceof SVGElement ? style.fill : style.color), light(behind(e))].sort();
        const name = e.tagName + "." + (e.getAttribute("class") || "");
        const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        worst[name] = Math.min(worst[name] || 99, ratio);
    }
    return worst;
}"""


@needs_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_contrasts_with_what_is_behind_it(browser: Any, sample_file: str, scheme: str) -> None:
    with opened(browser, sample_file, color_scheme=scheme) as shown:
        worst = shown.evaluate(CONTRASTS)
        assert len(worst) > 20
        assert {name: ratio for name, ratio in worst.items() if ratio < 4.5} == {}
        behind = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (behind == "rgb(255, 255, 255)") is (scheme == "light")
        shown.emulate_media(media="print")
        assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@needs_a_browser
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_only_tables_scroll_sideways(browser: Any, sample: AuditResult, tmp_path: Path, width: int) -> None:
    long = replace(sample, inputs=tuple(replace(i, path="x" * 300) for i in sample.inputs), where="y" * 300)
    path = tmp_path / "page.html"
    path.write_text(page(long, sample.findings), "utf-8")
    with opened(browser, path.as_uri(), viewport={"width": width, "height": 800}) as shown:
        shown.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
