"""What the tests of the reports start from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.certificates import between, officer, signer_of
from helpers.desks import HIDDEN_ENVIRONMENT, Desk
from helpers.exports import table
from helpers.manifests import Made, make
from helpers.pages import Pages, page, parsed
from helpers.people import ERROR, GOOD, INFO, NAMELESS, UNASSIGNED, WARNING, people, person
from helpers.places import SAMPLES
from helpers.reports import DAY, OPERATORS, Audited, called
from helpers.workbooks import audit
from thuebao.base import messages as texts
from thuebao.base.messages import use_language
from thuebao.results.result import AuditResult


@pytest.fixture
def made(desk: Desk) -> Made:
    desk.export("exports/vina.csv", ERROR, GOOD)
    desk.export("exports/viettel.csv", person(5))
    return make(desk, "exports", signer=signer_of(officer(), between()))


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
