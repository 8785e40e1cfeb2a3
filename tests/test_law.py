"""The law that rules cite: in force when it is cited, down to the clause where the text is known; eras of stock."""

import tomllib
from collections.abc import Iterator
from datetime import date

import pytest

from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.reference import rules_home
from thuebao.rulebook.rule import Basis, Rule

RULEBOOK = read_rulebook()
LAW = tomllib.loads((rules_home() / "law.toml").read_text("utf-8"))
IN_FORCE = {entry["id"]: entry.get("in_force", {}) for entry in LAW["instrument"]}
KNOWN_TEXTS = ("decree-49-2017", "decree-163-2024")
WITHOUT_CLAUSES = ("Điều 20",)  # of Decree 163/2024


def cited() -> Iterator[tuple[Rule, Basis]]:
    yield from ((rule, basis) for rule in RULEBOOK.rules if rule.severity == "error" for basis in rule.basis)


def name(value: object) -> str:
    return value.code if isinstance(value, Rule) else getattr(value, "instrument", "")


def span(era_id: str) -> tuple[date, date]:
    era = next(era for era in RULEBOOK.law.eras if era.id == era_id)
    start = era.owed_from or era.start or date.min
    return start, date.max if era.owed_from or not era.end else era.end


@pytest.mark.parametrize(("rule", "basis"), list(cited()), ids=name)
def test_what_an_error_rests_on_is_in_force_in_its_era(rule: Rule, basis: Basis) -> None:
    first, last = IN_FORCE[basis.instrument].get("from", date.min), IN_FORCE[basis.instrument].get("to", date.max)
    eras = [era for era in basis.eras if era != "all"] or [
        era for era in RULEBOOK.law.era_ids if RULEBOOK.law.reaches(rule.eras, era)
    ]
    # A law on papers may be cited over several eras and be in force in some of them.
    assert any(first <= span(era)[1] and span(era)[0] <= last for era in eras)


@pytest.mark.parametrize(("rule", "basis"), list(cited()), ids=name)
def test_what_an_error_rests_on_is_cited_to_the_clause(rule: Rule, basis: Basis) -> None:
    if basis.instrument in KNOWN_TEXTS and basis.provision not in WITHOUT_CLAUSES:
        assert "hoản" in basis.provision
