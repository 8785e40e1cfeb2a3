"""What the tests of the reports start from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

import thuebao
from helpers.browsers import CHROMIUM
from helpers.desks import HIDDEN_ENVIRONMENT, Desk
from helpers.manifests import Made, make_signed
from helpers.pages import Pages, page, parsed
from helpers.people import ERROR, GOOD, INFO, NAMELESS, WARNING, people, person
from helpers.places import SAMPLES
from helpers.reports import DAY, Audited, called, exports
from helpers.workbooks import audit
from thuebao.base import messages as texts
from thuebao.base.messages import use_language
from thuebao.results.result import AuditResult


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM)
        yield running
        running.close()


@pytest.fixture
def made(desk: Desk) -> Made:
    return make_signed(desk)


@pytest.fixture(scope="session")
def sample() -> AuditResult:
    return thuebao.audit(SAMPLES, as_of=date(2026, 11, 23), hash_inputs=True)


@pytest.fixture(scope="session")
def sample_findings(sample: AuditResult) -> pl.LazyFrame:
    return sample.findings.collect().lazy()


@pytest.fixture(scope="session")
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


@pytest.fixture
def two(desk: Desk) -> AuditResult:
    """Two carriers: one identity at both with two names, and findings of every severity."""
    shared = {"id_number": person(0)["id_number"]}
    desk.export("VinaPhone.csv", GOOD, ERROR, WARNING, INFO)
    of_mobifone = (person(10) | NAMELESS, person(11) | shared, *people(3, 20))
    desk.export("MobiFone.csv", *(p | {"pos_name": "MBF-1", "clerk_name": "MBF-2"} for p in of_mobifone))
    result = audit(
        "VinaPhone.csv", "MobiFone.csv", findings="f.parquet", hash_inputs=True, show=["DUP121"], reveal=True
    )
    assert not result.unreadable
    return result


@pytest.fixture(scope="session")
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
            "--length",
            "full",
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
        outcomes |= {
            form: called("audit", *some, "--format", form, "--full") for form in ("table", "csv", "sarif", "github")
        }
        outcomes["vi"] = called("audit", *some, "--lang", "vi", "--full")
    use_language(language)
    yield Audited(folder, records, outcomes)


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
