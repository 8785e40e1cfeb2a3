"""The report of a few pages: the verdict, operators, the worst rules, where to sign; and what the script does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.browsers import needs_a_browser
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.pages import ABOUT, Pages, by_id, count, hostile, parsed, rows, said
from helpers.people import AS_OF, ERROR, GOOD, person
from helpers.places import SAMPLES
from thuebao.base.messages import LANGUAGES, use_language
from thuebao.reports.html.page import render_short_page
from thuebao.results.own import is_ours
from thuebao.results.result import AuditResult
from thuebao.results.thresholds import conditions, judge

ORDER = {"error": 0, "warning": 1, "info": 2}


def short(result: AuditResult) -> str:
    verdicts = judge(result, conditions(["error"], result.rulebook))
    return "".join(render_short_page(result, verdicts, ABOUT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_page_has_the_counts_of_the_audit(sample: AuditResult, language) -> None:
    use_language(language)
    tree = parsed(short(sample))
    counted = [(row[0], count(row[1]), count(row[2]), count(row[4])) for row in rows(tree, "by-operator")]
    assert counted == sample.operators.rows()
    worst = sorted((r for r in sample.rules if r.violations), key=lambda r: (ORDER[r.rule.severity], -r.violations))
    listed = [(row[0], count(row[3])) for row in rows(tree, "worst-rules")]
    assert listed == [(r.rule.code, r.violations) for r in worst[:10]]
    assert {row[0] for row in rows(tree, "verdicts")[:-1]} == {*sample.operators["operator"]}
    assert [row[3] for row in rows(tree, "read")] == [i.sha256 for i in sample.inputs]
    assert len(by_id(tree, "signature").findall(".//div[@class='signatures']/div")) == 2


def test_the_short_page_is_what_a_report_is_unless_asked_otherwise(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    some = ("audit", "vina.csv", "--as-of", AS_OF, "-q")
    cli(*some, "--report", "a.html")
    cli(*some, "--report", "b.html", "--length", "short")
    cli(*some, "--report", "c.html", "--length", "full")
    trees = [parsed((desk.path / name).read_text("utf-8")) for name in ("a.html", "b.html", "c.html")]
    sections = [[e.get("id") for e in tree.iter("section")] for tree in trees]
    assert sections[0] == sections[1] == ["summary", "verdict", "inputs", "operators", "worst", "signature"]
    assert {"rules", "method"} <= {*sections[2]}
    done = cli(*some, "--report", "d.html", "--length", "long")
    assert done.code == 2
    one_message(done, "--length", "short, full")


@pytest.mark.parametrize("length", ["short", "full"])
def test_an_own_page_is_known_as_it_was_written_and_not_otherwise(desk: Desk, cli: Command, length) -> None:
    desk.export("e/vina.csv", ERROR)
    some = ("audit", "e", "--as-of", AS_OF, "--format", "json", "--fail-on", "never", "--length", length)
    first = cli(*some, "--report", "e/r.html").document
    second = cli(*some).document
    assert first["totals"] == second["totals"]
    assert [(p["path"], p["reason"]) for p in second["files_passed_over"]] == [("e/r.html", "own")]
    page = (desk.path / "e/r.html").read_text("utf-8")
    for old, new in (
        ("<script>", "<script>alert(1);"),
        ("<style>", "<style>p{}"),
        ("</main>", "<section><table><tr><td>0912345678</td></tr></table></section><p></main"),
        ('<section id="summary">', '<section id="records">'),
        ("</script>", "</script><script>alert(1)</script>"),
    ):
        assert old in page
        desk.write("other.html", page.replace(old, new, 1))
        assert not is_ours(desk.path / "other.html"), old


def test_rules_stand_in_the_order_of_severity_and_count(sample_pages: Pages, sample: AuditResult) -> None:
    _, tree = sample_pages["en"]
    worst = sorted((r for r in sample.rules if r.violations), key=lambda r: (ORDER[r.rule.severity], -r.violations))
    codes = [r.rule.code for r in worst]
    assert [row[0] for row in rows(tree, "violated")] == codes
    assert [said(e.find("summary/span[@class='code']")) for e in tree.iter("details")] == codes


def test_long_lists_are_cut_and_counted(desk: Desk, cli: Command) -> None:
    desk.export("all.csv", *(person(n) | {"operator": f"Operator {n:02}", "full_name": ""} for n in range(40)))
    cli("audit", "all.csv", "--as-of", AS_OF, "-q", "--report", "r.html")
    tree = parsed((desk.path / "r.html").read_text("utf-8"))
    assert len(rows(tree, "by-operator")) == len(rows(tree, "verdicts")) == 25
    assert rows(tree, "verdicts")[-1][0] == "All operators"
    assert "25 of 40" in said(by_id(tree, "operators"))
    assert "25 of 41" in said(by_id(tree, "verdict"))


def test_hostile_texts_stay_text_on_the_short_page(sample: AuditResult) -> None:
    tree = parsed(short(hostile(sample)))
    assert not tree.findall("body//script")
    assert not [e for e in tree.iter() if e.tag in ("img", "i", "iframe")]
    assert "<script>alert(1)</script>" in said(tree)


@needs_a_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_report_of_the_samples_prints_on_five_pages(browser: Any, desk: Desk, cli: Command, language) -> None:
    from pypdf import PdfReader

    cli("audit", SAMPLES, "--as-of", AS_OF, "--hash", "-q", "--report", "r.html", "--lang", language)
    shown = browser.new_page()
    shown.goto((desk.path / "r.html").as_uri())
    shown.fill("#filter-search", "no such text")  # what is filtered away on the screen is printed all the same
    shown.pdf(path="r.pdf", prefer_css_page_size=True)
    pages = PdfReader("r.pdf").pages
    assert 2 <= len(pages) <= 5
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    use_language(language)
    assert {"Viettel", "iTel", "ID101"} <= {*text.split()}
    assert {"en": "Name, signature, date", "vi": "Họ tên, chữ ký, ngày"}[language] in text
    shown.close()


@pytest.fixture
def opened(browser: Any, sample_pages: Pages, tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "page.html"
    path.write_text(sample_pages["en"][0], "utf-8")
    shown = browser.new_page()
    faults: list[str] = []
    shown.on("console", lambda message: faults.append(message.text))
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.goto(path.as_uri())
    yield shown
    assert faults == []
    shown.close()


def column(shown: Any, table: str, at: int) -> list[str]:
    """Return the cells of a column that can be seen, but for sums."""
    cells = shown.locator(f"#{table} tbody:not(.total) tr:visible > :nth-child({at})")
    return [" ".join(cell.split()) for cell in cells.all_inner_texts()]


@needs_a_browser
def test_tables_are_sorted_by_each_column(opened: Any) -> None:
    before = column(opened, "by-operator", 2)
    title = opened.locator("#by-operator thead th").nth(1)
    title.locator("button").click()
    assert title.get_attribute("aria-sort") == "descending"
    assert column(opened, "by-operator", 2) == sorted(before, key=count, reverse=True) != before
    title.locator("button").press("Enter")
    assert title.get_attribute("aria-sort") == "ascending"
    assert column(opened, "by-operator", 2) == sorted(before, key=count)
    opened.locator("#violated thead th").nth(0).locator("button").click()
    assert column(opened, "violated", 1) == sorted(column(opened, "violated", 1))
    assert opened.locator("#by-operator .total").inner_text().startswith("All operators")


@needs_a_browser
def test_rows_and_rules_are_searched_and_filtered(opened: Any, sample: AuditResult) -> None:
    everything = column(opened, "violated", 1)
    opened.fill("#filter-search", "portrait")
    found = column(opened, "violated", 1)
    titles = {r.rule.code: r.rule.title["en"].lower() for r in sample.rules}
    assert found == [code for code in everything if "portrait" in titles[code]]
    opened.fill("#filter-search", "")
    assert column(opened, "violated", 1) == everything
    opened.select_option("#filter-severity", "warning")
    warnings = {r.rule.code for r in sample.rules if r.rule.severity == "warning"}
    assert column(opened, "violated", 1) == [code for code in everything if code in warnings]
    assert {*opened.locator("details.rule:visible summary .code").all_inner_texts()} <= warnings
    opened.select_option("#filter-severity", "")
    opened.select_option("#filter-code", "ID101")
    assert column(opened, "violated", 1) == ["ID101"]
    assert opened.locator("details.rule:visible").count() == 1
    opened.select_option("#filter-code", "")
    opened.select_option("#filter-operator", "iTel")
    assert column(opened, "by-operator", 1) == ["iTel"]
    of_itel = {c for o, c, _, n in sample.counts.iter_rows() if o == "iTel" and n}
    assert {*opened.locator("details.rule:visible summary .code").all_inner_texts()} == of_itel
    assert "of" in opened.locator("#filter-told").inner_text()


@needs_a_browser
def test_without_scripts_everything_is_there_and_nothing_is_dead(
    browser: Any, sample_pages: Pages, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(sample_pages["en"][0], "utf-8")
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(path.as_uri())
    assert shown.locator("button, input, select").count() == 0
    assert shown.locator("#violated tbody tr:visible").count() > 50
    context.close()
