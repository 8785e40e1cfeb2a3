"""The page in a browser: it runs nothing, unfolds, prints, and can be read by everybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.browsers import needs_a_browser
from helpers.pages import Pages, hostile, hostile_findings, page
from thuebao.results.result import AuditResult


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
