"""The audit as a page, read by an independent parser."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from xml.etree.ElementTree import Element

import html5lib
import polars as pl

from thuebao.reports.about import About
from thuebao.reports.html.page import render_page
from thuebao.results import findings as found
from thuebao.results.result import AuditResult, ExportFinding

VIETNAM = timezone(timedelta(hours=7))
STARTED = datetime(2026, 11, 23, 9, 0, 5, tzinfo=VIETNAM)
ABOUT = About(
    "Sở KH&CN", STARTED, STARTED + timedelta(seconds=2), {"as-of": "2026-11-23"}, {"thuebao": "1", "polars": "2"}
)
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = frozenset(
    """
    html head meta title style body a header p h1 h2 h3 dl dt dd div nav ol ul li main section table caption thead tbody
    tr th td span b bdi time figure figcaption details summary footer svg rect text desc script
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
            "line": n,
            "sheet": h,
        }
        for r in result.rules
        if r.violations
        for n, h in enumerate(texts_of)
    ]
    return pl.LazyFrame(parts, schema=found.SCHEMA)


def count(cell: str) -> int:
    return int(re.sub("[.,]", "", cell.split()[0]))


def counts(cells: list[str], *columns: int) -> list[int]:
    return [count(cells[column]) for column in columns]
