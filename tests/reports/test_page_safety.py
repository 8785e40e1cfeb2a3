"""The page takes nothing from outside, runs nothing, and shows foreign text as text."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

import thuebao
from helpers.desks import Desk
from helpers.pages import ABOUT, ELEMENTS, HOSTILE, SVG, Pages, hostile, hostile_findings, page, parsed, rows, said
from helpers.people import person
from thuebao.base import messages as texts
from thuebao.results.result import AuditResult

UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\ud800-\udfff]"
)


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
    result = thuebao.audit(name, as_of=date(2026, 11, 23), reveal=True)
    document = page(result)
    assert not UNSEEN.search(document)
    tree = parsed(document)
    assert not [e for e in tree.iter() if e.tag in ("img", "i")]
    assert [e.tag for e in tree.find("head")].count("script") == 1
    assert not tree.findall("body//script")
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
    script = tree.find("head/script").text
    assert len(tree.findall(".//script")) == 1
    assert not re.search(
        r"fetch|XMLHttp|import|eval|Function|innerHTML|insertAdjacent|document\.write|location", script
    )
    of_style, of_script = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)
    )
    allowed = f"style-src 'sha256-{of_style}'; script-src 'sha256-{of_script}'"
    assert policy == f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


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
