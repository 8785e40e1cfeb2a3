"""What reports say of a rule: its texts as one line, its family, its legal basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thuebao.base.messages import language, text
from thuebao.results.result import RuleResult
from thuebao.rulebook.law import Law
from thuebao.rulebook.rule import Basis, Rule

_FAMILIES = {
    "NUM": "page.family_num",
    "PER": "page.family_per",
    "ID": "page.family_id",
    "MIN": "page.family_min",
    "ORG": "page.family_org",
    "REG": "page.family_reg",
    "AUT": "page.family_aut",
    "DEV": "page.family_dev",
    "REM": "page.family_rem",
    "DUP": "page.family_dup",
}


def translated(texts: Mapping[str, str]) -> str:
    """Return a text of the rulebook in the reader's language, as one line: it may be written over several."""
    return one_line(texts[language()])


def one_line(value: str) -> str:
    """Return a text with each run of white space as one space."""
    return " ".join(value.split())


def family_of(rule: Rule) -> str:
    """Return the letters that a rule's code begins with."""
    return rule.code.rstrip("0123456789")


def by_family(rules: Sequence[RuleResult]) -> dict[str, list[RuleResult]]:
    """Return rules by the letters of their codes, in the rulebook's order."""
    families: dict[str, list[RuleResult]] = {}
    for r in rules:
        families.setdefault(family_of(r.rule), []).append(r)
    return families


def family_title(family: str) -> str:
    """Return what a family of rules is about; a user's own rules have their letters only."""
    return text(_FAMILIES.get(family, "page.family_own"))


def provision(basis: Basis, law: Law) -> str:
    """Return instrument and provision, and what that is about."""
    about = f" ({one_line(basis.about)})" if basis.about else ""
    return f"{law.instruments[basis.instrument].number}, {basis.provision}{about}"


def provisions_in(rule: Rule, law: Law, era: str) -> list[str]:
    """Return where the law of an era says what a rule asks, nothing where it does not."""
    return [provision(b, law) for b in rule.bases_in(era, law)] if law.reaches(rule.eras, era) else []


def latest_provisions(rule: Rule, law: Law) -> list[str]:
    """Return where the latest law that asks for it says what a rule asks."""
    return next(filter(None, (provisions_in(rule, law, era) for era in reversed(law.era_ids))), [])
