"""The rulebook holds exactly the rules of docs/catalogue.md: code, name, severity, eras."""

import re

import pytest

from helpers.places import ROOT
from thuebao.rulebook.book import read_rulebook

CATALOGUE = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
ROW = re.compile(r"^\| ([A-Z]{2,3}\d{3}) \| ([a-z0-9-]+) \| (error|warning|info) \| ([^|]*) \|", re.MULTILINE)

ERAS = {"all ‡": "old+, D49, D163"}
"""Rules of `all` that judge records of era old only as stock."""


def section(number: int) -> str:
    return CATALOGUE.split(f"\n## {number}. ")[1].split("\n## ")[0]


def rows(number: int) -> list[tuple[str, ...]]:
    return ROW.findall(section(number))


@pytest.mark.parametrize(("number", "least", "across"), [(4, 80, False), (5, 10, True)])
def test_rules_are_the_catalogues(number: int, least: int, across: bool) -> None:
    assert len(rows(number)) > least
    in_catalogue = {(code, name, severity, ERAS.get(eras, eras)) for code, name, severity, eras in rows(number)}
    rules = [rule for rule in read_rulebook().rules if bool(rule.grouping) == across]
    assert {(r.code, r.name, r.severity, ", ".join(r.eras)) for r in rules} == in_catalogue


def test_findings_about_files_are_the_catalogues() -> None:
    in_catalogue = {(code, name, severity) for code, name, severity, _ in rows(6)}
    assert in_catalogue
    assert {(r.code, r.name, r.severity) for r in read_rulebook().export_rules} == in_catalogue


def test_statutory_columns_are_the_catalogues() -> None:
    listed = re.search(r"one per absent column of: (.*?) \|", section(6))
    assert listed
    named = [re.findall(r"[a-z_]+(?= or | serve|$)|^[a-z_]+", part) for part in listed[1].strip().split(", ")]
    rule = read_rulebook().by_code["EXP101"]
    assert [set(group) for group in rule.needs or ()] == [set(group) - {"too"} for group in named]


@pytest.mark.parametrize("rule", read_rulebook().rules, ids=lambda rule: rule.code)
def test_a_rule_is_complete(rule) -> None:
    for texts in (rule.title, rule.explain, rule.action):
        assert set(texts) == {"vi", "en"}
        assert all(text.strip() for text in texts.values())
    law = read_rulebook().law
    for era in law.era_ids:
        # What rests on the law of an event is not cited by the record's era.
        active = not rule.law_day and law.reaches(rule.eras, era)
        assert bool(rule.basis_in(era, law)) >= active
    assert rule.basis
    assert {any(example.violates) for example in rule.examples} == {True, False}
